/** Home: what needs the customer first, then what runs, what is left of the plan, and whom to call. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { caseQuery } from "@api/queries";
import { bookWords, Empty, Ring, ringWords, see, Severity, Shape, useMe, useNow, useSpeech, Wrong, type Say } from "@ui";
import { accountQuery, bookQuery, listQuery, quotasQuery, waitingQuery, type Told } from "../../api";
import { hours, Quota } from "../../bits";
import { callName, decision, excerpt, inOrder, lastWords, nearest, sentence } from "../../story";
import { useTitle } from "../../shell";
import "./home.css";

/** As many cases as anybody reads at once; the rest is one click away. */
const SHOWN = 12, QUOTED = 3;
function dayPart(zone: string, now: number) {
  const hour = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: zone }).format(now));
  return hour < 5 ? "night" : hour < 11 ? "morning" : hour < 13 ? "noon" : hour < 18 ? "afternoon" : "evening";
}
export function Page() {
  const { say, when, language, zone } = useSpeech(), me = useMe(), now = useNow();
  useTitle(say("portal.home"));
  const waits = useQuery(waitingQuery), open = useInfiniteQuery(listQuery("open"));
  const first = open.data?.pages[0], all = first?.items ?? [];
  const waiting = [...(waits.data?.items ?? []), ...all.filter(decision)], running = inOrder(all.filter((c) => !decision(c)), now);
  const count = waiting.length + running.length, more = !!first?.next || !!waits.data?.next;
  const soonest = running.find((c) => due(c, now) < Infinity);
  const ready = !!first && !!waits.data, wrong = (!first && open.error) || (!waits.data && waits.error);
  const part = dayPart(zone, now);
  // Everything at once, or its shape: nothing is pushed down by what comes later.
  if (!ready && !wrong) return <Shape rows={8} tall />;
  return (
    <>
      <div className="hello">
        <div>
          <h1><span className="ph">{say(`home.hello_${part}`, { who: callName(me.name, language) })}</span><span className="ph">{ready && (count ? say("home.open", { n: count, more: more ? "+" : "" }) : say("home.none"))}</span></h1>
          <p className="q told">{!ready ? null : waiting.length ? say("home.first_yours", { n: waiting.length }) : soonest ? say("home.next_word", { at: when.short(nearest(soonest, now)!.due_at!, now), who: handler(soonest, language, say) }) : count ? say("home.no_due") : say("home.none_detail")}</p>
        </div>
        <Link to="/ask" className="btn go">{say("portal.ask")}</Link>
      </div>
      {ready && waiting.slice(0, SHOWN).map((c, i) => <Waiting key={c.ticket.id} case_={c} quoted={i < QUOTED} />)}
      <div className="side2">
        <div>
          <section>
            <h2>{say("home.running")}</h2>
            {wrong ? <Wrong error={wrong} again={() => { void open.refetch(); void waits.refetch(); }} /> : !ready ? <Shape rows={5} /> : running.length ? (
              <div className="rows">{running.slice(0, SHOWN).map((c) => <Running key={c.ticket.id} case_={c} mine={c.ticket.requester === me.id} />)}</div>
            ) : <Empty title={say(waiting.length ? "home.only_yours" : "home.nothing_runs")} />}
            <p className="s"><Link to="/cases">{say("home.all")}</Link></p>
          </section>
        </div>
        <Aside />
      </div>
    </>
  );
}
const due = (c: Told, now: number) => { const clock = nearest(c, now); return clock?.due_at && !clock.paused ? Date.parse(clock.due_at) : Infinity; };
const handler = (c: Told, language: string, say: Say) => { const p = c.ticket.handler && c.people[c.ticket.handler]; return p ? callName(p.name, language) : say("case.we"); };

function Waiting({ case_: c, quoted }: { case_: Told; quoted: boolean }) {
  const { say, language } = useSpeech();
  const what = decision(c)!;
  // The first few are told in the engineer's own words; the line for them is there from the start, so nothing moves.
  const full = useQuery({ ...caseQuery(c.ticket.id), enabled: quoted && what === "answer" }).data, said = full && lastWords(full);
  const who = handler(c, language, say);
  return (
    <div className="decide">
      <div className="grow">
        <h2>{say(`home.decide_${what}`, { subject: c.ticket.subject })}</h2>
        <p className="q line">{c.ticket.number} · {what === "lower" ? say("case.lower_asked", { who, from: say(`severity.${c.ticket.severity}` as never), to: say(`severity.${c.ticket.proposed}` as never) }) : said ? say("home.said", { who: callName(full.people[said.author!]!.name, language), text: excerpt(said.body, 90) }) : say(what === "confirm" ? "case.now_resolved" : "case.now_waiting", { who })}</p>
      </div>
      <Link to="/cases/$id" params={{ id: c.ticket.id }} className="btn">{say(`home.do_${what}`)}</Link>
    </div>
  );
}
function Running({ case_: c, mine }: { case_: Told; mine: boolean }) {
  const { say, when, language } = useSpeech(), now = useNow();
  const clock = nearest(c, now), seen = see(clock, now), tone = seen.face === "risk" || seen.face === "late" ? `txt-${seen.face}` : seen.face === "paused" ? "txt-slate" : seen.face === "none" ? "m lt" : "";
  const by = c.people[c.ticket.requester];
  return (
    <div className="case">
      <span className={`p ${seen.face}`}><Ring seen={seen} size="b" /></span>
      <div>
        <h3><Link to="/cases/$id" params={{ id: c.ticket.id }}>{c.ticket.subject}</Link></h3>
        <p className="q">{sentence(c, say, when, language, now)}</p>
        <p className="s m x">{c.ticket.number}<Severity of={c.ticket.severity} />{!mine && by && <span>{say("cases.by", { who: callName(by.name, language) })}</span>}</p>
      </div>
      <div className={`when ${tone}`}>{seen.face === "none" ? say("home.no_clock") : ringWords(seen, say, (ms) => when.length(ms))}</div>
    </div>
  );
}
function Aside() {
  const { say, language } = useSpeech(), me = useMe();
  const account = useQuery({ ...accountQuery(me.account ?? ""), enabled: !!me.account });
  const quotas = useQuery(quotasQuery), plan = quotas.data?.plan ?? account.data?.plan;
  const book = useQuery({ ...bookQuery(plan ?? ""), enabled: !!plan });
  return (
    <aside>
      <section>
        <h2>{say("home.quotas")}</h2>
        {quotas.data?.items.length ? <div className="rows">{quotas.data.items.map((q) => <Quota key={q.quota + (q.edition ?? "")} quota={q} />)}</div> : quotas.isPending ? <Shape rows={3} /> : <p className="q">{say("home.no_quotas")}</p>}
        <p><Link to="/plan">{book.data ? say("home.plan", { plan: bookWords(book.data.name, language) }) : say("portal.plan")}</Link></p>
      </section>
      {!!book.data?.channels.length && (
        <section>
          <h2>{say("home.ways")}</h2>
          <dl className="kv">{book.data.channels.map((c) => <Way key={c.id} name={bookWords(c.name, language)} hours={c.calendar ? hours(c.calendar, say) : say("plan.hours_unsaid")} />)}</dl>
        </section>
      )}
    </aside>
  );
}
const Way = ({ name, hours }: { name: string; hours: string }) => <><dt>{name}</dt><dd>{hours}</dd></>;
