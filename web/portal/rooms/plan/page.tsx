/** The plan in force: since when and why, every promise with its source, what is left, and what is honestly not promised. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "@api/client";
import { Link } from "@tanstack/react-router";
import { bookWords, lengthMs, PromiseSign, Shape, useMe, useNow, useSpeech, Wrong } from "@ui";
import { accountQuery, bookQuery, leadsQuery, quotasQuery, type Book, type Source } from "../../api";
import { hours } from "../../bits";
import { useTitle } from "../../shell";
import { promiseName } from "../cases/promises";
import "./plan.css";

export function Page() {
  const { say, when, language } = useSpeech(), me = useMe(), now = useNow();
  useTitle(say("portal.plan"));
  const account = useQuery({ ...accountQuery(me.account ?? ""), enabled: !!me.account });
  const orders = [...(account.data?.orders ?? [])].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const plan = account.data?.plan;
  const book = useQuery({ ...bookQuery(plan ?? ""), enabled: !!plan });
  const names = useQueries({ queries: [...new Set(orders.map((o) => o.plan))].map((id) => bookQuery(id)) });
  const name = (id: string) => { const b = names.find((n) => n.data?.id === id)?.data; return b ? `${bookWords(b.name, language)} ${version(id)}` : id; };
  if (account.isError || book.isError) return <Wrong error={account.error ?? book.error} again={() => { void account.refetch(); void book.refetch(); }} />;
  if (!book.data || !account.data) return <Shape rows={10} />;
  const b = book.data, current = orders.findLast((o) => o.plan === plan && Date.parse(o.starts_at) <= now);
  return (
    <div className="plan-page">
      <h1>{say("plan.title", { plan: `${bookWords(b.name, language)} ${version(b.id)}` })}</h1>
      <p className="q portal-note">{current ? say("plan.why", { at: when.date(current.ordered_at), start: when.date(current.starts_at) }) : say("plan.no_order")}</p>
      {orders.length > 0 && (
        <ol className="ver" aria-label={say("plan.orders")}>
          {orders.map((o) => <li key={o.id} className={o.id === current?.id ? "on" : ""}><b>{name(o.plan)}</b>{o.id === current?.id && <span className="m"> {say("plan.in_force")}</span>}<br /><span className="q">{o.ends_at ? say("plan.from_to", { from: when.date(o.starts_at), to: when.date(o.ends_at) }) : say("plan.from", { from: when.date(o.starts_at) })}</span><br /><span className="m">{say("plan.ordered", { at: when.date(o.ordered_at) })}</span></li>)}
        </ol>
      )}
      <Promises b={b} />
      <Quotas account={me.account ?? ""} />
      {b.deliverables.length > 0 && <Matrix title={say("plan.deliverables")} head={[say("plan.what"), say("plan.when")]} rows={b.deliverables.map((d) => ({ key: d.id, name: bookWords(d.title, language), words: bookWords(d.words, language), source: d.source }))} />}
      <Matrix title={say("plan.features")} head={[say("plan.what")]} rows={b.features.map((f) => ({ key: f.id, name: bookWords(f.words, language), source: f.source }))} />
      <Matrix title={say("plan.channels")} head={[say("plan.what"), say("plan.hours")]} rows={b.channels.map((c) => ({ key: c.id, name: bookWords(c.name, language), words: c.calendar ? hours(c.calendar, say) : say("plan.hours_unsaid"), source: c.source }))} />
      <NotPromised b={b} />
      <Older of={b} orders={orders.map((o) => o.plan)} />
      <Notices />
    </div>
  );
}
const version = (id: string) => id.split(".").at(-1) ?? "";
function Cited({ s }: { s: Source }) {
  const { say } = useSpeech(), own = s.document === "House policy";
  return <td className="src" data-k={say("plan.source")} title={own ? undefined : s.document}>{own ? say("plan.house_policy") : (/\((\d+)\)/.exec(s.document)?.[1] ?? s.document)} {s.section}</td>;
}
/** How many rows are read at once; the rest is one press away. */
const FIRST = 6;
/** What is excluded, and what the text leaves open: the same words once, however many places say them. */
function NotPromised({ b }: { b: Book }) {
  const { say, language } = useSpeech();
  const [all, setAll] = useState(false);
  const seen = new Set<string>();
  const open = b.unconfirmed.filter((u) => !/^fee\b/.test(u.path)).map((u) => ({ key: u.path, words: bookWords(u.words, language), state: say(u.standing === "assumed" ? "plan.assumed" : "plan.missing"), source: u.source }));
  const rows = [...b.not_provided.map((n) => ({ key: n.id, words: bookWords(n.words, language), state: say("plan.excluded"), source: n.source })), ...open].filter((r) => !seen.has(r.words) && seen.add(r.words));
  if (!rows.length) return null;
  return (
    <section>
      <h2>{say("plan.not")}</h2>
      <p className="q">{say("plan.not_detail")}</p>
      <table>
        <tbody>
          <tr><th scope="col">{say("plan.what")}</th><th scope="col">{say("plan.state")}</th><th scope="col">{say("plan.source")}</th></tr>
          {(all ? rows : rows.slice(0, FIRST)).map((r) => <tr key={r.key}><td className="lt">{r.words}</td><td className="m">{r.state}</td><Cited s={r.source} /></tr>)}
        </tbody>
      </table>
      {rows.length > FIRST && !all && <p className="noprint"><button type="button" className="btn" onClick={() => setAll(true)}>{say("plan.show_all", { n: rows.length })}</button></p>}
    </section>
  );
}
function Promises({ b, title }: { b: Book; title?: string }) {
  const { say, when, language } = useSpeech();
  const rows = b.promises.filter((p) => p.kind === "contract");
  return (
    <section>
      {title ? <h3>{title}</h3> : <h2>{say("plan.clocks")}</h2>}
      <table>
        <tbody>
          <tr><th scope="col">{say("plan.promise")}</th><th scope="col">{say("plan.limit")}</th><th scope="col">{say("plan.hours")}</th><th scope="col">{say("plan.words")}</th><th scope="col">{say("plan.source")}</th></tr>
          {rows.map((p) => (
            <tr key={p.row}>
              <td>{promiseName(say, p.key)}</td>
              <td>{p.target ? say(p.cmp === "lt" ? "plan.less" : "plan.within", { length: when.length(lengthMs(p.target)) }) : <PromiseSign clock={null} />}</td>
              <td className="brief" data-k={say("plan.hours")}>{p.calendar ? hours(p.calendar, say) : say("plan.hours_unsaid")}</td>
              <td>{bookWords(p.words, language)}</td>
              <Cited s={p.source} />
            </tr>
          ))}
          <tr><td>{say("promise.resolution")}</td><td><PromiseSign clock={null} /></td><td /><td>{say("case.no_resolution")}</td><td /></tr>
        </tbody>
      </table>
    </section>
  );
}
function Quotas({ account }: { account: string }) {
  const { say, when, language } = useSpeech();
  const quotas = useQuery(quotasQuery).data, leads = useQuery({ ...leadsQuery(account), enabled: !!account }).data;
  if (!quotas?.items.length) return <section><h2>{say("plan.quotas")}</h2><p className="q">{say("home.no_quotas")}</p></section>;
  return (
    <section>
      <h2>{say("plan.quotas")}</h2>
      <p className="q">{say("plan.quotas_detail")}</p>
      <table>
        <tbody>
          <tr><th scope="col">{say("plan.what")}</th><th scope="col">{say("plan.days")}</th><th scope="col">{say("plan.times")}</th><th scope="col">{say("plan.earliest")}</th><th scope="col">{say("plan.source")}</th></tr>
          {quotas.items.map((q) => {
            const lead = leads?.items.find((l) => l.quota === q.quota && (l as { edition?: string | null }).edition == q.edition);
            const full = (q.limit_count != null && q.used_count >= q.limit_count) || (q.limit_days != null && q.used_days >= q.limit_days);
            return (
              <tr key={q.quota + (q.edition ?? "")}>
                <td>{bookWords(q.name, language)}</td>
                <td>{q.limit_days != null && <Share used={q.used_days} of={q.limit_days} text={say("plan.days_of", { used: when.number(q.used_days), of: when.number(q.limit_days) })} />}</td>
                <td>{q.limit_count != null ? <Share used={q.used_count} of={q.limit_count} text={say("plan.times_of", { used: when.number(q.used_count), of: when.number(q.limit_count) })} /> : q.purchased ? say("plan.extra") : say("plan.no_limit")}</td>
                <td data-k={say("plan.earliest")}>{full ? say("plan.full") : lead?.earliest_day ? say(lead.provisional ? "plan.earliest_maybe" : "plan.earliest_day", { day: when.date(`${lead.earliest_day}T12:00:00Z`), n: lead.lead_working_days }) : say("plan.lead_unsaid")}</td>
                <Cited s={q.source} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
const Share = ({ used, of, text }: { used: number; of: number; text: string }) => <div className="q2"><i className="bar" style={{ "--v": `${of ? Math.min(100, (used / of) * 100) : 0}%` } as React.CSSProperties} /><span>{text}</span></div>;
function Matrix({ title, head, rows }: { title: string; head: string[]; rows: { key: string; name: string; words?: string; source: Source }[] }) {
  const { say } = useSpeech();
  if (!rows.length) return null;
  return (
    <section>
      <h2>{title}</h2>
      <table>
        <tbody>
          <tr>{head.map((h) => <th key={h} scope="col">{h}</th>)}<th scope="col">{say("plan.source")}</th></tr>
          {rows.map((r) => <tr key={r.key}><td className={head.length === 1 ? "lt" : ""}>{r.name}</td>{head.length > 1 && <td>{r.words}</td>}<Cited s={r.source} /></tr>)}
        </tbody>
      </table>
    </section>
  );
}
interface Edition { id: string; family: string; name: string | Record<string, string>; from: string | null; to: string | null }
/** The other texts of the same plan, and those ordered once: what each said, and what differs from the one in force. */
function Older({ of: b, orders }: { of: Book; orders: string[] }) {
  const { say, when, language } = useSpeech();
  const [open, setOpen] = useState<string | null>(null);
  const plans = useQuery({ queryKey: ["plans"], queryFn: () => got(api.GET("/api/v1/plans")), staleTime: 60 * 60_000 });
  const all = ((plans.data as { items?: Edition[] } | undefined)?.items ?? []).filter((p) => p.id !== b.id && (p.family === b.family || orders.includes(p.id))).sort((x, y) => (y.from ?? "").localeCompare(x.from ?? ""));
  if (!all.length) return null;
  return (
    <section>
      <h2>{say("plan.others")}</h2>
      <p className="q">{say("plan.others_detail")}</p>
      <ul className="rows">
        {all.map((p) => (
          <li key={p.id}>
            <p className="x"><b className="grow">{typeof p.name === "string" ? p.name : bookWords(p.name, language)} {version(p.id)}</b><button type="button" className="link noprint" aria-expanded={open === p.id} onClick={() => setOpen(open === p.id ? null : p.id)}>{say(open === p.id ? "plan.compare_close" : "plan.compare")}</button></p>
            <p className="s m">{p.from && p.to ? say("plan.sold_from_to", { from: when.date(p.from), to: when.date(p.to) }) : p.to ? say("plan.sold_to", { to: when.date(p.to) }) : p.from ? say("plan.sold_from", { from: when.date(p.from) }) : say("plan.sold_always")}</p>
            {open === p.id && <Compared other={p.id} b={b} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
const SIDE = /^(变差|变好|变化|不同|Worse|Better|Different|Changed)\s*[：:]\s*/i;
function Compared({ other, b }: { other: string; b: Book }) {
  const { say, language } = useSpeech();
  const [read, setRead] = useState(false);
  const old = useQuery(bookQuery(other)).data;
  const diff = useQuery({ queryKey: ["plan-diff", other, b.id, language], queryFn: () => got(api.GET("/api/v1/plans/{id}/diff/{other}", { params: { path: { id: other, other: b.id } } })), staleTime: Infinity });
  if (diff.isError) return <Wrong error={diff.error} again={() => void diff.refetch()} />;
  if (!diff.data) return <Shape rows={4} />;
  const changes = diff.data.items as { kind: string; words: string }[];
  const kinds = [["better", say("plan.better")], ["worse", say("plan.worse")], ["", say("plan.changed")]] as const;
  return (
    <div className="compared">
      {!changes.length && <p>{say("plan.same")}</p>}
      {kinds.map(([kind, title]) => {
        const mine = changes.filter((c) => (kind ? c.kind === kind : !["better", "worse"].includes(c.kind)));
        return mine.length > 0 && <div key={kind}><h3>{title} <span className="m">{mine.length}</span></h3><ul>{mine.map((c, i) => <li key={i}>{c.words.replace(SIDE, "")}</li>)}</ul></div>;
      })}
      {old && <p className="noprint"><button type="button" className="btn" aria-expanded={read} onClick={() => setRead(!read)}>{say(read ? "plan.read_close" : "plan.read")}</button></p>}
      {read && old && <Promises b={old} title={say("plan.clocks_of", { plan: `${bookWords(old.name, language)} ${version(old.id)}` })} />}
    </div>
  );
}
/** What the house told this person about the plan. */
function Notices() {
  const { say, when } = useSpeech(), now = useNow();
  const list = useQuery({ queryKey: ["notices", "plan"], queryFn: () => got(api.GET("/api/v1/notices", { params: { query: { limit: 100 } } })), staleTime: 60_000 });
  const mine = list.data?.items.filter((n) => /^(plan|quota|account|order|deliverable|service)\b/.test(n.topic)).slice(0, 10) ?? [];
  return (
    <section>
      <h2>{say("plan.notices")}</h2>
      {!mine.length ? <p className="q">{say("plan.notices_none")} <Link to="/news">{say("portal.news")}</Link></p> : (
        <ul className="rows">{mine.map((n) => { const word = `news.topic_${n.topic.replaceAll(".", "_")}`, said = say(word as never); return <li key={n.id}><p>{said === word ? say("news.topic_other") : said}</p><p className="s m"><time dateTime={n.at} title={when.full(n.at)}>{when.ago(n.at, now)}</time></p></li>; })}</ul>
      )}
    </section>
  );
}
