/** What the rooms beside the queue share: the frame, the states of a question, small forms, names of people and customers. */
import "./desk.css";
import { queryOptions, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useId, useRef, useState, type ReactNode } from "react";
import { api, got, newKey, Refusal, type Schemas } from "@api/client";
import { Button, Dialog, Shape, useSay, useTell, Wrong, type Word } from "@ui";

export type Person = Schemas["PersonOut"];
export type Account = Schemas["AccountOut"];

export function Frame({ title, tools, lead, children }: { title: ReactNode; tools?: ReactNode; lead?: ReactNode; children: ReactNode }) {
  return (
    <>
      <div className="tools"><h1 className="grow">{title}</h1>{tools}</div>
      <div className="room desk">{lead && <p className="lead">{lead}</p>}{children}</div>
    </>
  );
}
/** A question's answer, or the state it is in. */
export function Asked<T>({ of, rows = 6, children }: { of: UseQueryResult<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  return of.isError ? <Wrong error={of.error} again={() => void of.refetch()} /> : <Shape rows={rows} />;
}
const MOST_PAGES = 25;
/** Everything of a list that comes in pages, up to five thousand. */
export async function every<T>(page: (cursor: string | undefined) => Promise<{ items: T[]; next?: string | null }>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let i = 0; i < MOST_PAGES; i++) {
    const { items, next } = await page(cursor);
    all.push(...items);
    if (!next) break;
    cursor = next;
  }
  return all;
}
export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: () => every((cursor) => got(api.GET("/api/v1/people", { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }))),
});
export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: () => every((cursor) => got(api.GET("/api/v1/accounts", { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }))),
});
export const accountQuery = (id: string) => queryOptions({
  queryKey: ["account", id],
  queryFn: () => got(api.GET("/api/v1/accounts/{id}", { params: { path: { id } } })),
  staleTime: 5 * 60_000,
});
/** Names by id; a name not known (yet) is empty. */
export function useNames() {
  const people = useQuery(peopleQuery), accounts = useQuery(accountsQuery);
  return {
    person: (id: string | null | undefined) => people.data?.find((p) => p.id === id)?.name ?? "",
    account: (id: string | null | undefined) => accounts.data?.find((a) => a.id === id)?.name ?? "",
    staff: (people.data ?? []).filter((p) => !p.account),
  };
}
/** A deed over the line: busy while it runs, its refusal kept for the form, the lists it changed made old. A repetition after
 *  a lost answer carries the same key, so nothing is done twice. */
export function useDeed<A, R>(deed: (args: A, key: string) => Promise<R>, { old = [], told, then }: { old?: string[][]; told?: string; then?: (result: R, args: A) => void } = {}) {
  const client = useQueryClient(), tell = useTell();
  const [busy, setBusy] = useState(false), [refusal, setRefusal] = useState<Refusal | null>(null);
  const key = useRef<string | null>(null);
  async function run(args: A) {
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    key.current ??= newKey();
    try {
      const result = await deed(args, key.current);
      key.current = null;
      await Promise.all(old.map((k) => client.invalidateQueries({ queryKey: k })));
      if (told) tell(told);
      then?.(result, args);
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      if (!e.offline) key.current = null;
      setRefusal(e);
    } finally { setBusy(false); }
  }
  return { run, busy, refusal, clear: () => setRefusal(null) };
}
/** Why a form was not taken; fields that show their own fault are left out. */
export function Refused({ error, shown = [] }: { error: Refusal | null; shown?: string[] }) {
  const say = useSay();
  if (!error) return null;
  const rest = error.fields.filter((f) => !shown.includes(f.field));
  if (error.fields.length && !rest.length) return <p role="alert" className="txt-late">{say("desk.look_above")}</p>;
  const words = error.offline ? say("state.offline_detail") : error.status === 412 ? say("desk.changed_meanwhile") : (error.detail ?? error.title);
  return <div role="alert" className="txt-late"><p>{words}</p>{rest.map((f) => <p key={f.field}>{f.message}</p>)}</div>;
}
export const version = (v: number) => ({ "If-Match": `"${v}"` });

