/** Writing one: what is typed is kept in this browser until it is saved. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import { newKey, Refusal } from "@api/client";
import { caseQuery } from "@api/queries";
import { Button, keep, languages, lengthMs, recall, Select, Shape, term, TextBox, TextLine, useMe, useSay, useSpeech, Wrong, type Word } from "@ui";
import { Check } from "../desk/kit";
import { reasonOf } from "../ticket/files";
import { Steps } from "../ticket/macros";
import { actWord } from "../ticket/names";
import { CasePick, type Found } from "../ticket/pick";
import { myCasesQuery, staffQuery } from "../ticket/queries";
import { variableWord } from "../ticket/templates";
import type { Case } from "../ticket/types";
import { HOLE, isVariable, keepTool, runMacro, VARIABLES, type Checklist, type Macro, type Shelf, type ShelfOf, type Step, type Template, type Texts, type Tool } from "./tools";

interface Editing<T extends Tool> { tool: T | null; own: boolean; acts: ReactNode; onSaved: (tool: Tool) => Promise<void> }
/** A form over a tool: its draft, its saving, what was refused. */
function useEditing<S extends Shelf, F extends { name: string; shared: boolean }>(shelf: S, tool: ShelfOf[S] | null, start: F, onSaved: (tool: Tool) => Promise<void>) {
  const name = `tool.${shelf}.${tool?.id ?? "new"}`;
  const [form, setForm] = useState<F>(() => { const kept = recall<{ version: number; form: F } | null>(name, null); return kept && kept.version === (tool?.version ?? 0) ? kept.form : start; });
  const [changed, setChanged] = useState(() => JSON.stringify(form) !== JSON.stringify(start)), [busy, setBusy] = useState(false), [refusal, setRefusal] = useState<Refusal | null>(null), [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const set = (change: Partial<F>) => { key.current = newKey(); setRefusal(null); setChanged(true); setForm((f) => { const next = { ...f, ...change }; keep(name, { version: tool?.version ?? 0, form: next }); return next; }); };
  const forget = () => { try { localStorage.removeItem(`yinuo.${name}`); } catch { /* nothing was kept */ } };
  async function save(body: object, complete: boolean) {
    if (!complete) { setTried(true); return; }
    if (busy) return;
    setBusy(true);
    try { const made = await keepTool(shelf, body, tool, key.current); forget(); setChanged(false); key.current = newKey(); await onSaved(made as Tool); }
    catch (e) { if (!(e instanceof Refusal)) throw e; if (!e.offline && e.status < 500) key.current = newKey(); setRefusal(e); }
    finally { setBusy(false); }
  }
  return { form, set, save, changed, busy, refusal, tried, undo: () => { forget(); setForm(start); setChanged(false); setRefusal(null); } };
}
function Head({ own, acts, name, error, onName, children }: { own: boolean; acts: ReactNode; name: string; error: string | null; onName: (name: string) => void; children?: ReactNode }) {
  const say = useSay();
  return (
    <>
      <div className="tool-head">{own ? <TextLine label={say("tools.name")} value={name} onChange={onName} error={error} maxLength={100} /> : <h2>{name}</h2>}<span className="x tool-acts">{acts}</span></div>
      {!own && <p className="s m">{say("tools.not_yours")}</p>}
      {children}
    </>
  );
}
function Foot({ e, own, shared, onShared, fields }: { e: { changed: boolean; busy: boolean; refusal: Refusal | null; undo: () => void }; own: boolean; shared: boolean; onShared: (on: boolean) => void; fields: readonly string[] }) {
  const say = useSay();
  if (!own) return null;
  const rest = e.refusal?.fields.filter((f) => !fields.some((x) => f.field === x || f.field.startsWith(`${x}.`))) ?? [];
  return (
    <div className="tool-foot">
      <Check on={shared} onChange={onShared} more={say("tools.shared_about")}>{say("tools.shared")}</Check>
      {e.refusal && (!e.refusal.fields.length || rest.length > 0) && <div role="alert" className="txt-late">{e.refusal.offline ? say("state.offline_detail") : e.refusal.status === 412 ? say("tools.changed_meanwhile") : rest.length ? rest.map((f) => <p key={f.field}>{f.message}</p>) : reasonOf(e.refusal)}</div>}
      <p className="x"><Button kind="go" type="submit" why={e.busy ? say("tools.busy") : !e.changed ? say("tools.unchanged") : null}>{say("form.save")}</Button>{e.changed && <Button kind="bare" onPress={e.undo}>{say("tools.revert")}</Button>}{e.changed && <span className="s m">{say("tools.kept_here")}</span>}</p>
    </div>
  );
}
const tongue = (tag: string, mine: string) => new Intl.DisplayNames([mine === "en-XA" ? "en" : mine], { type: "language" }).of(tag === "zh-CN" ? "zh-Hans" : tag) ?? tag;

export function TemplateEditor({ tool, own, acts, onSaved }: Editing<Template>) {
  const { say, language } = useSpeech();
  const tags = [...new Set([...languages.filter((l) => l === language), ...languages, ...Object.keys(tool?.texts ?? {})])];
  const e = useEditing("templates", tool, { name: tool?.name ?? "", shared: tool?.shared ?? false, texts: tool?.texts ?? {} as Texts }, onSaved), { form, set } = e;
  const boxes = useRef(new Map<string, HTMLTextAreaElement>()), last = useRef(tags[0]!);
  const texts = Object.fromEntries(Object.entries(form.texts).filter(([, t]) => t.trim()));
  const none = !Object.keys(texts).length;
  const insert = (name: string) => { const b = boxes.current.get(last.current); if (!b) return; b.focus(); if (!document.execCommand("insertText", false, `{{${name}}}`)) { b.setRangeText(`{{${name}}}`, b.selectionStart, b.selectionEnd, "end"); set({ texts: { ...form.texts, [last.current]: b.value } }); } };
  const [sample, picker] = useSample();
  return (
    <form className="tool" noValidate onSubmit={(x) => { x.preventDefault(); void e.save({ name: form.name.trim(), shared: form.shared, texts }, !!form.name.trim() && !none); }}>
      <Head own={own} acts={acts} name={form.name} error={e.refusal?.field("name") ?? (e.tried && !form.name.trim() ? say("form.missing") : null)} onName={(name) => set({ name })} />
      {own && <p className="chips s"><span className="m">{say("tools.insert")}</span>{VARIABLES.map((v) => <button key={v} type="button" className="chip" title={`{{${v}}}`} onMouseDown={(x) => x.preventDefault()} onClick={() => insert(v)}>{variableWord(say, v)}</button>)}</p>}
      {e.tried && none && <p role="alert" className="txt-late s">{say("tools.one_language")}</p>}
      <div className="tongues">
        {tags.map((tag) => (
          <div key={tag} className="item">
            <label htmlFor={`text-${tag}`}>{tongue(tag, language)}</label>
            <textarea id={`text-${tag}`} ref={(b) => { if (b) boxes.current.set(tag, b); else boxes.current.delete(tag); }} className="field area tool-text" rows={9} lang={tag} readOnly={!own} value={form.texts[tag] ?? ""} onFocus={() => { last.current = tag; }} onChange={(x) => set({ texts: { ...form.texts, [tag]: x.target.value } })} aria-describedby={`seen-${tag}`} />
            {e.refusal?.field(`texts.${tag}`) && <span role="alert" className="s txt-late">{e.refusal.field(`texts.${tag}`)}</span>}
          </div>
        ))}
      </div>
      <Foot e={e} own={own} shared={form.shared} onShared={(shared) => set({ shared })} fields={["name", "texts"]} />
      <section className="tool-preview">
        <h2>{say("tools.preview")}</h2>
        {picker}
        <div className="tongues">
          {tags.map((tag) => <div key={tag} id={`seen-${tag}`} lang={tag} className="seen">{form.texts[tag]?.trim() ? <Filled text={form.texts[tag]!} sample={sample} /> : <span className="m">{say("tools.no_text")}</span>}</div>)}
        </div>
      </section>
    </form>
  );
}
/** The case a preview is shown for: one's newest, or one that is chosen. */
function useSample(): [Case | undefined, ReactNode] {
  const say = useSay(), [picked, setPicked] = useState<Found | null>(null), [choosing, setChoosing] = useState(false);
  const first = useQuery(myCasesQuery).data?.items[0], id = picked?.id ?? first?.id, whole = useQuery({ ...caseQuery(id ?? ""), enabled: !!id }).data;
  return [whole, choosing ? <CasePick autoFocus label={say("tools.sample_case")} value={picked} onChange={(c) => { setPicked(c); if (c) setChoosing(false); }} without={[]} />
    : <p className="s m">{whole ? say("tools.as_for", { number: whole.ticket.number, subject: whole.ticket.subject }) : say("tools.no_sample")} <button type="button" className="link" onClick={() => setChoosing(true)}>{say("tools.other_case")}</button></p>];
}
/** As the house fills it; what has no value stands as it was written. */
function Filled({ text, sample }: { text: string; sample: Case | undefined }) {
  const { when } = useSpeech(), me = useMe(), say = useSay(), t = sample?.ticket;
  const value = (name: string): string | null | undefined => ({ customer: t && sample.people[t.requester]?.name, company: sample?.account?.name, number: t?.number, subject: t?.subject, product: t?.product, instance: t?.instance, engineer: me.name, vendor: null, due: t?.next_due_at ? when.full(t.next_due_at) : null })[name];
  return text.split(HOLE).map((piece, i) => {
    if (i % 2 === 0) return piece;
    const filled = value(piece);
    return filled ? <b key={i}>{filled}</b> : <mark key={i} className={isVariable(piece) ? "txt-risk" : "txt-late"} title={isVariable(piece) ? variableWord(say, piece) : say("tools.no_such_variable")}>{`{{${piece}}}`}</mark>;
  });
}

const ACTS = ["reply", "note", "transfer", "wait_for", "take_up", "snooze", "raise_severity", "lower_severity", "resolve", "follow", "join"] as const;
const LENGTHS = ["PT1H", "PT4H", "PT12H", "PT24H", "PT72H", "PT168H"];
const SEVERITIES = ["low", "medium", "high", "urgent", "critical"];
const FIELDS: Record<string, (keyof Step)[]> = { reply: ["body", "asks"], note: ["body"], transfer: ["to", "reason"], wait_for: ["why", "body"], snooze: ["until_in", "reason"], raise_severity: ["to"], lower_severity: ["to", "reason"], resolve: ["cause", "body"] };
const NEEDED: Record<string, (keyof Step)[]> = { reply: ["body"], note: ["body"], transfer: ["to", "reason"], wait_for: ["why"], snooze: ["until_in", "reason"], raise_severity: ["to"], lower_severity: ["to", "reason"], resolve: ["cause", "body"] };
const START: Record<string, Partial<Step>> = { transfer: { to: "me" }, wait_for: { why: "product" }, snooze: { until_in: "PT4H" } };
/** Only what the act takes, and only what says something. */
const tidy = (s: Step): Step => Object.fromEntries(Object.entries(s).filter(([k, v]) => k === "act" || ((FIELDS[s.act]?.includes(k as keyof Step) ?? true) && v !== "" && v !== undefined && v !== false))) as unknown as Step;

export function MacroEditor({ tool, own, acts, onSaved }: Editing<Macro>) {
  const { say, when } = useSpeech(), me = useMe(), staff = useQuery(staffQuery).data ?? [];
  const e = useEditing("macros", tool, { name: tool?.name ?? "", shared: tool?.shared ?? false, steps: tool?.steps ?? [] as Step[] }, onSaved), { form, set } = e;
  const put = (i: number, change: Partial<Step>) => set({ steps: form.steps.map((s, j) => (j === i ? { ...s, ...change } : s)) });
  const move = (i: number, by: number) => { const steps = [...form.steps], [s] = steps.splice(i, 1); steps.splice(i + by, 0, s!); set({ steps }); };
  const lacks = (s: Step, f: keyof Step) => (NEEDED[s.act] ?? []).includes(f) && !String(s[f] ?? "").trim();
  const complete = form.steps.length > 0 && form.steps.every((s) => !(NEEDED[s.act] ?? []).some((f) => lacks(s, f)));
  const wrong = (i: number, f: keyof Step) => e.refusal?.field(`steps[${i}].${f}`) ?? (e.tried && lacks(form.steps[i]!, f) ? say("form.missing") : null);
  const names = (id: string | null | undefined) => staff.find((p) => p.id === id);
  if (!own) return <div className="tool"><Head own={false} acts={acts} name={form.name} error={null} onName={() => undefined} /><Steps steps={form.steps} names={names} /><Try tool={tool} changed={false} /></div>;
  return (
    <form className="tool" noValidate onSubmit={(x) => { x.preventDefault(); void e.save({ name: form.name.trim(), shared: form.shared, steps: form.steps.map(tidy) }, !!form.name.trim() && complete); }}>
      <Head own acts={acts} name={form.name} error={e.refusal?.field("name") ?? (e.tried && !form.name.trim() ? say("form.missing") : null)} onName={(name) => set({ name })} />
      <p className="s m">{say("tools.macro_about")}</p>
      <ol className="steps-edit">
        {form.steps.map((s, i) => {
          const has = (f: keyof Step) => FIELDS[s.act]?.includes(f);
          return (
            <li key={i}>
              <div className="step-top">
                <Select label={say("tools.step_n", { n: i + 1 })} value={s.act} onChange={(act) => set({ steps: form.steps.map((x, j) => (j === i ? { act, ...(x.body ? { body: x.body } : {}), ...START[act] } : x)) })} choices={[...new Set<string>([...ACTS, s.act])].map((a) => ({ id: a, name: actWord(say, a) }))} />
                <span className="x step-acts"><Button kind="bare" aria-label={say("tools.up", { n: i + 1 })} why={i === 0 ? say("tools.is_first") : null} onPress={() => move(i, -1)}>↑</Button><Button kind="bare" aria-label={say("tools.down", { n: i + 1 })} why={i === form.steps.length - 1 ? say("tools.is_last") : null} onPress={() => move(i, 1)}>↓</Button><Button kind="bare" aria-label={say("tools.remove", { n: i + 1 })} onPress={() => set({ steps: form.steps.filter((_, j) => j !== i) })}>✕</Button></span>
              </div>
              {s.act === "transfer" && <Select label={say("tools.to")} value={s.to ?? null} error={wrong(i, "to")} onChange={(to) => put(i, { to })} choices={[{ id: "me", name: say("tools.to_runner") }, ...staff.filter((p) => p.active && p.id !== me.id && ["engineer", "tam", "duty_chief"].includes(p.role)).map((p) => ({ id: p.id, name: p.name, more: term(say, "role", p.role) }))]} />}
              {s.act.endsWith("_severity") && <Select label={say("tools.new_severity")} value={s.to ?? null} error={wrong(i, "to")} onChange={(to) => put(i, { to })} choices={SEVERITIES.map((x) => ({ id: x, name: term(say, "severity", x) }))} />}
              {has("why") && <Select label={say("tools.wait_for")} value={s.why ?? null} error={wrong(i, "why")} onChange={(why) => put(i, { why })} choices={[{ id: "product", name: say("ring.waits_product") }, { id: "vendor", name: say("ring.waits_vendor") }]} />}
              {has("until_in") && <Select label={say("tools.until_in")} value={s.until_in ?? null} error={wrong(i, "until_in")} onChange={(until_in) => put(i, { until_in })} choices={[...new Set([...LENGTHS, ...(s.until_in ? [s.until_in] : [])])].map((l) => ({ id: l, name: say("tools.for_length", { length: when.length(lengthMs(l)) }) }))} />}
              {has("cause") && <TextLine label={say("tools.cause")} value={s.cause ?? ""} error={wrong(i, "cause")} onChange={(cause) => put(i, { cause })} />}
              {has("body") && <TextBox label={say(s.act === "note" ? "tools.note" : "tools.words")} rows={3} optional={!NEEDED[s.act]?.includes("body")} value={s.body ?? ""} error={wrong(i, "body")} onChange={(body) => put(i, { body })} help={say("tools.variables", { all: VARIABLES.map((v) => `{{${v}}}`).join(" ") })} />}
              {has("reason") && <TextLine label={say("tools.reason")} value={s.reason ?? ""} error={wrong(i, "reason")} onChange={(reason) => put(i, { reason })} />}
              {has("asks") && <Check on={!!s.asks} onChange={(asks) => put(i, { asks })}>{say("tools.asks")}</Check>}
            </li>
          );
        })}
      </ol>
      {e.tried && !form.steps.length && <p role="alert" className="txt-late s">{say("tools.one_step")}</p>}
      <p><Button onPress={() => set({ steps: [...form.steps, { act: form.steps.length ? "note" : "reply" }] })}>{say("tools.add_step")}</Button></p>
      <Foot e={e} own shared={form.shared} onShared={(shared) => set({ shared })} fields={["name", ...form.steps.map((_, i) => `steps[${i}]`)]} />
      <Try tool={tool} changed={e.changed} />
    </form>
  );
}
/** What it would do on a case; nothing happens. */
function Try({ tool, changed }: { tool: Macro | null; changed: boolean }) {
  const say = useSay(), staff = useQuery(staffQuery).data, [sample, picker] = useSample();
  const id = sample?.ticket.id, told = useQuery({ queryKey: ["macro", tool?.id, tool?.version, id], queryFn: () => runMacro(tool!.id, id!, true), enabled: !!tool && !!id && !changed, retry: false, gcTime: 0 });
  if (!tool) return null;
  return (
    <section className="tool-preview">
      <h2>{say("tools.try")}</h2>
      {changed ? <p className="s m">{say("tools.save_first")}</p> : <>{picker}{!id ? null : told.isPending ? <Shape rows={3} /> : told.isError ? <Wrong error={told.error} again={() => void told.refetch()} /> : <Steps steps={tool.steps} ran={told.data.steps} names={(p) => staff?.find((x) => x.id === p)} />}</>}
    </section>
  );
}

const ITEMS_MOST = 50;
export function ListEditor({ tool, own, acts, onSaved }: Editing<Checklist>) {
  const say = useSay();
  const e = useEditing("checklists", tool, { name: tool?.name ?? "", shared: tool?.shared ?? false, text: (tool?.items ?? []).join("\n") }, onSaved), { form, set } = e;
  const items = form.text.split("\n").map((t) => t.trim()).filter(Boolean), wrong: Word | null = e.tried && !items.length ? "form.missing" : items.length > ITEMS_MOST ? "tools.too_many_points" : null;
  return (
    <form className="tool" noValidate onSubmit={(x) => { x.preventDefault(); void e.save({ name: form.name.trim(), shared: form.shared, items }, !!form.name.trim() && items.length > 0 && items.length <= ITEMS_MOST); }}>
      <Head own={own} acts={acts} name={form.name} error={e.refusal?.field("name") ?? (e.tried && !form.name.trim() ? say("form.missing") : null)} onName={(name) => set({ name })} />
      {own && <TextBox label={say("tools.points_label")} help={say("tools.points_help")} rows={10} value={form.text} onChange={(text) => set({ text })} error={e.refusal?.fields.find((f) => f.field.startsWith("items"))?.message ?? (wrong ? say(wrong) : null)} />}
      <Foot e={e} own={own} shared={form.shared} onShared={(shared) => set({ shared })} fields={["name", "items"]} />
      <section className="tool-preview">
        <h2>{say("tools.preview")}</h2>
        {items.length ? <ul className="seen-points">{items.map((t, i) => <li key={i}><span className="box" aria-hidden="true" />{t}</li>)}</ul> : <p className="m s">{say("tools.no_points")}</p>}
      </section>
    </form>
  );
}
