/** The thread: what was said and what happened, by time. It never moves under the reader; what is new waits in a pill. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { createContext, Fragment, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { caseQuery } from "@api/queries";
import { ActMenu, Button, pauseWords, Ring, term, useMe, useNow, useSpeech } from "@ui";
import { Files } from "./files";
import { promiseWord, readable, saidOr } from "./names";
import type { Attachment, Case, HouseEvent, Message, Names } from "./types";
import { weave, type Foreign, type Happening, type Spoken } from "./weave";

/** What can be done with one strand; absent where it cannot. */
export interface StrandActs { split?: (m: Message) => void; unmerge?: (part: string) => (() => void) | null }
const Acts = createContext<StrandActs>({});
const NO_FOREIGN: Foreign[] = [];
/** So many strands at first; older ones on demand. */
const FIRST = 60, MORE = 100;

export function Thread({ whole, messages, events, names, foreign = NO_FOREIGN, acts }: { whole: Case; messages: Message[]; events: HouseEvent[]; names: Names; foreign?: Foreign[]; acts: StrandActs }) {
  const { say, when } = useSpeech(), me = useMe();
  const strands = useMemo(() => weave(messages, events, whole.attachments, foreign), [messages, events, whole.attachments, foreign]);
  const [shown, setShown] = useState(FIRST), [news, setNews] = useState(0), [heard, setHeard] = useState("");
  const end = useRef<HTMLDivElement>(null), box = useRef<HTMLDivElement>(null), atEnd = useRef(true), settled = useRef(false), count = useRef(messages.length), fromEnd = useRef<number | null>(null);
  const visible = strands.slice(-shown), hidden = strands.length - visible.length;

  useEffect(() => {
    const watch = new IntersectionObserver(([e]) => { atEnd.current = !!e?.isIntersecting; if (e?.isIntersecting) setNews(0); }, { rootMargin: "0px 0px 48px 0px" });
    watch.observe(end.current!);
    return () => watch.disconnect();
  }, []);
  const toEnd = () => end.current?.scrollIntoView({ block: "end" });
  // The newest word is what one opens a case for.
  useLayoutEffect(() => { if (!settled.current && events.length) { settled.current = true; toEnd(); } }, [events.length]);
  useLayoutEffect(() => {
    const fresh = messages.slice(count.current);
    count.current = messages.length;
    if (!fresh.length || !settled.current) return;
    const mine = fresh.at(-1)!.author === me.id, others = fresh.filter((m) => m.author !== me.id);
    if (atEnd.current || mine) toEnd(); else setNews((n) => n + others.length);
    if (others.length) setHeard(say("ticket.heard", { name: names(others.at(-1)!.author)?.name ?? say("ticket.house"), text: others.at(-1)!.body.slice(0, 140) }));
  }, [messages.length]);
  // Earlier words come in above: the reader's place is counted from the end.
  useLayoutEffect(() => { if (fromEnd.current !== null && box.current) { box.current.scrollTop = box.current.scrollHeight - fromEnd.current; fromEnd.current = null; } }, [shown]);

  return (
    <Acts value={acts}><div className="thread-frame">
      <div className="thread" ref={box} tabIndex={0} role="region" aria-label={say("ticket.thread")}>
        {hidden > 0 && <p className="earlier"><Button kind="bare" onPress={() => { fromEnd.current = box.current!.scrollHeight - box.current!.scrollTop; setShown(shown + MORE); }}>{say("ticket.earlier", { n: hidden })}</Button></p>}
        {visible.map((s, i) => {
          const before = visible[i - 1];
          const newDay = !before || when.date(before.at) !== when.date(s.at);
          return (
            <Fragment key={s.id}>
              {newDay && <h2 className="day"><span>{when.date(s.at)}</span></h2>}
              {s.kind === "message" ? <Said spoken={s} whole={whole} names={names} first={s.message.id === messages[0]?.id} /> : <Happened strand={s} whole={whole} names={names} events={events} />}
            </Fragment>
          );
        })}
        <div ref={end} className="thread-end" />
      </div>
      {news > 0 && <button type="button" className="news" onClick={() => { setNews(0); toEnd(); }}>{say("ticket.news", { n: news })} ↓</button>}
      <p className="unseen" aria-live="polite">{heard}</p>
    </div></Acts>
  );
}
const CUSTOMER = new Set(["contact", "customer_manager"]);
function Said({ spoken, whole, names, first }: { spoken: Spoken; whole: Case; names: Names; first: boolean }) {
  const { say, when } = useSpeech(), me = useMe(), { split } = useContext(Acts);
  const m = spoken.message, t = whole.ticket, who = names(m.author);
  const customer = !!who && CUSTOMER.has(who.role), note = m.kind === "internal", house = !m.author || m.kind === "system";
  const part = customer ? say("ticket.is_customer") : m.author && m.author === t.owner ? say("ticket.is_owner") : m.author && t.helpers.includes(m.author) ? say("ticket.part_helper") : who?.role === "tam" ? term(say, "role", "tam") : "";
  return (
    <article className={`e ${note ? "note" : customer ? "customer" : house ? "from-house" : "ours"}`} id={m.id}>
      <header>
        <b>{who?.name ?? (house ? say("ticket.house") : say("ticket.somebody"))}</b>
        {customer ? <span className="s part theirs">{part}</span> : (part || m.author === me.id) && <span className="s part m">{[m.author === me.id ? say("ticket.myself") : "", part].filter(Boolean).join(" · ")}</span>}
        <time className="m s" dateTime={m.at} title={when.full(m.at)}>{when.short(m.at, Date.parse(m.at))}</time>
        {spoken.from && <Link to="/tickets/$id" params={{ id: spoken.from.ticket }} hash={m.id} className="s from-case" title={say("ticket.said_on", { number: spoken.from.number })}><span className="unseen">{say("ticket.said_on", { number: spoken.from.number })}</span><span aria-hidden="true">{spoken.from.number}</span></Link>}
      </header>
      <div className="words">
        {note && <p className="s note-mark"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M3.5 5V3.8a2.5 2.5 0 0 1 5 0V5M2.5 5h7v5.5h-7z" /></svg>{say("ticket.internal_note")}</p>}
        <Text body={m.body} lang={m.language} />
        {first && <Facts ticket={t} />}
        <Files files={spoken.files as Attachment[]} />
      </div>
      {split && !spoken.from && !note && !house && <span className="e-acts"><ActMenu kind="bare" label={say("ticket.more")} name={say("ticket.more_of", { name: who?.name ?? say("ticket.somebody"), at: when.short(m.at, Date.parse(m.at)) })} choices={[{ id: "split", name: say("ticket.split_case"), more: say("ticket.split_hint") }]} onChoose={() => split(m)} /></span>}
    </article>
  );
}
const LINK = /(https?:\/\/[^\s<>"'，。；）]+)/g;
/** Plain text in paragraphs; addresses can be followed. Nothing is ever read as markup. */
export function Text({ body, lang }: { body: string; lang?: string }) {
  return body.split(/\n{2,}/).map((p, i) => (
    <p key={i} lang={lang || undefined} className="para">{p.split(LINK).map((piece, j) => (j % 2 ? <a key={j} href={piece} target="_blank" rel="noopener noreferrer">{piece}</a> : piece))}</p>
  ));
}
/** What the customer said about the case in the form. */
export function Facts({ ticket: t, product }: { ticket: Case["ticket"]; product?: boolean }) {
  const { say, when } = useSpeech();
  const rows: [string, React.ReactNode][] = [];
  if (product) rows.push([say("ticket.fact_product"), t.product]);
  if (t.instance) rows.push([say("ticket.fact_instance"), <code>{t.instance}</code>]);
  if (t.error_code) rows.push([say("ticket.fact_error_code"), <code>{t.error_code}</code>]);
  if (t.window) rows.push([say("ticket.fact_window"), t.window.to ? `${when.full(t.window.from)} – ${when.full(t.window.to)}` : say("ticket.since", { at: when.full(t.window.from) })]);
  if (t.impact) rows.push([say("ticket.fact_impact"), t.impact]);
  if (t.tried) rows.push([say("ticket.fact_tried"), t.tried]);
  if (product) rows.push([say("ticket.fact_channel"), term(say, "channel", t.channel)], [say("ticket.fact_opened"), when.full(t.opened_at)]);
  if (!rows.length) return null;
  return <dl className="kv s facts">{rows.map(([name, value]) => <Fragment key={name}><dt>{name}</dt><dd>{value}</dd></Fragment>)}</dl>;
}
const FACE: Record<string, "paused" | "broken" | "late" | undefined> = { "ticket.wait_began": "paused", "clock.breached": "late" };
/** The other case an event tells of. */
const OTHER: Record<string, string> = { "ticket.merged": "into", "ticket.absorbed": "other", "ticket.unmerged": "from", "ticket.released": "other", "ticket.linked": "ticket", "ticket.unlinked": "ticket", "ticket.split": "ticket" };
function Happened({ strand: s, whole, names, events }: { strand: Happening; whole: Case; names: Names; events: HouseEvent[] }) {
  const { say, when } = useSpeech(), now = useNow();
  const b = s.body as Record<string, string & Record<string, unknown>>;
  const name = (id: unknown) => (typeof id === "string" ? names(id)?.name : undefined) ?? say("ticket.somebody");
  const by = s.actor ? name(s.actor) : say("ticket.house");
  const other = OTHER[s.what] ? (b[OTHER[s.what]!] as string | undefined) : undefined, link = whole.links.find((l) => l.ticket === other);
  const asked = useQuery({ ...caseQuery(other ?? ""), enabled: !!other && !link, staleTime: Infinity }).data?.ticket, { unmerge } = useContext(Acts);
  const back = s.what === "ticket.absorbed" && other ? unmerge?.(other) : null;
  // Why somebody asks for a person is their own words; a pause says its why by a code.
  const reason = s.what === "ticket.person_asked" ? String(b.why ?? "") : b.reason;
  const values: Record<string, string | number> = {
    by, who: name(b.who ?? b.by), to: name(b.to), from: name(b.from), expert: name(b.expert),
    why: pauseWords(String(b.why ?? ""), say), reason: reason ? say("ticket.because", { reason }) : "",
    promise: promiseWord(say, String(b.promise ?? "")), at: b.until ?? b.closes_at ? when.short(String(b.until ?? b.closes_at), now) : "",
    length: when.length(typeof b.minutes === "number" ? b.minutes * 60_000 : (s.until ? Date.parse(s.until) : now) - Date.parse(s.at)),
    told: [...new Set(s.told ?? [])].map((t) => saidOr(say, `ticket.told_${t}`, readable(t))).join(say("ticket.and")),
    text: String(b.text ?? b.what ?? ""), count: Array.isArray(b.items) ? b.items.length : 0,
    question: b.question ?? "", number: other ? (link?.number ?? asked?.number ?? "…") : "", tie: saidOr(say, `ticket.tie_${b.kind}`, readable(String(b.kind ?? ""))), tier: String(b.tier ?? ""), how: b.how ? saidOr(say, `ticket.closed_${b.how}`, readable(b.how)) : "",
  };
  if (/severity|lower/.test(s.what)) { values.to = term(say, "severity", String(b.to ?? "")); values.from = term(say, "severity", String(b.from ?? "")); }
  const word = s.what === "ticket.wait_began" ? (s.until ? "waited" : "waits") : s.what === "ticket.assigned" && !b.to ? "ticket_unassigned" : s.what === "ticket.split" ? String(b.kind) : s.what.replace(".", "_");
  const text = saidOr(say, `ticket.sys_${word}`, readable(s.what), values);
  const face = s.what === "clock.breached" && events.some((e) => e.key === "clock.fulfilled" && (e.body as { clock?: string }).clock === b.clock) ? "broken" : FACE[s.what];
  return (
    <div className="e sys" id={s.id}>
      <time dateTime={s.at} title={when.full(s.at)}>{when.short(s.at, Date.parse(s.at))}{s.until && when.date(s.at) === when.date(s.until) && Date.parse(s.until) - Date.parse(s.at) > 60_000 && `–${when.short(s.until, Date.parse(s.until))}`}</time>
      <span className={face === "paused" ? "txt-slate" : face ? "txt-late" : ""}>{face && <Ring seen={{ face, share: 0, ms: 0 }} />}{other && values.number ? <Linked text={text} number={String(values.number)} ticket={other} /> : text}{back && <button type="button" className="link nw" onClick={back}>{say("ticket.unmerge")}</button>}</span>
    </div>
  );
}
/** The number in a sentence leads to its case. */
function Linked({ text, number, ticket }: { text: string; number: string; ticket: string }) {
  const at = text.indexOf(number);
  if (at < 0) return text;
  return <span>{text.slice(0, at)}<Link to="/tickets/$id" params={{ id: ticket }}>{number}</Link>{text.slice(at + number.length)}</span>;
}
