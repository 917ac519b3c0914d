/** When promises are counted: every calendar, whether it is open now, and its whole year with holidays and make-up days. */
import "./calendars.css";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, got } from "@api/client";
import { bookWords, Button, Empty, Select, useNow, useSay, useSpeech, type Say } from "@ui";
import { useCommands } from "../command/registry";
import { Asked, Frame, toField } from "../desk/kit";
import { Newer } from "../desk/newer";
import { type CalendarLine, type CalendarYear } from "../desk/wire";
import { calendarName } from "../plans/cells";
import { same } from "./days";
import { Counted, Legend, Named, Week, Year } from "./year";

interface CalendarsSearch { id?: string; year?: number; version?: number }
const yearQuery = (id: string, year: number, version?: number) => ({
  queryKey: ["calendar-year", id, year, version ?? null],
  queryFn: async () => (await got(api.GET("/api/v1/calendars/{id}", { params: { path: { id }, query: { year, ...(version ? { version } : {}) } } }))) as CalendarYear,
  staleTime: 10 * 60_000,
});
const nameOf = (c: CalendarLine, say: Say, language: string) => bookWords(c.name, language) || calendarName(c.id, say);
const timeIn = (tz: string, now: number) => new Intl.DateTimeFormat("en-GB", { timeZone: tz, hour: "2-digit", minute: "2-digit" }).format(now);
export function Page() {
  const { say, language } = useSpeech(), now = useNow(), go = useNavigate();
  const search = useSearch({ strict: false }) as CalendarsSearch;
  const calendars = useQuery({ queryKey: ["calendars"], queryFn: () => got(api.GET("/api/v1/calendars")) });
  // A calendar of several versions may come as several lines: the newest stands for it.
  const items = [...new Map((calendars.data?.items ?? []).map((c) => [c.id, c])).values()];
  const open = useQueries({ queries: items.map((c) => ({ queryKey: ["calendar-now", c.id], queryFn: () => got(api.GET("/api/v1/calendars/{id}", { params: { path: { id: c.id } } })), refetchInterval: 60_000 })) });
  const chosen = items.find((c) => c.id === search.id) ?? items.find((c) => c.id === "cal_cn_working_days") ?? items[0];
  return (
    <Frame title={say("calendars.title")} lead={say("calendars.lead")}>
      <Asked of={calendars}>{() => !items.length ? <Empty title={say("calendars.none")} /> : (
        <table className="stack mid"><thead><tr><th>{say("calendars.calendar")}</th><th>{say("calendars.now")}</th><th>{say("calendars.there")}</th><th>{say("calendars.version")}</th></tr></thead>
          <tbody>{items.map((c, i) => {
            const state = open[i]?.data?.open, here = c === chosen, name = nameOf(c, say, language);
            return (
              <tr key={c.id} className={here ? "here" : ""}>
                <th scope="row"><button type="button" className="link" aria-pressed={here} onClick={() => void go({ to: "/calendars", search: { id: c.id } as never, resetScroll: false })}>{name}</button></th>
                <td>{state === undefined ? <span className="m">…</span> : <span className={`tag ${state ? "on" : ""}`}>{state ? say("calendars.open") : say("calendars.closed")}</span>}</td>
                <td className="q full">{timeIn(c.tz, now)} <span className="s m">{c.tz}</span></td>
                <td className="m">{c.versions.length > 1 ? c.versions.map((v) => say("calendars.version_n", { n: v })).join(" · ") : say("calendars.version_n", { n: c.version })}</td>
              </tr>
            );
          })}</tbody></table>
      )}</Asked>
      {chosen && <Whole key={chosen.id} calendar={chosen} asked={search} />}
    </Frame>
  );
}
/** One calendar's year. When a next version stands beside the present one, both are shown, and what changes is listed. */
function Whole({ calendar, asked }: { calendar: CalendarLine; asked: CalendarsSearch }) {
  const { say, language } = useSpeech(), now = useNow(), go = useNavigate();
  const today = toField(now, calendar.tz).slice(0, 10), present = Number(today.slice(0, 4));
  const year = Number.isInteger(asked.year) && asked.year! >= 1970 && asked.year! <= 2100 ? asked.year! : present;
  const versions = calendar.versions, older = versions.filter((v) => v <= calendar.version).at(-1) ?? calendar.version;
  const other = versions.filter((v) => v !== older).at(-1), alone = versions.includes(Number(asked.version)) ? Number(asked.version) : undefined;
  const both = other !== undefined && alone === undefined;
  const [first, second] = both ? [Math.min(older, other), Math.max(older, other)] : [alone, undefined];
  const one = useQuery(yearQuery(calendar.id, year, first)), two = useQuery({ ...yearQuery(calendar.id, year, second), enabled: both });
  const to = (change: CalendarsSearch) => {
    const next = { id: calendar.id, year, version: alone, ...change };
    void go({ to: "/calendars", search: { id: next.id, ...(next.year === present ? {} : { year: next.year }), ...(next.version ? { version: next.version } : {}) } as never, resetScroll: false });
  };
  useCommands([
    { id: "calendar.earlier", title: say("calendars.earlier_of", { year: String(year - 1) }), keys: "[", section: say("calendars.title"), run: () => to({ year: year - 1 }) },
    { id: "calendar.later", title: say("calendars.later_of", { year: String(year + 1) }), keys: "]", section: say("calendars.title"), run: () => to({ year: year + 1 }) },
    { id: "calendar.present", title: say("calendars.this_year"), keys: "t", section: say("calendars.title"), run: () => to({ year: present }) },
  ]);
  const name = nameOf(calendar, say, language);
  return (
    <section className="calendar">
      <header className="x">
        <h2 className="grow" aria-live="polite">{say("calendars.year_of", { name, year: String(year) })}</h2>
        {other !== undefined && <Select quiet label={say("calendars.which")} value={alone ? String(alone) : "both"} onChange={(v) => to({ version: v === "both" ? undefined : Number(v) })} choices={[{ id: "both", name: say("calendars.both") }, ...versions.map((v) => ({ id: String(v), name: say("calendars.one", { n: v }) }))]} />}
        <div className="x steps" role="group" aria-label={say("calendars.year", { year: String(year) })}>
          <Button onPress={() => to({ year: year - 1 })} keys="[" className="earlier" aria-label={say("calendars.earlier_of", { year: String(year - 1) })}>{year - 1}</Button>
          {year !== present && <Button onPress={() => to({ year: present })} keys="T">{say("calendars.this_year")}</Button>}
          <Button onPress={() => to({ year: year + 1 })} keys="]" className="later" aria-label={say("calendars.later_of", { year: String(year + 1) })}>{year + 1}</Button>
        </div>
      </header>
      <Newer of={one} rows={8}>{(a) => {
        const b = both ? two.data : undefined, changed = b ? new Set(a.days.filter((d, i) => !same(d, b.days[i])).map((d) => d.date)) : undefined;
        return (
          <>
            <p className="q">{say("calendars.facts", { zone: calendar.tz, time: timeIn(calendar.tz, now) })}{a.statutory_version != null && <span className="m"> · {say("calendars.statutory", { n: a.statutory_version })}</span>}</p>
            {(a.provisional || b?.provisional) && <p className="provisional"><b>{say("calendars.provisional_short")}</b> {say("calendars.provisional", { year: String(year) })}</p>}
            {a.always_open && <p>{say("calendars.always")}</p>}
            <Legend days={[...a.days, ...(b?.days ?? [])]} changed={!!changed?.size} today={today} />
            <div className={b ? "years" : ""}>
              <div>{b && <h3>{say("calendars.version_of", { n: a.version })}</h3>}<Counted days={a.days} /><Year of={a} today={today} {...(changed ? { changed } : {})} /></div>
              {b && <div><h3>{say("calendars.next_of", { n: b.version })}</h3><Counted days={b.days} /><Year of={b} today={today} {...(changed ? { changed } : {})} /></div>}
            </div>
            <div className="beside">
              <Week of={a} />
              {b ? <Differs a={a} b={b} changed={changed!} /> : null}
            </div>
            <Named of={b ?? a} />
          </>
        );
      }}</Newer>
    </section>
  );
}
function Differs({ a, b, changed }: { a: CalendarYear; b: CalendarYear; changed: Set<string> }) {
  const say = useSay(), { language } = useSpeech();
  const day = (d: string) => new Intl.DateTimeFormat(language.startsWith("en") ? "en-GB" : language, { timeZone: "UTC", month: "short", day: "numeric", weekday: "short" }).format(Date.parse(`${d}T12:00Z`));
  const at = (y: CalendarYear, d: string) => { const it = y.days.find((x) => x.date === d); return it ? `${say(`calendars.${it.kind}`)}${it.windows.length ? ` ${it.windows.map((w) => `${w.from}–${w.to}`).join(" ")}` : ""}` : ""; };
  return (
    <div>
      <h3>{say("calendars.differs")}</h3>
      {!changed.size ? <p className="q">{say("calendars.differs_none")}</p> : (
        <table><thead><tr><th>{say("calendars.dates")}</th><th>{say("calendars.was", { n: a.version })}</th><th>{say("calendars.was", { n: b.version })}</th></tr></thead>
          <tbody>{[...changed].map((d) => <tr key={d}><th scope="row">{day(d)}</th><td className="q">{at(a, d)}</td><td>{at(b, d)}</td></tr>)}</tbody></table>
      )}
    </div>
  );
}
