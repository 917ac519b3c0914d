/** How promises stand and how long answers take: whole distributions, each with its table, each number a way to its cases. */
import "./figures.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, got, type Ticket } from "@api/client";
import { plansQuery } from "@api/queries";
import { Button, Empty, may, nowMs, Select, term, useMe, useNow, useSay, useSpeech, useWhen, Wrong } from "@ui";
import { Refusal } from "@api/client";
import { Asked, every, Frame, toField, useNames } from "../desk/kit";
import { edition, type Line } from "../plans/cells";
import type { QueueSearch } from "../../router";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR, SOON = 30 * MINUTE, MOST = 5;
const openQuery = { queryKey: ["tickets", "figures-open"], queryFn: () => every((cursor) => got(api.GET("/api/v1/tickets", { params: { query: { open: true, limit: 200, ...(cursor ? { cursor } : {}) } } }))), refetchInterval: 60_000 };
/** The cases changed last, up to a thousand: what a distribution is drawn from until the house counts itself. */
const lastQuery = {
  queryKey: ["tickets", "figures-last"],
  queryFn: async () => {
    const all: Ticket[] = [];
    let cursor: string | undefined;
    for (let i = 0; i < MOST; i++) {
      const page = await got(api.GET("/api/v1/tickets", { params: { query: { sort: "updated" as never, limit: 200, ...(cursor ? { cursor } : {}) } } }));
      all.push(...page.items);
      if (!page.next) return { all, whole: true };
      cursor = page.next;
    }
    return { all, whole: false };
  },
  staleTime: 60_000,
};
const SPANS = ["7", "30", "90", "0"];
export function Page() {
  const say = useSay(), me = useMe(), go = useNavigate(), when = useWhen();
  const search = useSearch({ strict: false }) as { days?: number };
  const days = SPANS.includes(String(search.days)) ? String(search.days) : "30";
  const allowed = may(me, "ticket.read");
  const open = useQuery({ ...openQuery, enabled: allowed }), last = useQuery({ ...lastQuery, enabled: allowed });
  if (!allowed) return <Frame title={say("figures.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  const since = days === "0" ? 0 : nowMs() - Number(days) * DAY;
  const cases = (last.data?.all ?? []).filter((t) => Date.parse(t.opened_at) >= since);
  return (
    <Frame
      title={say("figures.title")} lead={say("figures.lead")}
      tools={<>
        <Select quiet label={say("figures.period")} value={days} onChange={(d) => void go({ to: "/figures", search: (d === "30" ? {} : { days: Number(d) }) as never })} choices={SPANS.map((d) => ({ id: d, name: d === "0" ? say("figures.all_time") : say("figures.days", { n: Number(d) }) }))} />
        <Button onPress={() => download(cases)} why={cases.length ? null : say("figures.nothing")}>{say("figures.csv")}</Button>
      </>}
    >
      <Asked of={open}>{(tickets) => <Live tickets={tickets} />}</Asked>
      <Asked of={last}>{(d) => (
        <>
          <p className="s m">{d.whole ? say("figures.from_all", { n: when.number(cases.length) }) : say("figures.from_last", { n: when.number(cases.length), most: when.number(d.all.length) })}</p>
          {!cases.length ? <Empty title={say("figures.none")}>{days !== "0" && <Button onPress={() => void go({ to: "/figures", search: { days: 0 } as never })}>{say("figures.all_time")}</Button>}</Empty> : (
            <>
              <Spread title={say("figures.first_answer")} lengths={lengths(cases, (t) => t.first_reply_at)} of={cases.length} missing={say("figures.unanswered", { n: cases.filter((t) => !t.first_reply_at).length })} />
              <Spread title={say("figures.resolve")} lengths={lengths(cases, (t) => t.resolved_at)} of={cases.length} missing={say("figures.unresolved", { n: cases.filter((t) => !t.resolved_at).length })} />
              <Hours cases={cases} />
            </>
          )}
        </>
      )}</Asked>
    </Frame>
  );
}
const lengths = (cases: Ticket[], end: (t: Ticket) => unknown) => cases.flatMap((t) => { const e = end(t); return typeof e === "string" ? [Math.max(0, Date.parse(e) - Date.parse(t.opened_at))] : []; });

/* ---- what is open now ---- */
const OPEN = "new,active,waiting_customer,waiting_vendor,waiting_product";
interface Sum { key: string; name: string; late: number; soon: number; fine: number; link?: Partial<QueueSearch> }
function Live({ tickets }: { tickets: Ticket[] }) {
  const say = useSay(), { language } = useSpeech(), names = useNames(), now = useNow();
  const plans = useQuery(plansQuery);
  const planName = (id: string) => { const l = (plans.data?.items as Line[] | undefined)?.find((l) => l.id === id); return l ? `${l.name} ${edition(id)}` : id; };
  const sums = (key: (t: Ticket) => string, name: (k: string) => string, link?: (k: string) => Partial<QueueSearch>): Sum[] => {
    const all = new Map<string, Sum>();
    for (const t of tickets) {
      const k = key(t), s = all.get(k) ?? { key: k, name: name(k), late: 0, soon: 0, fine: 0, ...(link ? { link: link(k) } : {}) };
      if (t.broken > 0) s.late++; else if (t.next_due_at && Date.parse(t.next_due_at) - now < SOON) s.soon++; else s.fine++;
      all.set(k, s);
    }
    return [...all.values()].sort((a, b) => b.late - a.late || b.soon - a.soon || b.fine - a.fine || a.name.localeCompare(b.name, language));
  };
  const total = sums(() => "all", () => say("figures.all_open"), () => ({}))[0];
  if (!total) return <section><h2>{say("figures.now")}</h2><p className="q">{say("figures.none_open")}</p></section>;
  const most = total.late + total.soon + total.fine;
  const parts: [string, Sum[]][] = [
    [say("figures.by_plan"), sums((t) => t.plan, planName)],
    [say("figures.by_channel"), sums((t) => t.channel, (k) => term(say, "channel", k), (k) => ({ channel: k }))],
    [say("figures.by_severity"), sums((t) => t.severity, (k) => term(say, "severity", k), (k) => ({ severity: k }))],
    [say("figures.by_group"), sums((t) => String(t.tier), (k) => say("figures.tier", { n: Number(k) }))],
    [say("figures.by_person"), sums((t) => (t.handler as string | null) ?? "-", (k) => (k === "-" ? say("figures.nobody") : names.person(k) || k), (k) => (k === "-" ? { view: "unassigned", stage: undefined } : { handler: k }))],
    [say("figures.by_product"), sums((t) => t.product, (k) => k || say("figures.no_product"), (k) => (k ? { product: k } : {}))],
  ];
  return (
    <section>
      <h2>{say("figures.now")}</h2><p className="q">{say("figures.now_help")}</p>
      <ul className="legend x s"><li className="late">{say("figures.late")}</li><li className="soon">{say("figures.soon")}</li><li className="fine">{say("figures.fine")}</li></ul>
      <Bars rows={[total]} most={most} name={say("figures.all_open")} />
      <div className="parts">{parts.map(([name, rows]) => <div key={name}><h3>{name}</h3><Bars rows={rows} most={Math.max(...rows.map((r) => r.late + r.soon + r.fine))} name={name} /></div>)}</div>
    </section>
  );
}
/** A table whose bars begin at zero; the numbers beside them are the data. */
function Bars({ rows, most, name }: { rows: Sum[]; most: number; name: string }) {
  const say = useSay();
  const to = (s: Sum, more: Partial<QueueSearch>, n: number): ReactNode => (n && s.link ? <Link to="/" search={{ view: "all", stage: OPEN, ...s.link, ...more }}>{n}</Link> : n || <span className="m">0</span>);
  return (
    <table className="mid bars-table" aria-label={name}>
      <thead className="unseen-head"><tr><th scope="col">{name}</th><td className="bar-cell" /><th scope="col" className="num">{say("figures.late")}</th><th scope="col" className="num">{say("figures.soon")}</th><th scope="col" className="num">{say("figures.open")}</th></tr></thead>
      <tbody>{rows.map((s) => {
        const w = (n: number) => (most ? (n / most) * 100 : 0);
        return (
          <tr key={s.key}><th scope="row">{s.name}</th>
            <td className="bar-cell"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" className="stackbar"><rect className="late" x="0" y="0" height="10" width={w(s.late)} /><rect className="soon" x={w(s.late)} y="0" height="10" width={w(s.soon)} /><rect className="fine" x={w(s.late + s.soon)} y="0" height="10" width={w(s.fine)} /></svg></td>
            <td className={`num ${s.late ? "txt-late" : ""}`}>{to(s, { broken: true }, s.late)}</td><td className={`num ${s.soon ? "txt-risk" : ""}`}>{s.soon || <span className="m">0</span>}</td><td className="num">{to(s, {}, s.late + s.soon + s.fine)}</td></tr>
        );
      })}</tbody>
    </table>
  );
}
/* ---- how long it took ---- */
const EDGES = [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY];
const share = (sorted: number[], p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!;
function Spread({ title, lengths, of, missing }: { title: string; lengths: number[]; of: number; missing: string }) {
  const say = useSay(), when = useWhen();
  const sorted = [...lengths].sort((a, b) => a - b);
  const counts = [...EDGES, Infinity].map((edge, i) => sorted.filter((l) => l < edge && l >= (EDGES[i - 1] ?? 0)).length);
  const labels = [...EDGES.map((e) => say("figures.under", { length: when.length(e) })), say("figures.over", { length: when.length(EDGES.at(-1)!) })];
  return (
    <section>
      <h2>{title}</h2>
      {!sorted.length ? <p className="q">{say("figures.nothing")}</p> : (
        <>
          <p className="q">{say("figures.half", { length: when.length(share(sorted, 0.5)), nine: when.length(share(sorted, 0.9)) })} <span className="m">{lengths.length < of && missing}</span></p>
          <Columns name={title} counts={counts} labels={labels} column={say("figures.length")} />
        </>
      )}
    </section>
  );
}
function Hours({ cases }: { cases: Ticket[] }) {
  const say = useSay(), when = useWhen();
  const hours = [...Array(24).keys()], of = (t: Ticket) => Number(toField(Date.parse(t.opened_at), when.zone).slice(11, 13));
  const counts = hours.map((h) => cases.filter((t) => of(t) === h).length), broken = hours.map((h) => cases.filter((t) => of(t) === h && t.broken > 0).length);
  return <section><h2>{say("figures.by_hour")}</h2><p className="q">{say("figures.by_hour_help", { zone: when.zone })}</p><Columns name={say("figures.by_hour")} counts={counts} marked={broken} labels={hours.map((h) => String(h).padStart(2, "0"))} column={say("figures.hour")} /></section>;
}
/** Upright bars from zero, the count on each; the same as a table on demand. */
function Columns({ name, counts, labels, marked, column }: { name: string; counts: number[]; labels: string[]; marked?: number[]; column: string }) {
  const say = useSay();
  const most = Math.max(1, ...counts);
  return (
    <>
      <div className="columns" aria-hidden="true">
        {counts.map((n, i) => (
          <div key={i}><span className={`s ${n ? "" : "m"}`}>{n}</span>
            <svg viewBox="0 0 10 100" preserveAspectRatio="none"><rect className="fine" x="0" width="10" y={100 - (n / most) * 100} height={(n / most) * 100} />{marked && <rect className="late" x="0" width="10" y={100 - (marked[i]! / most) * 100} height={(marked[i]! / most) * 100} />}</svg>
            <span className="s m">{labels[i]}</span></div>
        ))}
      </div>
      <details><summary className="s">{say("figures.as_table")}</summary>
        <table className="mid small-table" aria-label={name}><thead><tr><th scope="col">{column}</th><th scope="col" className="num">{say("figures.cases")}</th>{marked && <th scope="col" className="num">{say("figures.with_broken")}</th>}</tr></thead>
          <tbody>{counts.map((n, i) => <tr key={i}><th scope="row">{labels[i]}</th><td className="num">{n}</td>{marked && <td className="num">{marked[i]}</td>}</tr>)}</tbody></table>
      </details>
    </>
  );
}
/** Every case the pictures are drawn from, a line each. A leading sign is kept from being read as a formula. */
function download(cases: Ticket[]) {
  const cell = (v: unknown) => { const t = v == null ? "" : String(v); return `"${(/^[=+\-@\t\r]/.test(t) ? `'${t}` : t).replaceAll('"', '""')}"`; };
  const minutes = (from: string, to: unknown) => (typeof to === "string" ? Math.round((Date.parse(to) - Date.parse(from)) / MINUTE) : "");
  const head = ["number", "opened_at", "plan", "channel", "severity", "product", "stage", "tier", "handler", "broken", "first_reply_minutes", "resolve_minutes"];
  const lines = cases.map((t) => [t.number, t.opened_at, t.plan, t.channel, t.severity, t.product, t.stage, t.tier, t.handler, t.broken, minutes(t.opened_at, t.first_reply_at), minutes(t.opened_at, t.resolved_at)].map(cell).join(","));
  const url = URL.createObjectURL(new Blob([`\ufeff${[head.join(","), ...lines].join("\r\n")}\r\n`], { type: "text/csv" }));
  const a = document.createElement("a");
  a.href = url;
  a.download = `figures-${new Date(nowMs()).toISOString().slice(0, 10)}.csv`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
