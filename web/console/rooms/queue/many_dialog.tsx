/** What an act on many cases asks, and what it would do to each of them. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { newKey, Refusal } from "@api/client";
import { Button, Dialog, Select, Shape, term, TextBox, TextLine, useMe, useNow, useSpeech } from "@ui";
import { PersonPick } from "../ticket/acts";
import { whyOf } from "../ticket/names";
import { scaleOf } from "../ticket/split";
import { bulk, type Act, type BulkRow } from "./bulk";
import type { Row } from "./list";
import { Refusals, type Asking } from "./many";

const PAUSE_MS = 300;
type Field = "to" | "reason" | "until" | "body" | "cause";
const NEEDS: Record<Asking, Field[]> = { transfer: ["to", "reason"], raise_severity: ["to"], lower_severity: ["to", "reason"], snooze: ["until", "reason"], note: ["body"], resolve: ["cause", "body"] };

export default function ManyDialog({ rows, asking, plain, run, onClose, onRefused }: {
  rows: Row[]; asking: Asking | "take" | "follow"; plain?: { act: Act; words: (count: number) => string };
  run: (act: Act, words: (count: number) => string, key: string) => Promise<BulkRow[]>; onClose: () => void; onRefused: (items: BulkRow[]) => void;
}) {
  const { say, when } = useSpeech(), me = useMe(), now = useNow();
  const needs = plain ? [] : NEEDS[asking as Asking];
  const [form, setForm] = useState<Record<Field, string>>({ to: "", reason: "", until: "", body: "", cause: "" }), [who, setWho] = useState(""), [tried, setTried] = useState(false), [busy, setBusy] = useState(false), [error, setError] = useState<unknown>(null);
  const key = useRef(newKey());
  const set = (change: Partial<typeof form>) => { key.current = newKey(); setError(null); setForm((f) => ({ ...f, ...change })); };
  const full = needs.every((n) => form[n].trim());
  const act: Act | null = plain?.act ?? (full ? ({ act: asking, ...Object.fromEntries(needs.map((n) => [n, n === "until" ? new Date(form.until).toISOString() : form[n].trim()])) } as unknown as Act) : null);
  const asked = useSettled(act ? JSON.stringify(act) : null);
  const told = useQuery({ queryKey: ["bulk", rows.map((r) => r.id).join(), asked], queryFn: () => bulk(rows, JSON.parse(asked!), true), enabled: !!asked, placeholderData: keepPreviousData, gcTime: 0, staleTime: 0, retry: false });
  const fits = told.data?.items.filter((i) => i.possible) ?? [], fails = told.data?.items.filter((i) => !i.possible) ?? [];
  const scales = [...new Set(rows.map((r) => scaleOf(r.severity)[0]))].flatMap((s) => scaleOf(s!));
  const name = plain ? say(asking === "take" ? "queue.take" : "queue.follow") : say(`queue.many_act_${asking as Asking}`), refusal = error instanceof Refusal ? error : told.error instanceof Refusal ? told.error : null;
  const wrong = (f: Field) => refusal?.field(`act.${f}`) ?? refusal?.field(f) ?? (tried && !form[f].trim() ? say("form.missing") : null);
  const done = plain?.words ?? ((count: number) => (asking === "transfer" ? say("queue.many_transferred", { count, name: who }) : say(`queue.many_did_${asking as Exclude<Asking, "transfer">}`, { count })));
  async function go() {
    if (!act) { setTried(true); return; }
    if (busy || (told.data && !fits.length)) return;
    setBusy(true);
    try { const refused = await run(act, done, key.current); onClose(); if (refused.length && refused.length !== fails.length) onRefused(refused); }
    catch (e) { if (e instanceof Refusal && !e.offline && e.status < 500) key.current = newKey(); setError(e); }
    finally { setBusy(false); }
  }
  const quick = (hours: number, words: string) => <Button kind="bare" onPress={() => set({ until: localInput(now + hours * 3600_000) })}>{words}</Button>;
  const why = busy ? say("queue.many_busy") : told.data && asked && !told.isPlaceholderData && !fits.length ? say("queue.many_none_fits") : null;
  return (
    <Dialog title={say("queue.many_of", { act: name.replace(/…$/, ""), count: rows.length })} open onClose={onClose}>
      <form className="q-form" noValidate onSubmit={(e) => { e.preventDefault(); void go(); }} onKeyDown={(e) => { if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && !e.nativeEvent.isComposing) { e.preventDefault(); void go(); } }}>
        {asking === "transfer" && <PersonPick label={say("queue.transfer_to")} {...(form.to ? { value: form.to } : {})} onChange={(to, person) => { set({ to }); setWho(person?.name ?? ""); }} error={wrong("to")} without={rows.every((r) => r.handler === rows[0]!.handler) ? [rows[0]!.handler] : []} />}
        {(asking === "raise_severity" || asking === "lower_severity") && <Select label={say("queue.new_severity")} value={form.to || null} onChange={(to) => set({ to })} error={wrong("to")} choices={scales.map((s) => ({ id: s, name: term(say, "severity", s) }))} />}
        {needs.includes("until") && (
          <div>
            <TextLine label={say("queue.until")} type="datetime-local" value={form.until} onChange={(until) => set({ until })} error={wrong("until")} />
            <p className="x quick">{quick(1, when.length(3600_000))}{quick(4, when.length(4 * 3600_000))}{quick(24, say("queue.tomorrow"))}</p>
          </div>
        )}
        {needs.includes("cause") && <TextLine label={say("queue.cause")} value={form.cause} onChange={(cause) => set({ cause })} error={wrong("cause")} />}
        {needs.includes("body") && <TextBox label={say(asking === "note" ? "queue.note_words" : "queue.resolve_words")} help={say(asking === "note" ? "queue.note_about" : "queue.resolve_about")} value={form.body} onChange={(body) => set({ body })} error={wrong("body")} />}
        {needs.includes("reason") && <TextLine label={say("queue.transfer_reason")} value={form.reason} onChange={(reason) => set({ reason })} error={wrong("reason")} />}
        {act && asked && (told.isPending ? <Shape rows={2} /> : told.data && (
          <div className="q-preview" aria-live="polite">
            <p>{say("queue.many_fit", { count: fits.length })}{fails.length > 0 && <span className="txt-late">{say("queue.many_fail", { count: fails.length })}</span>}</p>
            {fails.length > 0 && <Refusals items={fails} />}
            {fits.length > 0 && <details><summary className="s q">{say("queue.many_which")}</summary><ul className="rows q-refused">{fits.map((i) => <li key={i.ticket}><span className="m">{i.number}</span> {i.subject}</li>)}</ul></details>}
          </div>
        ))}
        {refusal && !refusal.fields.length && <p role="alert" className="txt-late">{refusal.offline ? say("state.offline_detail") : (whyOf(say, refusal) ?? refusal.detail ?? refusal.title)}</p>}
        <div className="x"><span className="grow" /><Button onPress={onClose}>{say("form.cancel")}</Button><Button kind="go" type="submit" why={why}>{say("queue.many_of", { act: name.replace(/…$/, ""), count: told.data && asked ? fits.length : rows.length })}</Button></div>
        {asking === "transfer" && form.to === me.id && <p className="s m">{say("queue.many_to_me")}</p>}
      </form>
    </Dialog>
  );
}
const localInput = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
function useSettled<T>(value: T): T {
  const [settled, set] = useState(value);
  useEffect(() => { const t = setTimeout(() => set(value), PAUSE_MS); return () => clearTimeout(t); }, [value]);
  return settled;
}
