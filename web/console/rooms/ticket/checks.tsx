/** What has to be looked at on this case, ticked off by whoever did it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ActMenu, Button, may, useMe, useNow, useSpeech, useTell } from "@ui";
import { api, got } from "@api/client";
import { shelfQuery, type CheckItem } from "../tools/tools";
import { reasonOf } from "./files";
import type { Case, Names, Schemas } from "./types";

export function Checks({ whole, names }: { whole: Case; names: Names }) {
  const { say, when } = useSpeech(), able = may(useMe(), "ticket.work"), now = useNow(), client = useQueryClient(), tell = useTell(), id = whole.ticket.id, key = ["ticket", id];
  const lists = useQuery(shelfQuery("checklists")).data ?? [], { checks } = whole;
  const [text, setText] = useState(""), [adding, setAdding] = useState(false), [busy, setBusy] = useState(false);
  if (!able && !checks.length) return null;
  const put = (change: (all: CheckItem[]) => CheckItem[]) => client.setQueryData<Case>(key, (old) => (old ? { ...old, checks: change(old.checks) } : old));
  const lay = (body: Schemas["ChecksIn"]) => got(api.POST("/api/v1/tickets/{id}/checks", { params: { path: { id } }, body }));
  const wrong = (e: unknown) => tell(reasonOf(e));
  const fresh = () => client.invalidateQueries({ queryKey: key, exact: true });
  /** Seen at once; what the house says afterwards counts. */
  const now_ = (change: (all: CheckItem[]) => CheckItem[], deed: Promise<unknown>) => { put(change); return deed.catch(wrong).finally(() => void fresh()); };
  const tick = (c: CheckItem) => void now_((all) => all.map((x) => (x.n === c.n ? { ...x, done: !c.done } : x)), got(api.PATCH("/api/v1/tickets/{id}/checks/{n}", { params: { path: { id, n: c.n } }, body: { done: !c.done } })));
  const drop = (c: CheckItem) => void now_((all) => all.filter((x) => x.n !== c.n), got(api.DELETE("/api/v1/tickets/{id}/checks/{n}", { params: { path: { id, n: c.n } } }))).then(() => tell(say("ticket.check_dropped"), () => void lay({ items: [c.text] }).then(fresh, wrong)));
  const add = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    try { await lay({ items: [text.trim()] }); setText(""); await fresh(); } catch (e) { wrong(e); } finally { setBusy(false); }
  };
  const done = checks.filter((c) => c.done).length;
  return (
    <section>
      <h2 className="side-top"><span className="grow">{say("ticket.checks")}{checks.length > 0 && <span className="m thin"> {done}/{checks.length}</span>}</span>
        {able && lists.length > 0 && <ActMenu kind="bare" label={say("ticket.use_list")} choices={lists.map((l) => ({ id: l.id, name: l.name, more: say("tools.points", { n: l.items.length }) }))} onChoose={(l) => void lay({ checklist: l, items: [] }).then(fresh, wrong)} />}
        {able && !adding && <Button kind="bare" className="side-act" onPress={() => setAdding(true)}>{say("ticket.check_new")}</Button>}
      </h2>
      {!checks.length && !adding && <p className="m s">{say("ticket.checks_none")}</p>}
      <ul className="checks">
        {checks.map((c) => (
          <li key={c.n}>
            <label className={`tick-line ${c.done ? "m" : ""}`}><input type="checkbox" checked={c.done} disabled={!able} onChange={() => tick(c)} /><span>{c.text}{c.done && c.by && <span className="s"> {names(c.by)?.name ?? say("ticket.somebody")}{c.at ? ` ${when.short(c.at, now)}` : ""}</span>}</span></label>
            {able && <Button kind="bare" className="side-act" aria-label={say("ticket.check_drop", { text: c.text })} onPress={() => drop(c)}>✕</Button>}
          </li>
        ))}
      </ul>
      {adding && <form className="side-form" onSubmit={(e) => { e.preventDefault(); void add(); }}><input autoFocus className="field" aria-label={say("ticket.check_new")} placeholder={say("ticket.check_text")} value={text} maxLength={300} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => { if (e.key === "Escape" && !e.nativeEvent.isComposing) { e.stopPropagation(); setAdding(false); } }} /><Button type="submit" why={busy ? say("ticket.sending") : text.trim() ? null : say("form.missing")}>{say("ticket.add")}</Button></form>}
    </section>
  );
}
