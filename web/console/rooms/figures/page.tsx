/** How promises fare and how long answers take: whole distributions, each with its table, each number a way to its cases. */
import "./figures.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { api, got, Refusal, type Ticket } from "@api/client";
import { plansQuery } from "@api/queries";
import { Button, Dialog, Empty, lengthMs, may, Select, Shape, term, useMe, useSay, useSpeech, useWhen, Wrong } from "@ui";
import { Frame, Refused, toField } from "../desk/kit";
import { Newer } from "../desk/newer";
import { wire, type Figures } from "../desk/wire";
import { edition, type Line } from "../plans/cells";
import type { Make } from "./chart";
import { casesOf } from "./links";
import { lying, spread, upright } from "./pictures";
import { countOf, endsOf, FATES, gather, placeOf, totalOf, type Fate, type Step, type Sum } from "./sums";

const Chart = lazy(() => import("./chart"));
const SPANS = [1, 7, 14, 31], USUAL = 7, ROW = 40;
export function Page() {
  const say = useSay(), me = useMe(), go = useNavigate();
  const search = useSearch({ strict: false }) as { days?: number };
  const days = SPANS.includes(Number(search.days)) ? Number(search.days) : USUAL;
  const allowed = may(me, "ticket.read_internal");
  const figures = useQuery({ queryKey: ["figures", days], queryFn: async () => (await got(api.GET("/api/v1/figures", { params: { query: { days } } }))) as unknown as Figures, refetchInterval: 60_000, enabled: allowed });
  const [failed, setFailed] = useState<Refusal | null>(null), [saving, setSaving] = useState(false);
  if (!allowed) return <Frame title={say("figures.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  const look = (d: number) => void go({ to: "/figures", search: (d === USUAL ? {} : { days: d }) as never });
  const save = (format: "csv" | "xlsx") => async () => {
    setFailed(null);
    setSaving(true);
    try { await wire.save("/api/v1/figures", { days, format }, `figures-${days}.${format}`); } catch (e) { if (e instanceof Refusal) setFailed(e); else throw e; } finally { setSaving(false); }
  };
  const why = saving ? say("figures.saving") : figures.data ? null : say(figures.isPending ? "desk.busy" : "state.wrong_title");
  return (
    <Frame
      title={say("figures.title")} lead={say("figures.lead")}
      tools={<>
        <Select quiet label={say("figures.window")} value={String(days)} onChange={(d) => look(Number(d))} choices={SPANS.map((d) => ({ id: String(d), name: d === 1 ? say("figures.day") : say("figures.days", { n: d }) }))} />
        <Button onPress={() => void save("csv")()} why={why}>{say("figures.csv")}</Button><Button onPress={() => void save("xlsx")()} why={why}>{say("figures.xlsx")}</Button>
      </>}
    >
      <Refused error={failed} />
      <Newer of={figures} rows={10}>{(f) => (totalOf(f.all) + countOf(f.first_answer) + countOf(f.resolve) === 0
        ? <Empty title={say("figures.none")}>{days < SPANS.at(-1)! && <Button onPress={() => look(SPANS.at(-1)!)}>{say("figures.longer")}</Button>}</Empty>
        : <Fares f={f} days={days} />)}</Newer>
    </Frame>
  );
}
function Fares({ f, days }: { f: Figures; days: number }) {
  const say = useSay(), when = useWhen(), { language } = useSpeech();
  const plans = useQuery(plansQuery);
  const planName = (id: string) => { const l = (plans.data?.items as Line[] | undefined)?.find((l) => l.id === id); return l ? `${l.name} ${edition(id)}` : id; };
  const settled = f.all.kept + f.all.broken, percent = new Intl.NumberFormat(language === "en-XA" ? "en" : language, { style: "percent", maximumFractionDigits: 1 });
  const parts: [string, Row[]][] = [
    [say("figures.by_plan"), f.by_plan.map((l) => ({ ...l, name: planName(l.key) }))],
    [say("figures.by_channel"), f.by_channel.map((l) => ({ ...l, name: term(say, "channel", l.key) }))],
    [say("figures.by_group"), f.by_group.map((l) => ({ ...l, name: say("figures.group_of", { skill: l.skill || say("figures.no_product"), tier: l.tier }) }))],
    [say("figures.by_handler"), f.by_handler.map((l) => ({ ...l, name: l.person ? l.name || l.person : say("figures.nobody") }))],
  ];
  return (
    <>
      <section>
        <h2>{say("figures.promises")}</h2>
        <p className="q">{settled ? say("figures.settled", { settled: when.number(settled), share: percent.format(f.all.kept / settled) }) : say("figures.settled_none")} <span className="m">{say("figures.links_help")}{f.more && ` ${say("figures.more")}`}</span></p>
        <Bars name={say("figures.promises")} rows={[{ ...f.all, name: say("figures.total"), filter: "" }]} first />
        <div className="parts">{parts.map(([name, rows]) => !!rows.length && <div key={name}><h3>{name}</h3><Bars name={name} rows={rows.sort((a, b) => b.broken - a.broken || b.at_risk - a.at_risk || totalOf(b) - totalOf(a))} /></div>)}</div>
      </section>
      <Hours lines={f.by_hour} days={days} />
      <Spread of="first_answer" steps={f.first_answer} />
      <Spread of="resolve" steps={f.resolve} />
    </>
  );
}
type Row = Sum & { name: string; filter: string };
/** A table whose bars are one picture standing in it, a bar a line; the numbers beside them are the data. */
function Bars({ name, rows, first }: { name: string; rows: Row[]; first?: boolean }) {
  const say = useSay(), when = useWhen(), go = useNavigate();
  const make = useMemo(() => lying(rows, rows.map((r) => r.name), Math.max(1, ...rows.map(totalOf)), (f) => say(`figures.${f}`)), [JSON.stringify(rows), say("figures.kept")]);
  const cell = (r: Row, fate?: Fate) => { const n = fate ? r[fate] : totalOf(r); return n ? <Link to="/" search={casesOf(r.filter, fate)} aria-label={`${r.name}, ${fate ? say(`figures.${fate}`) : say("figures.total")}: ${n}`}>{when.number(n)}</Link> : <span className="m">0</span>; };
  return (
    <table className={`bars-table ${first ? "first" : ""}`} aria-label={name}>
      <thead><tr><th scope="col"><span className="unseen">{name}</span></th><td className="bar-cell" />{FATES.map((f) => <th key={f} scope="col" className="num"><Key of={f} />{say(`figures.${f}`)}</th>)}<th scope="col" className="num">{say("figures.total")}</th></tr></thead>
        <tbody>{rows.map((r, i) => (
          <tr key={`${r.name} ${r.filter}`}><th scope="row" title={r.name}>{r.name}</th>
            {i === 0 && <td className="bar-cell" rowSpan={rows.length} aria-hidden="true"><Picture make={make} height={rows.length * ROW} onPick={(at, series) => void go({ to: "/", search: casesOf(rows[at]!.filter, FATES[series]) })} /></td>}
            {FATES.map((f) => <td key={f} className={`num ${r[f] && f === "broken" ? "txt-late" : r[f] && f === "at_risk" ? "txt-risk" : ""}`}>{cell(r, f)}</td>)}<td className="num">{cell(r)}</td></tr>
        ))}</tbody>
    </table>
  );
}
const Key = ({ of }: { of: Fate }) => <i className={`key ${of}`} aria-hidden="true" />;
function Picture({ make, height, onPick }: { make: Make; height: number; onPick?: (place: number, series: number) => void }) {
  return <Suspense fallback={<div className="chart" style={{ height }} />}><Chart make={make} height={height} {...(onPick ? { onPick } : {})} /></Suspense>;
}
function Table({ name, children }: { name: string; children: ReactNode }) {
  const say = useSay();
  return <details className="behind"><summary className="s">{say("figures.as_table")}</summary><table className="mid small-table" aria-label={name}>{children}</table></details>;
}

/* ---- when ---- */
type Shown = { what: string; is: (t: Ticket) => boolean };
function Hours({ lines, days }: { lines: Figures["by_hour"]; days: number }) {
  const say = useSay(), when = useWhen(), { language } = useSpeech();
  const [by, setBy] = useState<"hour" | "time">(days === 1 ? "time" : "hour"), [shown, setShown] = useState<Shown | null>(null);
  const of = (instant: string) => { const wall = toField(Date.parse(instant), when.zone); return by === "hour" ? wall.slice(11, 13) : days === 1 ? wall.slice(0, 13) : wall.slice(0, 10); };
  const keys = by === "hour" ? [...Array(24).keys()].map((h) => String(h).padStart(2, "0")) : [...new Set(lines.map((l) => of(l.hour)))].sort();
  const sums = new Map(gather(lines, (l) => of(l.hour))), none: Sum = { kept: 0, at_risk: 0, broken: 0, running: 0 };
  const day = (k: string) => new Intl.DateTimeFormat(language.startsWith("en") ? "en-GB" : language, { timeZone: "UTC", month: "short", day: "numeric" }).format(Date.parse(`${k}T12:00Z`));
  const label = (k: string) => (by === "hour" ? k : days === 1 ? `${k.slice(11, 13)}:00` : day(k));
  const data = keys.map((k) => sums.get(k) ?? none);
  const make = useMemo(() => upright(data, keys.map(label), (f) => say(`figures.${f}`)), [JSON.stringify(data), by, language]);
  const name = say(by === "hour" ? "figures.by_hour" : "figures.over_time");
  const show = (k: string) => setShown({ what: say("figures.cases_of_hour", { hour: label(k) }), is: (t) => of(t.opened_at) === k });
  if (!lines.length) return null;
  return (
    <section>
      <div className="x"><h2>{name}</h2><Select quiet label={say("figures.shape")} value={by} onChange={(b) => setBy(b as "hour" | "time")} choices={[{ id: "hour", name: say("figures.as_of_day") }, { id: "time", name: say(days === 1 ? "figures.as_hours" : "figures.as_time") }]} /></div>
      <p className="q">{say(by === "hour" ? "figures.by_hour_help" : "figures.over_time_help", { zone: when.zone })}</p>
      <ul className="legend x s" aria-hidden="true">{FATES.map((f) => <li key={f}><Key of={f} />{say(`figures.${f}`)}</li>)}</ul>
      <div role="img" aria-label={say("figures.chart", { name })}><Picture make={make} height={200} onPick={(at) => show(keys[at]!)} /></div>
      <Table name={name}>
        <thead><tr><th scope="col">{say(by === "hour" || days === 1 ? "figures.hour" : "figures.date")}</th>{FATES.map((f) => <th key={f} scope="col" className="num">{say(`figures.${f}`)}</th>)}<th scope="col" className="num">{say("figures.total")}</th></tr></thead>
        <tbody>{keys.map((k, i) => <tr key={k}><th scope="row">{label(k)}</th>{FATES.map((f) => <td key={f} className="num">{data[i]![f]}</td>)}<td className="num">{totalOf(data[i]!) ? <button type="button" className="link" onClick={() => show(k)}>{totalOf(data[i]!)}</button> : 0}</td></tr>)}</tbody>
      </Table>
      {shown && <Cases {...shown} onClose={() => setShown(null)} />}
    </section>
  );
}

/* ---- how long ---- */
const MARKS = [0.5, 0.9, 0.99] as const;
function Spread({ of, steps }: { of: "first_answer" | "resolve"; steps: Step[] }) {
  const say = useSay(), when = useWhen(), { language } = useSpeech();
  const [shown, setShown] = useState<Shown | null>(null);
  const all = countOf(steps), title = say(`figures.${of}`);
  const length = (i: number) => (steps[i]?.up_to ? when.length(lengthMs(steps[i]!.up_to!)) : say("figures.beyond_any", { length: when.length(lengthMs(steps[i - 1]?.up_to ?? "PT0S")) }));
  const labels = steps.map((s, i) => (s.up_to ? say("figures.within", { length: when.length(lengthMs(s.up_to)) }) : say("figures.beyond", { length: when.length(lengthMs(steps[i - 1]?.up_to ?? "PT0S")) })));
  const places = all ? MARKS.map((m) => placeOf(steps, m)) : [];
  const marks = [...new Set(places)].map((place) => ({ place, label: MARKS.filter((_, i) => places[i] === place).map((m) => `p${m * 100}`).join(" · ") }));
  const make = useMemo(() => spread(steps.map((s) => s.count), labels, marks), [JSON.stringify(steps), language]);
  const show = (i: number) => {
    const [over, most] = endsOf(steps, i), end = (t: Ticket) => (of === "first_answer" ? t.first_reply_at : t.resolved_at) as string | null | undefined;
    setShown({ what: say("figures.cases_in", { what: `${title} ${labels[i]}` }), is: (t) => { const e = end(t), took = e ? Date.parse(e) - Date.parse(t.opened_at) : NaN; return took > over && took <= most; } });
  };
  const percent = new Intl.NumberFormat(language === "en-XA" ? "en" : language, { style: "percent" });
  let sum = 0;
  return (
    <section>
      <h2>{title}</h2>
      {!all ? <p className="q">{say(of === "first_answer" ? "figures.no_answers" : "figures.no_resolves")}</p> : (
        <>
          <p className="q">{say("figures.spread", { half: length(places[0]!), nine: length(places[1]!), most: length(places[2]!) })} <span className="m">{say(`figures.${of}_help`)}</span></p>
          <div role="img" aria-label={say("figures.chart", { name: title })}><Picture make={make} height={Math.max(200, steps.length * 26)} onPick={show} /></div>
          <p className="s m">{say("figures.marks")}</p>
          <Table name={title}>
            <thead><tr><th scope="col">{say("figures.length")}</th><th scope="col" className="num">{say("figures.cases")}</th><th scope="col" className="num">{say("figures.share")}</th></tr></thead>
            <tbody>{steps.map((s, i) => { sum += s.count; return <tr key={i}><th scope="row">{labels[i]}</th><td className="num">{s.count ? <button type="button" className="link" onClick={() => show(i)}>{s.count}</button> : 0}</td><td className="num">{percent.format(sum / all)}</td></tr>; })}</tbody>
          </Table>
        </>
      )}
      {shown && <Cases {...shown} onClose={() => setShown(null)} />}
    </section>
  );
}
const PAGES = 5, SHOWN = 100;
/** The cases behind a bar that no filter of the list describes, sought among those changed last. */
function Cases({ what, is, onClose }: Shown & { onClose: () => void }) {
  const say = useSay(), when = useWhen();
  const last = useQuery({
    queryKey: ["tickets", "figures-last"],
    queryFn: async () => {
      const all: Ticket[] = [];
      let cursor: string | undefined;
      for (let i = 0; i < PAGES; i++) {
        const page = await got(api.GET("/api/v1/tickets", { params: { query: { sort: "updated" as never, limit: 200, ...(cursor ? { cursor } : {}) } } }));
        all.push(...page.items);
        if (!page.next) break;
        cursor = page.next;
      }
      return all;
    },
    staleTime: 60_000,
  });
  const found = (last.data ?? []).filter(is);
  return (
    <Dialog title={what} open onClose={onClose} side>
      {last.isPending ? <Shape rows={4} /> : last.isError ? <Wrong error={last.error} again={() => void last.refetch()} /> : (
        <>
          <p className="s m">{say("figures.cases_of", { n: when.number(last.data.length) })}</p>
          {!found.length ? <p className="q">{say("figures.cases_none")}</p> : <ul className="rows">{found.slice(0, SHOWN).map((t) => <li key={t.id}><Link to="/tickets/$id" params={{ id: t.id }}>{t.number} {t.subject}</Link></li>)}</ul>}
        </>
      )}
    </Dialog>
  );
}
