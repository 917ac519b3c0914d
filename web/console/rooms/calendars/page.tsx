/** When promises are counted: every calendar, whether it is open now, and its day and its coming days as the house answers them. */
import "./calendars.css";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, got } from "@api/client";
import { Button, Empty, useNow, useSay, useSpeech } from "@ui";
import { Asked, Frame, fromField, toField } from "../desk/kit";
import { calendarName } from "../plans/cells";

const at = (id: string, instant: string) => got(api.GET("/api/v1/calendars/{id}", { params: { path: { id }, query: { at: instant as never } } }));
export function Page() {
  const say = useSay(), now = useNow(), go = useNavigate();
  const chosen = (useSearch({ strict: false }) as { id?: string }).id;
  const calendars = useQuery({ queryKey: ["calendars"], queryFn: () => got(api.GET("/api/v1/calendars")) });
  const items = calendars.data?.items ?? [];
  const open = useQueries({ queries: items.map((c) => ({ queryKey: ["calendar-now", c.id], queryFn: () => got(api.GET("/api/v1/calendars/{id}", { params: { path: { id: c.id } } })), refetchInterval: 60_000 })) });
  return (
    <Frame title={say("calendars.title")} lead={say("calendars.lead")}>
      <Asked of={calendars}>{({ items }) => !items.length ? <Empty title={say("calendars.none")} /> : (
        <table className="stack mid"><thead><tr><th>{say("calendars.calendar")}</th><th>{say("calendars.now")}</th><th>{say("calendars.there")}</th><th>{say("calendars.version")}</th><td /></tr></thead>
          <tbody>{items.map((c, i) => {
            const state = open[i]?.data?.open;
            return (
              <tr key={`${c.id} ${c.version}`}>
                <th scope="row">{calendarName(c.id, say)}</th>
                <td>{state === undefined ? <span className="m">…</span> : <span className={`tag ${state ? "on" : ""}`}>{state ? say("calendars.open") : say("calendars.closed")}</span>}</td>
                <td className="q full">{clockIn(c.tz, now)} <span className="s m">{c.tz}</span></td>
                <td className="m">{say("calendars.version_n", { n: c.version })}</td>
                <td className="acts"><Button kind="bare" aria-expanded={chosen === c.id} aria-label={`${chosen === c.id ? say("calendars.fold") : say("calendars.look")} ${calendarName(c.id, say)}`} onPress={() => void go({ to: "/calendars", search: (chosen === c.id ? {} : { id: c.id }) as never, resetScroll: false })}>{chosen === c.id ? say("calendars.fold") : say("calendars.look")}</Button></td>
              </tr>
            );
          })}</tbody></table>
      )}</Asked>
      {items.filter((c) => c.id === chosen).slice(-1).map((c) => <Week key={c.id} id={c.id} tz={c.tz} />)}
    </Frame>
  );
}
const clockIn = (tz: string, now: number) => new Intl.DateTimeFormat("en-GB", { timeZone: tz, weekday: undefined, hour: "2-digit", minute: "2-digit" }).format(now);
const DAYS = 14, HOURS = [...Array(24).keys()], DAY = 86_400_000;
/** Today hour by hour, then the fortnight day by day. Asked of the house instant by instant: it alone knows the holidays. */
function Week({ id, tz }: { id: string; tz: string }) {
  const say = useSay(), now = useNow(), { language } = useSpeech();
  const today = toField(now, tz).slice(0, 10);
  const hours = useQueries({ queries: HOURS.map((h) => { const when = fromField(`${today}T${String(h).padStart(2, "0")}:30`, tz); return { queryKey: ["calendar-at", id, when], queryFn: () => at(id, when), staleTime: Infinity }; }) });
  const start = Date.parse(fromField(`${today}T12:30`, tz));
  const days = [...Array(DAYS).keys()].map((d) => toField(start + d * DAY, tz).slice(0, 10));
  const noons = useQueries({ queries: days.map((d) => { const when = fromField(`${d}T12:30`, tz); return { queryKey: ["calendar-at", id, when], queryFn: () => at(id, when), staleTime: Infinity }; }) });
  const word = (open: boolean | undefined) => (open === undefined ? "…" : open ? say("calendars.open") : say("calendars.closed"));
  const hourNow = Number(toField(now, tz).slice(11, 13));
  const day = (d: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language === "en-XA" ? "en" : language === "en" ? "en-GB" : language, { timeZone: "UTC", ...options }).format(Date.parse(`${d}T12:00Z`));
  return (
    <section className="calendar">
      <h2>{calendarName(id, say)}</h2><p className="q">{say("calendars.zone_is", { zone: tz })}</p>
      <h3>{say("calendars.today")}</h3>
      <ol className="hours">{HOURS.map((h) => <li key={h} className={`${hours[h]!.data?.open ? "open" : ""} ${h === hourNow ? "now" : ""}`}><i aria-hidden="true" /><span className="s">{String(h).padStart(2, "0")}</span><span className="unseen">{word(hours[h]!.data?.open)}</span></li>)}</ol>
      <h3>{say("calendars.fortnight")}</h3>
      <ol className="days">{days.map((d, i) => <li key={d} className={noons[i]!.data?.open ? "open" : ""}><span className="s m">{day(d, { weekday: "short" })}</span><span>{day(d, { month: "short", day: "numeric" })}</span><span className="s">{word(noons[i]!.data?.open)}</span></li>)}</ol>
    </section>
  );
}
