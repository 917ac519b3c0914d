/** Beside the thread: what is promised, who has it, whose it is, what is like it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { explainQuery, plansQuery } from "@api/queries";
import { bookWords, byAttention, callName, Dialog, lengthMs, pauseWords, PromiseSign, see, Shape, term, useMe, useNow, useSpeech, Wrong } from "@ui";
import { promiseWord } from "./names";
import { accountQuery, grantsQuery, lastCasesQuery, quotasQuery, similarQuery } from "./queries";
import { Checks } from "./checks";
import { Facts } from "./thread";
import { Ties, type Tie } from "./ties";
import { Times } from "./times";
import type { Case, ClockOut, HouseEvent, Names } from "./types";
import { pieces } from "./weave";

export interface SideActs { onTie: () => void; onUnmerge: (tie: Tie) => (() => void) | null; /** Counts how often the form of time spent was called for from elsewhere. */ timeAsked?: number }
export function Side({ whole, events, names, acts }: { whole: Case; events: HouseEvent[]; names: Names; acts: SideActs }) {
  // An empty check list stands below the people; it stays where it is while its first lines are written.
  const { say } = useSpeech(), [listed] = useState(whole.checks.length > 0), checks = <Checks whole={whole} names={names} />;
  return (
    <>
      <Promises whole={whole} events={events} />
      {listed && checks}
      <People whole={whole} names={names} />
      {!listed && checks}
      <Customer whole={whole} />
      <Grants whole={whole} />
      <Ties whole={whole} onTie={acts.onTie} onUnmerge={acts.onUnmerge} />
      <Times whole={whole} names={names} {...(acts.timeAsked === undefined ? {} : { asked: acts.timeAsked })} />
      <section><h2>{say("ticket.facts")}</h2><Facts ticket={whole.ticket} product />{whole.ticket.cause && <dl className="kv s facts"><dt>{say("ticket.cause")}</dt><dd>{whole.ticket.cause}</dd></dl>}</section>
      <Similar whole={whole} />
    </>
  );
}
function Promises({ whole, events }: { whole: Case; events: HouseEvent[] }) {
  const { say } = useSpeech(), now = useNow();
  const [why, setWhy] = useState<ClockOut | null>(null), [all, setAll] = useState(false);
  const sorted = byAttention(whole.clocks, now);
  // Of a promise made again and again, those past are folded.
  const stopped = (c: ClockOut) => c.verdict === "cancelled" && sorted.some((o) => o.promise === c.promise && o.verdict !== "cancelled");
  const newest = sorted.filter((c) => !stopped(c) && (!c.ended_at || !sorted.some((o) => o !== c && o.promise === c.promise && o.kind === c.kind && o.verdict !== "cancelled" && o.cycle > c.cycle)));
  const shown = all ? sorted : newest;
  return (
    <section>
      <h2>{say("ticket.promises")}</h2>
      {!sorted.length && <p className="m">{say("ticket.no_promises")}</p>}
      {shown.map((c) => <Promise_ key={c.id} clock={c} events={events} now={now} onWhy={() => setWhy(c)} />)}
      {sorted.length > shown.length && <button type="button" className="link s" onClick={() => setAll(true)}>{say("ticket.past_promises", { n: sorted.length - shown.length })}</button>}
      {why && <Explain clock={why} onClose={() => setWhy(null)} />}
    </section>
  );
}
function Promise_({ clock: c, events, now, onWhy }: { clock: ClockOut; events: HouseEvent[]; now: number; onWhy: () => void }) {
  const { say, when, language } = useSpeech();
  const seen = see(c, now), bar = pieces(c, events, now), off = bar.filter((p) => p.state === "off").reduce((a, p) => a + p.ms, 0);
  // The server counts up to when it answered; while it runs, time goes on.
  const used = lengthMs(c.used), target = /^-?P\d+D$/.test(c.target) ? null : lengthMs(c.target);
  const running = seen.face === "safe" || seen.face === "risk" || seen.face === "late", elapsed = running && target && c.due_at && !c.broken_at ? Math.max(used, target - (Date.parse(c.due_at) - now)) : used;
  const words = [
    say("ticket.used_of", { used: when.length(elapsed), target: Number.isNaN(lengthMs(c.target)) ? c.target : when.length(lengthMs(c.target)) }),
    running && c.due_at ? say("ticket.due_at", { at: when.short(c.due_at, now) }) : "",
    c.paused ? say("ticket.paused_because", { why: pauseWords(c.paused.why, say), length: when.length(now - Date.parse(c.paused.since)) }) : off ? say("ticket.pauses", { length: when.length(off) }) : "",
  ].filter(Boolean).join(say("ticket.comma"));
  return (
    <div className="pr">
      <span title={bookWords(c.words, language)}>{promiseWord(say, c.promise)}{c.kind === "internal" && <span className="s m"> {say("ticket.internal_goal")}</span>}</span>
      {c.verdict === "cancelled" ? <span className="s m">{say("ticket.clock_stopped")}</span> : <PromiseSign clock={c} />}
      {(running || seen.face === "paused" || off > 0 || seen.face === "broken") && <span className="run" role="img" aria-label={words}>{bar.map((p, i) => <i key={i} className={p.state} style={{ flexGrow: Math.max(p.ms, 1) / 1000 }} />)}</span>}
      <span className="s">{words} <button type="button" className="link s" onClick={onWhy} aria-label={say("ticket.why_this_of", { promise: promiseWord(say, c.promise) })}>{say("ticket.why_this")}</button></span>
    </div>
  );
}
/** The derivation: every step in words, and where it is written. */
function Explain({ clock, onClose }: { clock: ClockOut; onClose: () => void }) {
  const { say, when, language } = useSpeech(), now = useNow();
  const told = useQuery(explainQuery(clock.id));
  const plain = (text: string) => text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => when.short(at, now));
  return (
    <Dialog title={say("ticket.why_this")} open side onClose={onClose}>
      <div className="x"><b className="grow">{promiseWord(say, clock.promise)}</b><PromiseSign clock={clock} /></div>
      <p className="q">{bookWords(clock.words, language)}</p>
      <dl className="kv s">
        <dt>{say("ticket.written_in")}</dt><dd>{clock.source.document}</dd><dt>{say("ticket.section")}</dt><dd>{clock.source.section}</dd>
        <dt>{say("ticket.plan")}</dt><dd><Link to="/plans/$id" params={{ id: clock.plan }}>{clock.plan}</Link></dd>
        {clock.due_at && <><dt>{say("ticket.due")}</dt><dd>{when.full(clock.due_at)}</dd></>}
      </dl>
      {told.isError ? <Wrong error={told.error} again={() => void told.refetch()} /> : !told.data ? <Shape rows={6} /> : (
        <>
          <h3>{say("ticket.steps")}</h3>
          <ol className="steps">{told.data.lines.filter((l) => l.code !== "explain.promise").map((l, i) => <li key={i}>{l.at ? <time className="s m" dateTime={l.at}>{when.short(l.at, now)}</time> : <span />}<span>{plain(l.text)}</span></li>)}</ol>
          <p className={told.data.replays ? "s m" : "txt-late"}>{told.data.replays ? say("ticket.replays") : say("ticket.replays_not")}</p>
        </>
      )}
    </Dialog>
  );
}
function People({ whole, names }: { whole: Case; names: Names }) {
  const { say } = useSpeech(), me = useMe(), t = whole.ticket;
  const account = useQuery(accountQuery(t.account)).data;
  const who = (id: string | null | undefined) => (id ? <>{names(id)?.name ?? say("ticket.somebody")}{id === me.id && <span className="m"> {say("ticket.me")}</span>}</> : <span className="m">{say("ticket.nobody")}</span>);
  const list = (ids: readonly string[]) => ids.map((id, i) => <Fragment key={id}>{i > 0 && say("ticket.and")}{who(id)}</Fragment>);
  return (
    <section>
      <h2>{say("ticket.people")}</h2>
      <dl className="kv">
        <dt>{say("ticket.is_owner")}</dt><dd>{t.owner ? who(t.owner) : <span className="m">{say("ticket.owner_none")}</span>}</dd>
        <dt>{say("ticket.handler")}</dt><dd>{who(t.handler)}{t.tier > 0 && <span className="s m"> {say("ticket.tier_n", { n: t.tier })}</span>}</dd>
        {t.helpers.length > 0 && <><dt>{say("ticket.is_helper")}</dt><dd>{list(t.helpers)}</dd></>}
        {account?.account.tam && <><dt>{say("ticket.tam")}</dt><dd>{who(account.account.tam)}</dd></>}
        {t.followers.length > 0 && <><dt>{say("ticket.followers")}</dt><dd>{list(t.followers)}</dd></>}
        <dt>{say("ticket.requester")}</dt><dd>{who(t.requester)}</dd>
      </dl>
    </section>
  );
}
function Customer({ whole }: { whole: Case }) {
  const { say, when, language } = useSpeech(), now = useNow(), t = whole.ticket;
  const account = useQuery(accountQuery(t.account)), quotas = useQuery(quotasQuery(t.account)), last = useQuery(lastCasesQuery(t.account)), plans = useQuery(plansQuery);
  const books = (plans.data as { items?: { id: string; name: string | Record<string, string> }[] } | undefined)?.items ?? [];
  const book = (id: string) => { const b = books.find((p) => p.id === id); return b ? (typeof b.name === "string" ? b.name : bookWords(b.name, language)) : id; };
  const cases = last.data?.items.filter((c) => c.id !== t.id).slice(0, 4) ?? [];
  return (
    <section>
      <h2>{account.data ? <Link to="/customers/$id" params={{ id: t.account }} className="plain" title={account.data.account.name}>{callName(account.data.account.name, language)}</Link> : say("ticket.customer")} <span className="m thin">{book(t.plan)} {/\.(v\d+|\d{4})$/.exec(t.plan)?.[1]}</span></h2>
      {account.data && account.data.plan !== t.plan && <p className="s m">{say("ticket.plan_now", { plan: book(account.data.plan) })}</p>}
      {!!quotas.data?.items.length && (
        <div className="q3 s">
          {quotas.data.items.map((q) => {
            const days = q.limit_days != null, limit = q.limit_count ?? q.limit_days, used = q.limit_count != null ? q.used_count : q.used_days;
            return (
              <Fragment key={`${q.quota}${q.edition ?? ""}`}>
                <span>{bookWords(q.name, language)}</span>
                <span className="m nw">{limit == null ? (q.purchased ? say("ticket.quota_bought", { n: q.used_count }) : say("ticket.quota_open", { n: q.used_count })) : q.limit_count != null ? say("ticket.quota_left", { n: Math.max(0, limit - used), of: limit }) : say("ticket.quota_left_days", { n: Math.max(0, limit - used), of: limit })}{days && q.limit_count != null && ` · ${say("ticket.quota_days", { n: Math.max(0, q.limit_days! - q.used_days) })}`}</span>
                {limit ? <i className="bar" style={{ "--v": `${Math.min(100, (used / limit) * 100)}%` } as React.CSSProperties} /> : <span />}
              </Fragment>
            );
          })}
        </div>
      )}
      {cases.length > 0 && <><h3>{say("ticket.last_cases")}</h3><ul className="lines">{cases.map((c) => <li key={c.id}><Link to="/tickets/$id" params={{ id: c.id }} className="cut-text">{c.subject}</Link><span className="s m nw">{term(say, "stage", c.stage)} · {when.ago(c.updated_at, now)}</span></li>)}</ul></>}
    </section>
  );
}
function Grants({ whole }: { whole: Case }) {
  const { say, when } = useSpeech(), now = useNow();
  const all = useQuery(grantsQuery(whole.ticket.id)).data ?? [];
  if (!all.length) return null;
  return (
    <section><h2>{say("ticket.grants")}</h2>
      <ul className="lines">{all.map((g) => <li key={g.id}><span>{[g.resource, ...g.scopes].filter(Boolean).join(" · ")}</span><span className={g.standing === "active" ? "s m" : "s txt-slate"}>{g.standing === "active" && Date.parse(g.until) > now ? say("ticket.grant_until", { at: when.short(g.until, now) }) : say("ticket.grant_over")} · {say("ticket.grant_used", { n: g.uses })}</span></li>)}</ul>
    </section>
  );
}
function Similar({ whole }: { whole: Case }) {
  const { say, when } = useSpeech(), now = useNow();
  const found = useQuery(similarQuery(whole.ticket.subject));
  const hits = found.data?.items.filter((h) => h.ticket !== whole.ticket.id).slice(0, 4) ?? [];
  return (
    <section>
      <h2>{say("ticket.similar")}</h2>
      {found.isPending ? <Shape rows={2} /> : !hits.length ? <p className="m s">{say("ticket.similar_none")}</p> : (
        <ul className="lines">{hits.map((h) => <li key={h.id}><Link to="/tickets/$id" params={{ id: h.ticket ?? h.id }} className="cut-text">{h.title}</Link><span className="s m nw">{h.number} · {when.ago(h.at, now)}</span></li>)}</ul>
      )}
    </section>
  );
}
