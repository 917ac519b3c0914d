/** The form of a question: what, where, how bad, and by when there will be an answer, before anything is sent. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { api, got, newKey, Refusal, upload } from "@api/client";
import { bookWords, keep, keepsLonger, lengthMs, may, recall, Severity, useMe, useNow, useSpeech, useTell } from "@ui";
import { bookQuery, choicesQuery, quotasQuery, soft, type Book, type Choices, type Preview } from "../../api";
import { BYTES_MAX, Chips, Drop, FILES_MAX, named, Pick, type Kept } from "../../files";
import { Guides } from "./guides";
import "./ask.css";

/** What is known before anybody writes: the instance somebody comes from. */
export interface Given { product?: string | undefined; instance?: string | undefined }

interface Draft { key: string; product: string; subject: string; body: string; instance: string; error_code: string; from: string; to: string; severity: string; tried: string; /** The case, once the house has it: a retry goes on from there. */ made?: string }
const EMPTY = (): Draft => ({ key: newKey(), product: "", subject: "", body: "", instance: "", error_code: "", from: "", to: "", severity: "", tried: "" });
const SCALE = ["critical", "urgent", "high", "medium", "low"] as const;
const PRODUCTS = ["ecs", "rds", "oss", "slb", "vpc", "cdn", "redis", "kubernetes", "dns", "account"];
const SUBJECT_MAX = 300;
const about = ({ product, instance }: Given): Partial<Draft> => ({ ...(product ? { product } : {}), ...(instance ? { instance } : {}) });
type Faults = Partial<Record<"subject" | "body" | "severity" | "window", string>>;

