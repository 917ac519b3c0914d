/** Reports the plans promise: what is owed and by when; one report with its numbers, the words people add, and the steps to the customer. */
import "./reports.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, got, Refusal } from "@api/client";
import { bookWords, Button, Empty, keep, languages, may, recall, TextBox, useMe, useNow, useSay, useSpeech, useTell, useWhen, Wrong, type Word } from "@ui";
import type { components } from "../../../generated/schema";
import { Asked, every, family, Frame, Refused, useDeed, version } from "../desk/kit";

type Seen = components["schemas"]["DeliverableSeenOut"];
type Owed = components["schemas"]["DeliverableOut"];
type Texts = Record<string, Record<string, string>>;
interface Totals { opened: number; resolved: number; unresolved: number; kept: number; broken: number; waived: number }
interface Cut { key: string; opened: number; kept: number; broken: number }
interface Numbers { now: Totals; before: Totals; by_product: Cut[]; by_severity: Cut[] }
const PARTS = ["summary", "risks", "actions"] as const, SOON = 7 * 86_400_000;

export function Page() {
  const say = useSay(), me = useMe(), go = useNavigate();
  const search = useSearch({ strict: false }) as { id?: string; all?: boolean };
  const list = useQuery({
    queryKey: ["deliverables", search.all ? "all" : "open"],
    queryFn: () => every<Owed>((cursor) => got(api.GET("/api/v1/deliverables", { params: { query: { open: !search.all, limit: 200, ...(cursor ? { cursor } : {}) } } }))),
    enabled: may(me, "deliverable.read") && !search.id,
  });
  if (!may(me, "deliverable.read")) return <Frame title={say("reports.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  if (search.id) return <One id={search.id} />;
  const show = (all: boolean) => void go({ to: "/reports", search: (all ? { all: true } : {}) as never });
  return (
    <Frame title={say("reports.title")} lead={say("reports.lead")}>
      <div className="x rp-bar" role="group" aria-label={say("reports.which")}>
        <button type="button" className="link" aria-pressed={!search.all} onClick={() => show(false)}>{say("reports.open")}</button>
        <button type="button" className="link" aria-pressed={!!search.all} onClick={() => show(true)}>{say("reports.all")}</button>
      </div>
      <Asked of={list}>{(all) => <Groups all={all} plain={!!search.all} />}</Asked>
    </Frame>
  );
}
/** Late, due within a week, later. */
function Groups({ all, plain }: { all: Owed[]; plain: boolean }) {
  const say = useSay(), now = useNow();
  if (!all.length) return <Empty title={say(plain ? "reports.none" : "reports.none_open")} />;
  const late = (d: Owed) => !d.delivered && Date.parse(d.due_at) < now, soon = (d: Owed) => !late(d) && Date.parse(d.due_at) - now < SOON;
  const groups: [Word, Owed[]][] = plain ? [["reports.all", all]] : [["reports.late", all.filter(late)], ["reports.soon", all.filter(soon)], ["reports.later", all.filter((d) => !late(d) && !soon(d))]];
  return <>{groups.filter(([, some]) => some.length).map(([word, some]) => <section key={word}><h2>{say(word)} <span className="m">{some.length}</span></h2><ul className="rows">{some.map((d) => <Line key={d.id} d={d} />)}</ul></section>)}</>;
}
function Line({ d }: { d: Owed }) {
  const { say, language } = useSpeech(), when = useWhen(), now = useNow();
  const left = Date.parse(d.due_at) - now;
  return (
    <li className="rp-row">
      <div className="grow"><Link className="plain" to="/reports" search={{ id: d.id } as never}><b>{d.account_name}</b> {bookWords(d.title as Record<string, string>, language)} {d.period}</Link>
        <p className="s m"><time dateTime={d.due_at} title={when.full(d.due_at)}>{say("reports.due", { at: when.date(Date.parse(d.due_at) - 1) })}</time></p></div>
      <span className={`s ${d.late ? "txt-late" : "q"}`}>{d.delivered ? say(d.late ? "reports.came_late" : "reports.in_time") : say(left < 0 ? "reports.late_by" : "reports.left", { length: when.length(left) })}</span>
      <span className={`tag ${d.state === "planned" ? "" : "on"}`}>{family(say, `reports.state_${d.state}`, d.state)}</span>
    </li>
  );
}

function One({ id }: { id: string }) {
  const seen = useQuery({ queryKey: ["deliverable", id], queryFn: () => got(api.GET("/api/v1/deliverables/{id}", { params: { path: { id } } })), refetchOnWindowFocus: false });
  return <Asked of={seen}>{(s) => <Report key={id} seen={s} />}</Asked>;
}
function Report({ seen }: { seen: Seen }) {
  const { say, language } = useSpeech(), when = useWhen(), tell = useTell();
  const d = seen.deliverable, place = `report.${d.id}`, own = (seen.words ?? {}) as Texts;
  const kept = recall<{ version: number; words: Texts } | null>(place, null);
  const [words, setWords] = useState<Texts>(kept?.words ?? own);
  // The version these words were begun on: what a colleague saved since then is not written over unseen.
  const [base, setBase] = useState(kept?.version ?? d.version);
  const passed = base !== d.version;
  const [tongue, setTongue] = useState<string>(language === "en-XA" ? "en" : language);
  const changed = JSON.stringify(words) !== JSON.stringify(own), may_write = d.state === "planned" && d.offers.length > 0;
  // What is written and not saved stays in this browser.
  useEffect(() => { keep(place, changed ? { version: base, words } : null); if (!changed) setBase(d.version); }, [place, changed, words, base, d.version]);
  const old = [["deliverables"], ["deliverable", d.id]];
  const save = useDeed((_: undefined, key: string) => got(api.PATCH("/api/v1/deliverables/{id}", { params: { path: { id: d.id }, header: { ...version(base), "Idempotency-Key": key } }, body: { words } })), { old, told: say("reports.saved"), then: (s) => { keep(place, null); setBase(s.deliverable.version); setWords((s.words ?? {}) as Texts); } });
  const step = useDeed((to: string, key: string) => got(api.POST("/api/v1/deliverables/{id}/steps", { params: { path: { id: d.id }, header: { "Idempotency-Key": key } }, body: { step: to, version: d.version } })), { old, then: (_, to) => tell(say(`reports.told_${to}` as Word)) });
  const put = (part: string, text: string) => setWords({ ...words, [tongue]: { ...words[tongue], [part]: text } });
  const file = (format: string, lang: string) => `/api/v1/deliverables/${d.id}/file?format=${format}&lang=${lang}`;
  const name = (by: string | null | undefined) => (by ? (seen.people as Record<string, { name: string }>)[by]?.name ?? "" : "");
  return (
    <Frame title={`${d.account_name} ${d.period}`} lead={`${bookWords(d.title as Record<string, string>, language)} · ${say("reports.due", { at: when.date(Date.parse(d.due_at) - 1) })}`}
      tools={<Link className="btn" to="/reports">{say("reports.back")}</Link>}>
      <div className="rp-two">
        <div>
          {seen.numbers && <Shown n={seen.numbers as unknown as Numbers} frozen={!!seen.approved} />}
          <h2>{say("reports.files")}</h2>
          <ul className="plainly">{["zh-CN", "en"].map((l) => <li key={l} className="x rp-files"><span>{say(l === "en" ? "reports.english" : "reports.chinese")}</span><a href={file("pdf", l)} download>{say("reports.pdf")}</a><a href={file("xlsx", l)} download>{say("reports.xlsx")}</a></li>)}</ul>
        </div>
        <form onSubmit={(e) => { e.preventDefault(); if (changed) void save.run(undefined); }} noValidate>
          <h2>{say("reports.words")}</h2>
          <div className="x rp-bar" role="group" aria-label={say("reports.tongue")}>{languages.map((l) => <button key={l} type="button" className="link" aria-pressed={l === tongue} onClick={() => setTongue(l)}>{say(l === "en" ? "reports.english" : "reports.chinese")}</button>)}</div>
          {PARTS.map((part) => <TextBox key={`${tongue}.${part}`} label={say(`reports.${part}`)} rows={part === "summary" ? 6 : 3} value={words[tongue]?.[part] ?? ""} onChange={(t: string) => put(part, t)} isDisabled={!may_write} />)}
          {may_write && <p className="x"><Button kind="go" type="submit" why={changed ? null : say("reports.unchanged")}>{say("reports.save")}</Button><span className="s m" role="status">{changed ? say("reports.kept_here") : ""}</span></p>}
          {changed && passed && <div role="alert" className="rp-passed"><p>{say("reports.passed")}</p><p className="x"><Button onPress={() => { setBase(d.version); }}>{say("reports.mine")}</Button><Button onPress={() => { setWords(own); setBase(d.version); }}>{say("reports.theirs")}</Button></p></div>}
          <Refused error={save.refusal ?? step.refusal} />
          <h2>{say("reports.way")}</h2>
          <p className="s q">{[seen.author && say("reports.by", { name: name(seen.author) }), seen.approved && say("reports.approved_by", { name: name(seen.approved.by) }), d.delivered && say("reports.delivered_by", { name: name(d.delivered.by), at: when.date(d.delivered.at) }), d.accepted && say("reports.accepted_by", { name: name(d.accepted.by) })].filter(Boolean).join(" · ") || say("reports.nothing_yet")}</p>
          <ul className="rp-steps">{d.offers.filter((o) => o.possible || o.step === "approve" || o.step === "deliver").map((o) => (
            <li key={o.step} className="x"><Button why={changed ? say("reports.save_first") : o.possible ? null : family(say, `reports.why_${o.why?.split(".").pop()}`, o.why ?? "")} onPress={() => void step.run(o.step)}>{say(`reports.step_${o.step}` as Word)}</Button><span className="s m">{changed ? say("reports.save_first") : o.why ? family(say, `reports.why_${o.why.split(".").pop()}`, o.why) : ""}</span></li>))}</ul>
        </form>
      </div>
    </Frame>
  );
}
/** The numbers as the report says them, with the month before. */
function Shown({ n, frozen }: { n: Numbers; frozen: boolean }) {
  const say = useSay(), when = useWhen();
  const share = (t: Totals) => (t.kept + t.broken ? `${when.number(Math.round((t.kept / (t.kept + t.broken)) * 1000) / 10)}%` : "–");
  const cells: [Word, (t: Totals) => string][] = [["reports.opened", (t) => when.number(t.opened)], ["reports.resolved", (t) => when.number(t.resolved)], ["reports.unresolved", (t) => when.number(t.unresolved)], ["reports.kept", share], ["reports.broken", (t) => when.number(t.broken)]];
  return (
    <>
      <h2>{say("reports.numbers")} <span className="s m">{say(frozen ? "reports.frozen" : "reports.live")}</span></h2>
      <dl className="rp-cards">{cells.map(([word, of]) => <div key={word}><dt className="s q">{say(word)}</dt><dd><b>{of(n.now)}</b> <span className="s m">{say("reports.before", { value: of(n.before) })}</span></dd></div>)}</dl>
      {([["reports.by_product", n.by_product], ["reports.by_severity", n.by_severity]] as [Word, Cut[]][]).map(([word, cuts]) => cuts.length > 0 && (
        <table key={word} className="rp-cut"><thead><tr><th scope="col">{say(word)}</th><th scope="col">{say("reports.cases")}</th><th scope="col">{say("reports.kept_n")}</th><th scope="col">{say("reports.broken_n")}</th></tr></thead>
          <tbody>{cuts.slice(0, 12).map((c) => <tr key={c.key}><th scope="row">{word === "reports.by_severity" ? family(say, `severity.${c.key}`, c.key) : c.key || say("reports.no_product")}</th><td>{when.number(c.opened)}</td><td>{when.number(c.kept)}</td><td>{when.number(c.broken)}</td></tr>)}</tbody></table>))}
    </>
  );
}
