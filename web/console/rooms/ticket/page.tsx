/** One case: neighbours, thread, composer, and beside it promises and people. */
import "./ticket.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { caseQuery } from "@api/queries";
import { ActMenu, Button, byAttention, callName, Dialog, may, PromiseSign, Severity, Shape, term, useMe, useNow, useSpeech, useTell, Wrong } from "@ui";
import { useCommands, type Command } from "../command/registry";
import { ActDialog, ASKS, useAct } from "./acts";
import { Composer } from "./composer";
import type { Tab } from "./draft";
import { reasonOf } from "./files";
import { absorbedAt, absorbedQuery, MergeDialog, MergedBanner, useMerge, whyNotMerge } from "./merge";
import { actWord, offered, useNames, whyWord } from "./names";
import { MacroDialog, macroCommand, useMacros } from "./macros";
import { Neighbours, useNear } from "./near";
import { timesQuery } from "../tools/tools";
import { accountQuery, restQuery, timelineQuery } from "./queries";
import { Side, type SideActs } from "./side";
import { SplitDialog } from "./split";
import { Thread, type StrandActs } from "./thread";
import { mayTie, TieDialog } from "./ties";
import type { ActIn, Case, HouseEvent, Message } from "./types";

/** Where what is beside the thread opens on demand (ticket.css). */
const BESIDE_HIDDEN = "(max-width: 1120px)";
const NO_EVENTS: HouseEvent[] = [];
export function Page() {
  const { id } = useParams({ strict: false }) as { id: string };
  const near = useNear(id), go = useNavigate(), { say } = useSpeech(), client = useQueryClient();
  const whole = useQuery(caseQuery(id));
  const to = (next: string | undefined) => (next ? () => void go({ to: "/tickets/$id", params: { id: next } }) : null);
  const next = to(near.next), previous = to(near.previous);
  // The next case is read ahead: it is there when one comes.
  useEffect(() => { if (near.next) void client.prefetchQuery(caseQuery(near.next)); }, [near.next, client]);
  useCommands([
    { id: "ticket.next", title: say("ticket.next"), keys: "j", ...(next ? {} : { why: say("ticket.last_one") }), run: () => next?.() },
    { id: "ticket.previous", title: say("ticket.previous"), keys: "k", ...(previous ? {} : { why: say("ticket.first_one") }), run: () => previous?.() },
    { id: "ticket.list", title: say("ticket.back_to_list"), keys: "u", run: () => void go({ to: "/", search: near.search as never }) },
  ]);
  return (
    <div className="case">
      <Neighbours near={near} id={id} />
      {whole.data ? <Whole key={id} whole={whole.data} next={next} previous={previous} /> : whole.isError ? <div className="case-wait room"><Wrong error={whole.error} again={() => void whole.refetch()} /></div> : <div className="case-wait room"><Shape rows={8} tall /></div>}
    </div>
  );
}
function Whole({ whole, next, previous }: { whole: Case; next: (() => void) | null; previous: (() => void) | null }) {
  const { say } = useSpeech(), client = useQueryClient(), tell = useTell();
  const t = whole.ticket, id = t.id;
  const rest = useQuery(restQuery(client, id, whole.more_after)), timeline = useQuery(timelineQuery(client, id));
  // Who spoke on a case that went into this one is named like everybody here.
  const absorbed = useQuery(absorbedQuery(client, whole)).data;
  const withPeople = useMemo(() => (absorbed?.length ? { ...whole, people: Object.assign({}, ...absorbed.map((a) => a.people), whole.people) as Case["people"] } : whole), [whole, absorbed]);
  const names = useNames(withPeople), act = useAct(whole, names), merging = useMerge(whole), me = useMe();
  const [asking, setAsking] = useState<string | null>(null), [side, setSide] = useState(false), [splitting, setSplitting] = useState<Message | null>(null), [running, setRunning] = useState<{ macro: string | null } | null>(null), [timeAsked, setTimeAsked] = useState(0);
  const macros = useMacros(), keepsTimes = !!useQuery(timesQuery(id)).data;
  const focus = useRef<((kind: Tab) => void) | null>(null);
  const messages: Message[] = rest.data ? [...whole.messages, ...rest.data] : whole.messages;
  const events = timeline.data ?? NO_EVENTS;
  useEffect(() => { document.title = `${t.number} ${t.subject} · ${say("app.name")}`; return () => { document.title = say("app.name"); }; }, [t.number, t.subject]);

  function choose(key: string) {
    if (key === "macro") setRunning({ macro: null });
    else if (key === "time") { if (matchMedia(BESIDE_HIDDEN).matches) setSide(true); setTimeAsked((n) => n + 1); }
    else if (key === "tie" || key === "merge") { setSide(false); setAsking(key); }
    else if (key === "split") setSplitting(messages.findLast((m) => m.kind === "public" && m.author && names(m.author)?.role.startsWith("c")) ?? messages[0] ?? null);
    else if (key === "unmerge") merging.unmerge(id);
    else if (key === "reply") focus.current?.("public");
    else if (key === "note") focus.current?.("internal");
    else if (ASKS.has(key)) setAsking(key);
    else { const body = { act: key } as ActIn; act.send(body).then(() => act.told(body), (e) => tell(reasonOf(e))); }
  }
  const able = mayTie(me);
  const canSplit = able && !t.merged_into && whole.messages.some((m) => m.kind === "public"), noMerge = whyNotMerge(whole, me, say);
  const canUndo = t.merged_into && merging.until(t.closed_at);
  // What belongs to no single offer of the house: tying, merging, splitting.
  const more: Extra[] = !able ? [] : [
    { id: "tie", name: say("ticket.tie_case"), keys: "l" },
    canUndo ? { id: "unmerge", name: say("ticket.unmerge"), keys: "m" } : { id: "merge", name: say("ticket.act_merge"), keys: "m", ...(noMerge ? { why: noMerge } : {}) },
    { id: "split", name: say("ticket.split_case"), keys: "s", ...(canSplit ? {} : { why: t.merged_into ? say("ticket.why_merged") : say("ticket.nothing_to_split") }) },
  ];
  if (macros) more.unshift({ id: "macro", name: say("ticket.run_macro"), keys: "a" });
  if (keepsTimes && may(me, "ticket.work")) more.push({ id: "time", name: say("ticket.time_add"), keys: "h" });
  const strandActs: StrandActs = { ...(canSplit ? { split: setSplitting } : {}), unmerge: (part) => onUnmerge(part) };
  const onUnmerge = (part: string) => (t.stage !== "closed" && whole.links.some((l) => l.kind === "merged_from" && l.ticket === part) && merging.until(absorbedAt(events, part)) ? () => merging.unmerge(part) : null);
  const sideActs: SideActs = { onTie: () => choose("tie"), onUnmerge: (l) => (l.kind === "merged_from" ? onUnmerge(l.ticket) : l.kind === "merged_into" && canUndo ? () => merging.unmerge(id) : null), timeAsked };
  const KEYS: Record<string, string> = { reply: "r", note: "n", transfer: "t", resolve: "e", consult: "x", wait_for: "w", follow: "f", unfollow: "f" };
  const offers = whole.offers.filter((o) => !(o.act === "follow" && !o.possible && offered(whole.offers, "unfollow")?.possible) && !(o.act === "unfollow" && !o.possible));
  useCommands([
    ...offers.map((o): Command => ({ id: `ticket.${o.act}`, title: actWord(say, o.act), more: t.number, ...(KEYS[o.act] ? { keys: KEYS[o.act]! } : {}), ...(canDo(o) ? {} : { why: whyWord(say, o.why) ?? "" }), run: () => choose(o.act) })),
    ...more.map((m): Command => ({ id: `ticket.${m.id}`, title: m.name, more: t.number, keys: m.keys, ...(m.why ? { why: m.why } : {}), run: () => choose(m.id) })),
    ...(macros ?? []).map((m): Command => ({ id: `ticket.${macroCommand(m)}`, title: say("ticket.run_macro_of", { name: m.name }), more: t.number, section: say("ticket.macros"), run: () => setRunning({ macro: m.id }) })),
  ]);
  return (
    <>
      <Head whole={whole} offers={offers} more={more} choose={choose} onSide={() => setSide(true)} next={next} previous={previous} />
      <div className="mid">
        <MergedBanner whole={whole} />
        {rest.isError && <p className="txt-late s strip">{say("ticket.rest_failed")} <button type="button" className="link" onClick={() => void rest.refetch()}>{say("state.again")}</button></p>}
        <Thread whole={whole} messages={messages} events={events} names={names} {...(absorbed ? { foreign: absorbed } : {})} acts={strandActs} />
        <Composer whole={whole} names={names} act={act} onNext={next} focus={focus} />
      </div>
      <aside className="beside" aria-label={say("ticket.beside")}><Side key={t.id} whole={whole} events={events} names={names} acts={sideActs} /></aside>
      {side && <Dialog title={say("ticket.beside")} open side onClose={() => { setSide(false); setTimeAsked(0); }}><div className="beside-sheet"><Side key={t.id} whole={whole} events={events} names={names} acts={sideActs} /></div></Dialog>}
      {asking === "tie" && <TieDialog whole={whole} onClose={() => setAsking(null)} />}
      {asking === "merge" && <MergeDialog whole={whole} names={names} onClose={() => setAsking(null)} onTie={() => setAsking("tie")} />}
      {running && <MacroDialog whole={whole} chosen={running.macro} names={names} onClose={() => setRunning(null)} />}
      {splitting && <SplitDialog whole={whole} messages={messages} message={splitting} names={names} onClose={() => setSplitting(null)} />}
      {asking && ASKS.has(asking) && <ActDialog act={asking} whole={whole} act_={act} onClose={() => setAsking(null)} />}
    </>
  );
}
interface Extra { id: string; name: string; keys: string; why?: string }
/** A case with open parts is resolved together with them, or after them: the dialog says which. */
const canDo = (o: Case["offers"][number]) => o.possible || (o.act === "resolve" && o.why === "ticket.children_open");
/** The one act most likely next; everything else in the menu beside it. */
function primary(whole: Case): string | null {
  const possible = (act: string) => { const o = offered(whole.offers, act); return !!o && canDo(o); };
  const t = whole.ticket;
  if (t.stage === "waiting_vendor" || t.stage === "waiting_product") { if (possible("take_up")) return "take_up"; }
  return ["resolve", "reopen", "reply"].find(possible) ?? null;
}
function Head({ whole, offers, more, choose, onSide, next, previous }: { whole: Case; offers: Case["offers"]; more: Extra[]; choose: (act: string) => void; onSide: () => void; next: (() => void) | null; previous: (() => void) | null }) {
  const { say, when, language } = useSpeech(), now = useNow(), t = whole.ticket;
  const account = useQuery(accountQuery(t.account)).data;
  const nearest = byAttention(whole.clocks.filter((c) => c.kind === "contract" && c.verdict !== "cancelled"), now)[0];
  const first = primary(whole);
  const snoozed = (t as typeof t & { snoozed?: { until: string; reason: string } | null }).snoozed;
  const acts = [...offers.filter((o) => o.act !== first).map((o) => ({ id: o.act, name: actWord(say, o.act), ...(canDo(o) ? {} : { why: whyWord(say, o.why) ?? say("ticket.not_now") }) })), ...more];
  const sorted = [...acts.filter((a) => !a.why), ...acts.filter((a) => a.why)];
  return (
    <header className="case-head">
      <div className="grow case-title">
        <h1 lang={t.language}>{t.subject}</h1>
        <div className="case-line s m">
          <span className="num-line">{t.number}</span><span className="q"><Severity of={t.severity} /></span>
          {t.proposed && <span>{say("ticket.proposed", { to: term(say, "severity", t.proposed) })}</span>}
          <span>{t.product}</span><span>{term(say, "stage", t.stage)}</span>
          {account && <span title={account.account.name}>{callName(account.account.name, language)}</span>}
          {t.boosted_at && <span className="q">{say("ticket.boosted", { at: when.short(t.boosted_at, now) })}</span>}
          {snoozed && <span className="txt-slate">{say("ticket.snoozed_until", { at: when.short(snoozed.until, now) })}</span>}
          {t.alarm && <span>{say(t.alarm.does === "announce_timeout" ? "ticket.alarm_announce" : "ticket.alarm_close", { at: when.short(t.alarm.at, now) })}</span>}
        </div>
      </div>
      <span className="big">{!t.merged_into && <PromiseSign clock={nearest} size="b" />}</span>
      <div className="x case-acts">
        <span className="step"><Button kind="bare" keys="k" aria-label={say("ticket.previous")} why={previous ? null : say("ticket.first_one")} onPress={() => previous?.()}>↑</Button><Button kind="bare" keys="j" aria-label={say("ticket.next")} why={next ? null : say("ticket.last_one")} onPress={() => next?.()}>↓</Button></span>
        {first && <Button onPress={() => choose(first)}>{actWord(say, first)}</Button>}
        <ActMenu label={say("ticket.more")} choices={sorted} onChoose={choose} />
        <Button className="side-open" onPress={onSide} aria-label={say("ticket.beside")}>{say("ticket.promises")}</Button>
      </div>
    </header>
  );
}