/** `place`: where what is typed is kept. `small`: inside another page, where what is given stays out of the way and the rest can be opened. */
export function AskForm({ place, given, small = false, onMade, end }: { place: string; given: Given; small?: boolean; onMade: (ticket: string) => unknown; end?: ReactNode }) {
  const { say, when, language } = useSpeech(), me = useMe(), now = useNow(), client = useQueryClient(), tell = useTell();
  const [draft, setDraft] = useState<Draft>(() => {
    const d = { ...EMPTY(), ...recall<Partial<Draft>>(place, {}) };
    // Words begun about something else stay about it.
    return small && (d.subject || d.body) ? d : { ...d, ...about(given) };
  });
  const [files, setFiles] = useState<Kept[]>([]), [faults, setFaults] = useState<Faults>({}), [where, setWhere] = useState(() => !small || !(draft.product || draft.instance));
  const [fault, setFault] = useState<string | null>(null), [busy, setBusy] = useState(false), [found] = useState(() => !!(draft.subject || draft.body));
  const change = (part: Partial<Draft>) => setDraft((d) => { const next = { ...d, ...part }; keep(place, next); return next; });
  // The page around comes to speak of something else: what somebody typed stays, what only was given goes along.
  const was = useRef(given);
  useEffect(() => {
    const before = was.current, now = about(given);
    was.current = given;
    setDraft((d) => {
      const goes = (f: "product" | "instance") => (now[f] && (!d[f] || d[f] === before[f]) ? { [f]: now[f] } : {});
      const next = { ...d, ...goes("product"), ...goes("instance") };
      if (d.subject || d.body) keep(place, next);
      return next;
    });
  }, [given.product, given.instance]);
  const forget = () => { const fresh = { ...EMPTY(), ...about(given) }, old = draft; keep(place, fresh); setDraft(fresh); setFaults({}); tell(say("ask.forgotten"), () => { keep(place, old); setDraft(old); }); };

  const plan = useQuery({ ...quotasQuery, enabled: may(me, "plan.read") && may(me, "account.read") }).data?.plan;
  const book = useQuery({ ...bookQuery(plan ?? ""), enabled: !!plan }).data;
  const choices = useQuery(choicesQuery).data ?? null;
  const quiet = useLater(`${draft.product}\n${draft.subject}\n${draft.severity}`, 500).split("\n");
  const preview = useQuery({ queryKey: ["ask", "preview", ...quiet], enabled: !!choices && !!(quiet[0] || quiet[1]), queryFn: () => soft<Preview>("/ask/preview", { channel: "web_ticket", product: quiet[0]!, subject: quiet[1]!, ...(quiet[2] ? { severity: quiet[2] } : {}) }), staleTime: 60_000 }).data ?? null;

  const check = (d: Draft, only?: keyof Faults): Faults => {
    const all: Faults = {
      ...(d.subject.trim() ? (d.subject.length > SUBJECT_MAX ? { subject: say("ask.subject_long", { max: SUBJECT_MAX }) } : {}) : { subject: say("ask.subject_missing") }),
      ...(d.body.trim() ? {} : { body: say("ask.body_missing") }),
      ...(d.severity ? {} : { severity: say("ask.severity_missing") }),
      ...(d.from && d.to && d.to < d.from ? { window: say("ask.window_wrong") } : {}),
    };
    return only ? { [only]: all[only] } : all;
  };
  const leave = (field: keyof Faults) => setFaults((f) => ({ ...f, ...check(draft, field) }));
  const add = (list: File[]) => {
    const stamp = say("portal.screenshot", { at: when.short(Date.now(), Date.now()).replace(/[:\s]/g, "-") });
    setFiles((all) => [...all, ...list.slice(0, FILES_MAX - all.length).map((raw) => { const file = named(raw, stamp); return { key: newKey(), file, ...(file.size > BYTES_MAX ? { failed: say("portal.file_big") } : {}) }; })]);
  };
  const sending = useRef(false);
  const send = async () => {
    if (sending.current) return;
    const wrong = check(draft);
    setFaults(wrong);
    const first = (["subject", "body", "window", "severity"] as const).find((f) => wrong[f]);
    if (first) { document.getElementById(first === "severity" ? `severity-${rows[0]!.severity}` : first)?.focus(); return; }
    sending.current = true;
    setBusy(true);
    setFault(null);
    try {
      let id = draft.made;
      if (!id) {
        const local = (text: string) => new Date(text).toISOString();
        const made = await got(api.POST("/api/v1/tickets", {
          params: { header: { "Idempotency-Key": draft.key } },
          body: {
            subject: draft.subject.trim(), body: draft.body.trim(), channel: "web_ticket", severity: draft.severity, product: draft.product.trim(), instance: draft.instance.trim(), error_code: draft.error_code.trim(), tried: draft.tried.trim(), language: me.language,
            impact: impactOf(draft.severity), ...(draft.from ? { window: { from: local(draft.from), ...(draft.to ? { to: local(draft.to) } : {}) } } : {}),
          },
        }));
        id = (made as { ticket?: { id: string }; id?: string }).ticket?.id ?? (made as { id: string }).id;
        change({ made: id });
      }
      for (const f of files) {
        if (f.id || f.file.size > BYTES_MAX) continue;
        const up = await upload(id, f.file);
        setFiles((all) => all.map((k) => (k.key === f.key ? { ...k, id: up.id } : k)));
      }
      keep(place, EMPTY());
      void client.invalidateQueries({ queryKey: ["counts"] });
      await onMade(id);
    } catch (e) {
      const away = e instanceof Refusal && e.offline;
      setFault(away ? say("ask.offline") : e instanceof Refusal ? (e.fields[0] ? `${e.title} ${e.fields.map((f) => f.message).join(" ")}` : (e.detail ?? e.title)) : say("state.wrong_detail"));
      if (away) addEventListener("online", () => void again.current(), { once: true });
    } finally { sending.current = false; setBusy(false); }
  };
  const again = useRef(send);
  again.current = send;

  const rows = severities(choices, book);
  const impactOf = (severity: string) => { const row = rows.find((r) => r.severity === severity); return row?.impact ? bookWords(row.impact, language) : say(`ask.impact_${severity}` as never); };
  const byWhen = (r: Row): string | null => {
    if (r.due) return say("ask.answer_by", { at: when.short(r.due, now) });
    if (!r.target) return null;
    return r.always ? say("ask.answer_by", { at: when.short(now + lengthMs(r.target), now) }) : say("ask.answer_within", { length: when.length(lengthMs(r.target)) });
  };
  const chosen = rows.find((r) => r.severity === draft.severity), by = chosen ? byWhen(chosen) : null;
  const third = book?.scope?.third_party.find((t) => t.name.length > 2 && `${draft.product} ${draft.subject} ${draft.body}`.toLowerCase().includes(t.name.toLowerCase()));
  const product = (
    <Field id="product" label={say("ask.product")} optional {...(small ? {} : { help: say("ask.product_help") })}>
      <input id="product" className="field" list="products" autoComplete="off" aria-describedby="product-help" value={draft.product} onChange={(e) => change({ product: e.target.value })} />
      <datalist id="products">{(choices?.products.length ? choices.products.map((p) => p.product) : PRODUCTS).map((p) => <option key={p} value={p} />)}</datalist>
    </Field>
  );
  const instance = <Field id="instance" label={say("ask.instance")} optional><input id="instance" className="field" autoComplete="off" spellCheck={false} placeholder={say("ask.instance_hint")} value={draft.instance} onChange={(e) => change({ instance: e.target.value })} /></Field>;
  const details = (
    <>
      <Field id="error" label={say("ask.error_code")} optional><input id="error" className="field" autoComplete="off" spellCheck={false} value={draft.error_code} onChange={(e) => change({ error_code: e.target.value })} /></Field>
      <Field id="window" label={say("ask.from")} optional {...(faults.window ? { error: faults.window } : {})}><input id="window" type="datetime-local" className="field" value={draft.from} aria-invalid={!!faults.window} onChange={(e) => change({ from: e.target.value })} onBlur={() => leave("window")} /></Field>
      <Field id="to" label={say("ask.to")} optional help={say("ask.to_help")}><input id="to" type="datetime-local" className="field" value={draft.to} aria-describedby="to-help" onChange={(e) => change({ to: e.target.value })} onBlur={() => leave("window")} /></Field>
    </>
  );
  const tried = <Field id="tried" label={say("ask.tried")} optional><input id="tried" className="field" value={draft.tried} onChange={(e) => change({ tried: e.target.value })} /></Field>;
  return (
    <>
      {found && !draft.made && <p className="note x">{say("ask.found")} <button type="button" className="link" onClick={forget}>{say("ask.forget")}</button></p>}
      <form noValidate onSubmit={(e) => { e.preventDefault(); void send(); }} onKeyDown={(e) => { if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && !e.nativeEvent.isComposing && e.keyCode !== 229) { e.preventDefault(); void send(); } }}>
        {!small ? product : where ? <div className="two">{product}{instance}</div> : (
          <p className="s x about"><span className="m">{say("ask.about")}</span><span>{draft.product}{draft.product && draft.instance && " · "}<code>{draft.instance}</code></span><button type="button" className="link" onClick={() => setWhere(true)}>{say("ask.about_change")}</button></p>
        )}
        <Field id="subject" label={say("ask.subject")} {...(faults.subject ? { error: faults.subject } : {})}>
          <input id="subject" className="field" value={draft.subject} aria-invalid={!!faults.subject} aria-describedby="subject-help" placeholder={say("ask.subject_hint")} onChange={(e) => change({ subject: e.target.value })} onBlur={() => leave("subject")} onKeyDown={(e) => { if (e.key === "Enter" && !e.metaKey && !e.ctrlKey) e.preventDefault(); }} />
        </Field>
        <Guides product={quiet[0]!} words={quiet[1]!} onGoOn={() => document.getElementById("body")?.focus()} />
        <ScopeHint preview={preview} third={third} />
        <Drop onFiles={add}>
          <Field id="body" label={say("ask.body")} help={say("ask.body_help")} {...(faults.body ? { error: faults.body } : {})}>
            <textarea id="body" className="field" rows={small ? 4 : 6} value={draft.body} aria-invalid={!!faults.body} aria-describedby="body-help" placeholder={say("ask.body_hint")} onChange={(e) => change({ body: e.target.value })} onBlur={() => leave("body")} />
          </Field>
          <div className="x files-bar"><Pick onFiles={add} /><Chips files={files} onDrop={(k) => setFiles((all) => all.filter((f) => f.key !== k))} /></div>
        </Drop>
        {!small && <div className="two">{instance}{details}</div>}
        {!small && tried}
        <fieldset className="impact" aria-describedby="severity-help">
          <legend>{say("ask.impact")}</legend>
          {rows.map((r) => {
            const due = byWhen(r);
            return (
              <label key={r.severity}>
                <input id={`severity-${r.severity}`} type="radio" name="severity" checked={draft.severity === r.severity} onChange={() => { change({ severity: r.severity }); setFaults(({ severity: _, ...rest }) => rest); }} />
                <span><span>{impactOf(r.severity)}</span><Severity of={r.severity} /></span>
                <span className={due ? "by" : "by none"}>{due ?? say("ask.not_promised")}</span>
              </label>
            );
          })}
          <p id="severity-help" className={faults.severity ? "txt-late" : "unseen"} role={faults.severity ? "alert" : undefined}>{faults.severity ?? say("ask.impact_help")}</p>
        </fieldset>
        {small && <details className="outside" {...(faults.window ? { open: true } : {})}><summary>{say("ask.more")}</summary><div className="two">{details}</div>{tried}</details>}
        {book?.scope && (
          <details className="outside">
            <summary>{say("ask.outside")}</summary>
            <ul>{book.scope.outside.map((w, i) => <li key={i}>{bookWords(w, language)}</li>)}</ul>
            {book.scope.redirect && <p className="note">{say("ask.redirect", { where: bookWords(book.scope.redirect, language) })}</p>}
            <p className="s m">{book.scope.source.document} · {book.scope.source.section}</p>
          </details>
        )}
        {fault && <p role="alert" className="txt-late">{fault}</p>}
        <div className="send-bar">
          <p className="why q" role="status">{by ? say("ask.promise", { by }) : chosen ? say("ask.no_promise") : say("ask.choose_impact")}</p>
          <button className="btn go" disabled={busy}>{say(busy ? "case.sending" : "ask.send")}</button>
          {end}
          <span className="s m">{say(keepsLonger() ? "ask.kept" : "ask.kept_now")}</span>
        </div>
      </form>
    </>
  );
}
/** Above the words somebody writes: whether the plan covers them, and where to go if not. Never a refusal. */
function ScopeHint({ preview, third }: { preview: Preview | null; third: NonNullable<Book["scope"]>["third_party"][number] | undefined }) {
  const { say, language } = useSpeech();
  const scope = preview?.scope;
  if (scope && (scope.verdict === "out_of_scope" || scope.verdict === "third_party")) return (
    <div className="scope" role="status">
      <p><b>{say(scope.verdict === "out_of_scope" ? "ask.out" : "ask.third")}</b></p>
      <p className="q">{bookWords(scope.words, language)}{scope.unsupported && ` ${say("ask.third_not", { what: bookWords(scope.unsupported, language) })}`}</p>
      {scope.redirect && <p>{scope.link ? <a href={scope.link} rel="noreferrer">{bookWords(scope.redirect, language)}</a> : say("ask.redirect", { where: bookWords(scope.redirect, language) })}</p>}
      <p className="s m">{say("ask.send_anyway")}</p>
    </div>
  );
  if (!third) return null;
  return (
    <div className="scope ok" role="status">
      <p><b>{say("ask.third_name", { name: third.name })}</b></p>
      <p className="q">{third.supported ? say("ask.third_yes", { what: bookWords(third.supported, language) }) : ""}{third.unsupported ? ` ${say("ask.third_not", { what: bookWords(third.unsupported, language) })}` : ""}</p>
    </div>
  );
}
function Field({ id, label, optional, help, error, children }: { id: string; label: string; optional?: boolean; help?: string; error?: string; children: ReactNode }) {
  const { say } = useSpeech();
  return (
    <div className="item">
      <label htmlFor={id}>{label}{optional && <span className="m"> {say("form.optional")}</span>}</label>
      {children}
      {(error ?? help) && <span id={`${id}-help`} className={error ? "s txt-late" : "s m"} role={error ? "alert" : undefined}>{error ?? help}</span>}
    </div>
  );
}
interface Row { severity: string; impact?: Record<string, string>; due?: string | null; target: string | null; always: boolean }
/** What each severity is promised: by the house's own word, or as the plan book has it. */
function severities(choices: Choices | null, book: Book | undefined): Row[] {
  if (choices?.severities.length) return choices.severities.map((s) => { const p = s.promises.find((p) => p.promise === "first_response"); return { severity: s.severity, impact: s.impact, due: p?.due_at ?? null, target: p?.target ?? null, always: p?.calendar.includes("24x7") ?? false }; });
  return SCALE.map((severity) => {
    const p = book?.promises.find((p) => p.key === "first_response" && p.kind === "contract" && p.channel.includes("web_ticket") && (p.severity === "any" || p.severity.includes(severity)));
    return { severity, target: p?.target ?? null, always: p?.calendar?.includes("24x7") ?? false };
  });
}
/** A value once it has rested. */
function useLater(value: string, ms: number): string {
  const [rested, set] = useState(value);
  useEffect(() => { const t = setTimeout(() => set(value), ms); return () => clearTimeout(t); }, [value, ms]);
  return rested;
}
