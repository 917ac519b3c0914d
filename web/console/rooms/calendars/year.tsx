/** A year at a glance: twelve months, every kind of day by its own shape; the usual week; the days that have a name. */
import { bookWords, useSay, useSpeech, type Word } from "@ui";
import type { CalendarYear, DayKind, Words } from "../desk/wire";
import { monthsOf, piecesOf, SPECIAL, spansOf, weeksOf, type Day } from "./days";

const KINDS: DayKind[] = ["working", "off", "holiday", "make_up", "half", "special"];
/** 4 January 1971 was a Monday. */
const MONDAY = Date.UTC(1971, 0, 4), DAY = 86_400_000;
function useFormat() {
  const { language } = useSpeech();
  const locale = language.startsWith("en") ? "en-GB" : language;
  const write = (at: number, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(at);
  return { month: (year: number, m: number) => write(Date.UTC(year, m, 1), { month: "long" }), weekday: (i: number, width: "narrow" | "short" | "long") => write(MONDAY + i * DAY, { weekday: width }), date: (d: string) => write(Date.parse(`${d}T12:00Z`), { month: "short", day: "numeric" }) };
}
/** The name in the reader's language, then in the others. */
function useBoth() {
  const { language } = useSpeech();
  return (name: Words | null | undefined): { own: string; others: string } => {
    if (!name) return { own: "", others: "" };
    const own = bookWords(name as Record<string, string>, language);
    return { own, others: Object.values(name).filter((n) => n && n !== own).join(" · ") };
  };
}
const hours = (windows: { from: string; to: string }[]) => windows.map((w) => `${w.from}–${w.to}`).join(" ");
export function Legend({ days, changed, today }: { days: Day[]; changed: boolean; today: string }) {
  const say = useSay();
  const there = KINDS.filter((k) => days.some((d) => d.kind === k));
  return (
    <ul className="keys x s" aria-label={say("calendars.legend")}>
      {there.map((k) => <li key={k}><span className={`day ${k}`} aria-hidden="true">8</span>{say(`calendars.${k}` as Word)}</li>)}
      {days.some((d) => d.date === today) && <li><span className="day today" aria-hidden="true">8</span>{say("calendars.today")}</li>}
      {changed && <li><span className="day changed" aria-hidden="true">8</span>{say("calendars.changed")}</li>}
    </ul>
  );
}
export function Counted({ days }: { days: Day[] }) {
  const say = useSay(), of = (...kinds: DayKind[]) => days.filter((d) => kinds.includes(d.kind)).length;
  return <p className="s m">{say("calendars.counted", { working: of("working", "make_up", "half", "special"), off: of("off"), holiday: of("holiday") })}</p>;
}
export function Year({ of, today, changed }: { of: CalendarYear; today: string; changed?: Set<string> }) {
  const say = useSay(), format = useFormat(), both = useBoth();
  const words = (d: Day) => [both(d.name).own, both(d.name).others, say(`calendars.${d.kind}`), hours(d.windows)].filter(Boolean).join(" · ");
  return (
    <div className={`months ${of.provisional ? "is-provisional" : ""}`}>
      {monthsOf(of.days).map((days, m) => (
        <table key={m} className="month">
          <caption>{format.month(of.year, m)}</caption>
          <thead><tr>{[...Array(7).keys()].map((i) => <th key={i} scope="col" abbr={format.weekday(i, "long")}>{format.weekday(i, "narrow")}</th>)}</tr></thead>
          <tbody>{weeksOf(days).map((week, w) => (
            <tr key={w}>{week.map((d, i) => d ? (
              <td key={i} {...(d.date === today ? { "aria-current": "date" as const } : {})}>
                <span className={`day ${d.kind} ${d.date === today ? "today" : ""} ${changed?.has(d.date) ? "changed" : ""}`} title={words(d)}>{Number(d.date.slice(8))}</span>
                {(SPECIAL.includes(d.kind) || changed?.has(d.date)) && <span className="unseen"> {words(d)}{changed?.has(d.date) && `, ${say("calendars.changed")}`}</span>}
              </td>
            ) : <td key={i} />)}</tr>
          ))}</tbody>
        </table>
      ))}
    </div>
  );
}
const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
export function Week({ of }: { of: CalendarYear }) {
  const say = useSay(), format = useFormat();
  return (
    <div>
      <h3>{say("calendars.week")}</h3>
      <ol className="week">{WEEK.map((day, i) => {
        const windows = of.week.find((w) => w.day === day)?.windows ?? [], all = windows.length === 1 && windows[0]!.from === "00:00" && windows[0]!.to === "24:00";
        return (
          <li key={day}><span className="q">{format.weekday(i, "short")}</span>
            <span className="day-line" aria-hidden="true">{piecesOf(windows).map(([from, to]) => <i key={from} style={{ insetInlineStart: `${from * 100}%`, width: `${(to - from) * 100}%` }} />)}</span>
            <span className={windows.length ? "" : "m"}>{!windows.length ? say("calendars.closed_day") : all ? say("calendars.all_day") : hours(windows)}</span></li>
        );
      })}</ol>
    </div>
  );
}
export function Named({ of }: { of: CalendarYear }) {
  const say = useSay(), format = useFormat(), both = useBoth();
  const spans = spansOf(of.days);
  if (of.always_open) return null;
  return (
    <div>
      <h3>{say("calendars.named")}</h3>
      {!spans.length ? <p className="q">{say("calendars.named_none")}</p> : (
        <table className="stack mid named"><thead><tr><th>{say("calendars.dates")}</th><th>{say("calendars.name")}</th><th>{say("calendars.kind")}</th><th>{say("calendars.hours")}</th></tr></thead>
          <tbody>{spans.map((s) => { const { own, others } = both(s.first.name); return (
            <tr key={s.first.date}><th scope="row">{s.count > 1 ? `${format.date(s.first.date)} – ${format.date(s.last.date)}` : format.date(s.first.date)}</th>
              <td>{own} <span className="m">{others}</span></td>
              <td className="q"><span className={`day ${s.first.kind}`} aria-hidden="true">{Number(s.first.date.slice(8))}</span> {say(`calendars.${s.first.kind}`)}{s.count > 1 && <span className="m"> {say("calendars.days_n", { n: s.count })}</span>}</td>
              <td className="q">{s.first.windows.length ? hours(s.first.windows) : <span className="m">{say("calendars.closed_day")}</span>}</td></tr>
          ); })}</tbody></table>
      )}
    </div>
  );
}
