/** Several acts under one name: what they would do here is told first, then they all happen, or none. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { newKey, Refusal } from "@api/client";
import { Button, Dialog, lengthMs, Select, Shape, term, useMe, useSpeech, useTell, Wrong, type Say, type When } from "@ui";
import { runMacro, shelfQuery, type Macro, type RanStep, type Step } from "../tools/tools";
import { reasonOf } from "./files";
import { actWord, whyOf, whyWord } from "./names";
import { openHoles, ownFirst, variableWord } from "./templates";
import type { Case, Names } from "./types";

export const useMacros = () => useQuery(shelfQuery("macros")).data ?? null;

export function MacroDialog({ whole, chosen, names, onClose }: { whole: Case; chosen: string | null; names: Names; onClose: () => void }) {
  const { say } = useSpeech(), me = useMe(), tell = useTell(), client = useQueryClient(), t = whole.ticket;
  const all = ownFirst(useMacros() ?? [], me.id);
  const [id, setId] = useState(chosen ?? (all.length === 1 ? all[0]!.id : null)), key = useRef(newKey());
  const macro = all.find((m) => m.id === id);
  const told = useQuery({ queryKey: ["macro", id, macro?.version, t.id, t.version], queryFn: () => runMacro(id!, t.id, true), enabled: !!macro, staleTime: 0, gcTime: 0, retry: false });
  const doing = useMutation({
    mutationFn: () => runMacro(id!, t.id, false, { version: t.version, key: key.current }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["ticket", t.id] });
      void client.invalidateQueries({ queryKey: ["tickets"] });
      tell(say("ticket.macro_done", { name: macro?.name ?? "" }));
      onClose();
    },
    onError: (e) => {
      if (e instanceof Refusal && !e.offline && e.status < 500) key.current = newKey();
      if (e instanceof Refusal && e.status === 412) void client.invalidateQueries({ queryKey: ["ticket", t.id] });
    },
  });
  const refused = told.data?.steps.find((s) => !s.possible), unfilled = told.data?.steps.some((s) => s.act !== "note" && openHoles(s.body ?? "").length);
  const why = !macro ? say("ticket.choose_macro") : told.isPending ? say("ticket.looking") : told.isError ? reasonOf(told.error) : refused ? say("ticket.macro_refused") : unfilled ? say("ticket.macro_unfilled") : doing.isPending ? say("ticket.sending") : null;
  const go = () => { if (!why) doing.mutate(); };
  return (
    <Dialog title={say("ticket.run_macro_title")} open onClose={onClose}>
      <form className="act-form" onSubmit={(e) => { e.preventDefault(); go(); }} onKeyDown={(e) => { if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && !e.nativeEvent.isComposing) { e.preventDefault(); go(); } }}>
        {!all.length ? <p className="q">{say("ticket.no_macros")} <Link to="/tools" search={{ shelf: "macros" }}>{say("ticket.keep_tools")}</Link></p> : (
          <Select label={say("ticket.macro")} value={id} onChange={(k) => { setId(k); key.current = newKey(); doing.reset(); }} choices={all.map((m) => ({ id: m.id, name: m.name, more: m.steps.map((s) => actWord(say, s.act)).join(" · ") }))} />
        )}
        {macro && (
          <div aria-live="polite">
            <h3>{say("ticket.macro_then", { number: t.number })}</h3>
            {told.isPending ? <Shape rows={3} tall /> : told.isError ? <Wrong error={told.error} again={() => void told.refetch()} /> : <Steps steps={macro.steps} ran={told.data.steps} names={names} />}
          </div>
        )}
        {doing.error && <p role="alert" className="txt-late">{doing.error instanceof Refusal && doing.error.status === 412 ? say("ticket.changed_meanwhile") : (whyOf(say, doing.error) ?? reasonOf(doing.error))}</p>}
        <p className="x act-end"><span className="grow" /><Button onPress={onClose}>{say("form.cancel")}</Button><Button kind="go" type="submit" why={why}>{say("ticket.macro_run")}</Button></p>
      </form>
    </Dialog>
  );
}
/** What else an act says, beside its words. */
export function stepWords(s: Step, say: Say, when: When, name: (id: string | undefined) => string): string {
  const parts = [
    s.act === "transfer" || s.act === "hand_over" || s.act === "consult" ? (s.to === "me" ? say("tools.to_me") : s.to ? name(s.to) : "") : s.to && s.act.endsWith("_severity") ? term(say, "severity", s.to) : "",
    s.asks ? say("tools.asks") : "", s.act === "wait_for" && s.why ? say(s.why === "vendor" ? "ring.waits_vendor" : "ring.waits_product") : "",
    s.until_in ? say("tools.for_length", { length: when.length(lengthMs(s.until_in)) }) : "", s.cause ?? "", s.reason ?? "",
  ];
  return parts.filter(Boolean).join(" · ");
}
export function Steps({ steps, ran, names }: { steps: Step[]; ran?: RanStep[]; names: Names }) {
  const { say, when } = useSpeech();
  return (
    <ol className="macro-steps">
      {steps.map((s, i) => {
        const r = ran?.[i], body = r?.body ?? s.body, open = openHoles(body ?? ""), more = stepWords(s, say, when, (id) => names(id)?.name ?? say("ticket.somebody"));
        return (
          <li key={i} className={ran && !r ? "m" : ""}>
            <p><b>{actWord(say, s.act)}</b>{more && <span className="q"> · {more}</span>}{ran && !r && <span className="s"> {say("ticket.macro_not_looked")}</span>}</p>
            {body && <blockquote className="split-words s">{body}</blockquote>}
            {r && open.length > 0 && <p className="s txt-risk">{say("ticket.macro_open", { names: open.map((n) => variableWord(say, n)).join(say("ticket.and")) })}</p>}
            {r && !r.possible && <p className="s txt-late">{say("ticket.macro_cannot", { why: whyWord(say, r.why) ?? "" })}</p>}
          </li>
        );
      })}
    </ol>
  );
}
export const macroCommand = (m: Macro) => `macro.${m.id}`;
