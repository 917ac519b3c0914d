/** Time spent on this case, by whom and on what. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, got, newKey, Refusal } from "@api/client";
import { Button, may, TextLine, useMe, useNow, useSpeech, useTell } from "@ui";
import { timesQuery, type Spent } from "../tools/tools";
import { reasonOf } from "./files";
import type { Case, Names } from "./types";

const MINUTE = 60_000, MOST = 1440, SHOWN = 4, OWN_MS = 24 * 3600_000, QUICK = [15, 30, 60];
/** `45`, `1:30`, `1h30`, `1.5h`, `1h`: minutes. */
export function minutesOf(text: string): number | null {
  const t = text.trim().toLowerCase().replace(/\s+/g, "").replace("小时", "h").replace(/(分钟|分|min|m)$/, "");
  const clock = /^(\d{1,2})[:h](\d{1,2})?$/.exec(t), hours = /^(\d+(?:\.\d+)?)h$/.exec(t), plain = /^\d+$/.exec(t);
  const n = plain ? Number(t) : hours ? Math.round(Number(hours[1]) * 60) : clock ? Number(clock[1]) * 60 + Number(clock[2] ?? 0) : NaN;
  return n >= 1 && n <= MOST ? n : null;
}
export function Times({ whole, names, asked }: { whole: Case; names: Names; asked?: number }) {
  const { say, when } = useSpeech(), me = useMe(), now = useNow(), client = useQueryClient(), tell = useTell(), id = whole.ticket.id;
  const times = useQuery(timesQuery(id)).data;
  const [open, setOpen] = useState(!!asked), [all, setAll] = useState(false);
  const seen = useRef(asked);
  if (asked !== undefined && asked !== seen.current) { seen.current = asked; if (!open) setOpen(true); }
  const able = may(me, "ticket.work");
  if (!times || (!able && !times.items.length)) return null;
  const fresh = () => { void client.invalidateQueries({ queryKey: ["ticket", id, "times"] }); };
  const drop = (s: Spent) => void got(api.DELETE("/api/v1/tickets/{id}/times/{time}", { params: { path: { id, time: s.id } } })).then(() => { fresh(); tell(say("ticket.time_dropped"), () => void got(api.POST("/api/v1/tickets/{id}/times", { params: { path: { id } }, body: { minutes: s.minutes, what: s.what, billable: s.billable, at: s.at } })).then(fresh, (e) => tell(reasonOf(e)))); }, (e) => tell(reasonOf(e)));
  const sorted = [...times.items].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)), shown = all ? sorted : sorted.slice(0, SHOWN);
  return (
    <section>
      <h2 className="side-top"><span className="grow">{say("ticket.times")}{times.total_minutes > 0 && <span className="m thin"> {when.length(times.total_minutes * MINUTE)}</span>}</span>{able && !open && <Button kind="bare" className="side-act" onPress={() => setOpen(true)}>{say("ticket.time_add")}</Button>}</h2>
      {!sorted.length && !open && <p className="m s">{say("ticket.times_none")}</p>}
      {open && <Form id={id} done={() => { setOpen(false); fresh(); }} close={() => setOpen(false)} />}
      <ul className="lines">
        {shown.map((s) => (
          <li key={s.id}>
            <span className="tie-top"><span className="grow">{s.what}</span><span className="nw">{when.length(s.minutes * MINUTE)}</span>
              {s.by === me.id && now - Date.parse(s.created_at) < OWN_MS && <Button kind="bare" className="side-act" aria-label={say("ticket.time_drop", { what: s.what })} onPress={() => drop(s)}>✕</Button>}</span>
            <span className="s m">{[names(s.by)?.name ?? times.people[s.by]?.name ?? say("ticket.somebody"), when.ago(s.at, now), s.billable ? say("ticket.billable_short") : ""].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
      </ul>
      {sorted.length > shown.length && <button type="button" className="link s" onClick={() => setAll(true)}>{say("ticket.times_more", { n: sorted.length - shown.length })}</button>}
    </section>
  );
}
function Form({ id, done, close }: { id: string; done: () => void; close: () => void }) {
  const { say, when } = useSpeech();
  const [spent, setSpent] = useState(""), [what, setWhat] = useState(""), [billable, setBillable] = useState(false), [tried, setTried] = useState(false), [busy, setBusy] = useState(false), [error, setError] = useState<Refusal | null>(null);
  const key = useRef(newKey()), minutes = minutesOf(spent), form = useRef<HTMLFormElement>(null);
  useEffect(() => { form.current?.scrollIntoView({ block: "nearest" }); }, []);
  const change = (f: () => void) => { key.current = newKey(); setError(null); f(); };
  async function go() {
    if (!minutes || !what.trim()) { setTried(true); return; }
    if (busy) return;
    setBusy(true);
    try { await got(api.POST("/api/v1/tickets/{id}/times", { params: { path: { id }, header: { "Idempotency-Key": key.current } }, body: { minutes, what: what.trim(), billable } })); done(); }
    catch (e) { if (e instanceof Refusal) setError(e); else throw e; } finally { setBusy(false); }
  }
  return (
    <form ref={form} className="time-form" onSubmit={(e) => { e.preventDefault(); void go(); }} onKeyDown={(e) => { if (e.key === "Escape" && !e.nativeEvent.isComposing) { e.stopPropagation(); close(); } }} noValidate>
      <TextLine autoFocus label={say("ticket.time_spent")} value={spent} onChange={(v) => change(() => setSpent(v))} error={error?.field("minutes") ?? (tried && !minutes ? say("ticket.time_form") : null)} help={minutes ? when.length(minutes * MINUTE) : say("ticket.time_form")} />
      <p className="x quick">{QUICK.map((m) => <Button key={m} kind="bare" onPress={() => change(() => setSpent(String(m)))}>{when.length(m * MINUTE)}</Button>)}</p>
      <TextLine label={say("ticket.time_what")} value={what} onChange={(v) => change(() => setWhat(v))} error={error?.field("what") ?? (tried && !what.trim() ? say("form.missing") : null)} maxLength={300} />
      <label className="tick-line"><input type="checkbox" checked={billable} onChange={(e) => change(() => setBillable(e.target.checked))} /><span>{say("ticket.billable")}</span></label>
      {error && !error.fields.length && <p role="alert" className="txt-late s">{reasonOf(error)}</p>}
      <p className="x"><Button kind="go" type="submit" why={busy ? say("ticket.sending") : null}>{say("ticket.time_keep")}</Button><Button kind="bare" onPress={close}>{say("form.cancel")}</Button></p>
    </form>
  );
}