export function Check({ on, onChange, children, why, more }: { on: boolean; onChange: (on: boolean) => void; children: ReactNode; why?: string | null; more?: string }) {
  return (
    <label className={`check ${why ? "cannot" : ""}`} title={why ?? undefined}>
      <input type="checkbox" checked={on} disabled={!!why} onChange={(e) => onChange(e.target.checked)} />
      <span>{children}{(why ?? more) && <span className="s m"> {why ?? more}</span>}</span>
    </label>
  );
}
/** A moment or a day, by the browser's own field. */
export function When_({ label, type, value, onChange, error, help, optional }: { label: string; type: "datetime-local" | "date" | "time"; value: string; onChange: (v: string) => void; error?: string | null; help?: string; optional?: boolean }) {
  const say = useSay(), id = useId();
  return (
    <div className="item">
      <label htmlFor={id}>{label}{optional && <span className="m"> {say("form.optional")}</span>}</label>
      <input id={id} className="field" type={type} value={value} onChange={(e) => onChange(e.target.value)} aria-invalid={!!error} aria-describedby={`${id}-more`} />
      <span id={`${id}-more`} className={`s ${error ? "txt-late" : "m"}`}>{error ?? help}</span>
    </div>
  );
}
/** The end of a form: what was refused, then the one act. */
export function Ends({ act, busy, refusal, shown, onClose, danger }: { act: string; busy: boolean; refusal: Refusal | null; shown?: string[]; onClose: () => void; danger?: boolean }) {
  const say = useSay();
  return (
    <>
      <Refused error={refusal} {...(shown ? { shown } : {})} />
      <div className="ends"><Button kind="bare" onPress={onClose}>{say("form.cancel")}</Button><Button kind={danger ? "late" : "go"} type="submit" why={busy ? say("desk.busy") : null}>{act}</Button></div>
    </>
  );
}
/** Asks before what cannot be undone, naming it. */
export function Confirm({ title, words, act, open, onClose, deed }: { title: string; words: string; act: string; open: boolean; onClose: () => void; deed: { run: (a: undefined) => Promise<void>; busy: boolean; refusal: Refusal | null } }) {
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <form onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}><p>{words}</p><Ends act={act} busy={deed.busy} refusal={deed.refusal} onClose={onClose} danger /></form>
    </Dialog>
  );
}
/** A secret that is shown this once. */
export function Secret({ text, words, onClose }: { text: string; words: string; onClose: () => void }) {
  const say = useSay();
  const [copied, setCopied] = useState(false);
  async function copy() { try { await navigator.clipboard.writeText(text); setCopied(true); } catch { setCopied(false); } }
  return (
    <>
      <p>{words}</p>
      <div className="secret"><code>{text}</code><Button onPress={() => void copy()}>{copied ? say("desk.copied") : say("desk.copy")}</Button></div>
      <p className="unseen" role="status">{copied && say("desk.copied")}</p>
      <div className="ends"><Button kind="go" onPress={onClose}>{say("desk.kept_safe")}</Button></div>
    </>
  );
}
export function Meter({ used, of, words }: { used: number; of: number; words: string }) {
  const share = of > 0 ? Math.min(100, (used / of) * 100) : used > 0 ? 100 : 0;
  return <span className={`meter ${of > 0 && used >= of ? "full" : ""}`}><i className="bar" style={{ "--v": `${share}%` } as React.CSSProperties} aria-hidden="true" /><span>{words}</span></span>;
}
/** A word of a family, or the code made readable when nobody has words for it. */
export function family(say: (word: Word) => string, word: string, code: string): string {
  const said = say(word as Word);
  return said === word ? code.replaceAll("_", " ") : said;
}
const offsetAt = (at: number, zone: string) => {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at).map((p) => [p.type, Number(p.value)]));
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!) - Math.floor(at / 1000) * 1000;
};
/** What a date field shows for an instant, in a zone. */
export const toField = (at: number, zone: string) => new Date(at + offsetAt(at, zone)).toISOString().slice(0, 16);
/** The instant a date field means, in a zone. */
export function fromField(text: string, zone: string): string {
  const wall = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}:00Z`);
  const first = wall - offsetAt(wall, zone);
  return new Date(wall - offsetAt(first, zone)).toISOString();
}
export const listOf = (text: string) => text.split(/[\s,，、;；]+/).map((t) => t.trim()).filter(Boolean);
/** Finds in what is shown, as one types. */
export function Find({ label, value, onChange }: { label: string; value: string; onChange: (t: string) => void }) {
  return <span className="find"><input className="field" type="search" aria-label={label} placeholder={label} value={value} onChange={(e) => onChange(e.target.value)} /></span>;
}
