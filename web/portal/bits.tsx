/** Small things several rooms show. */
import { bookWords, useSpeech, type Say } from "@ui";

/** A calendar in words; one the page does not know by heart is told by its length a day and days a week in its name. */
export function hours(calendar: string, say: Say) {
  const m = /_?(\d+)x(\d+)/.exec(calendar);
  return calendar.includes("24x7") ? say("plan.hours_always") : m ? say("plan.hours_some", { hours: Number(m[1]) > 7 ? m[1]! : m[2]!, days: Number(m[1]) > 7 ? m[2]! : m[1]! }) : say("plan.hours_plan");
}
type Q = { quota: string; name: Record<string, string>; limit_count?: number | null; limit_days?: number | null; used_count: number; used_days: number; purchased: boolean };
/** What is used of a quota: days and times both bind, the fuller one draws the bar. */
export function Quota({ quota: q }: { quota: Q }) {
  const { say, when, language } = useSpeech();
  const share = Math.max(q.limit_count ? q.used_count / q.limit_count : 0, q.limit_days ? q.used_days / q.limit_days : 0);
  const parts = [q.limit_days != null && say("plan.days_of", { used: when.number(q.used_days), of: when.number(q.limit_days) }), q.limit_count != null && say("plan.times_of", { used: when.number(q.used_count), of: when.number(q.limit_count) })].filter(Boolean);
  return (
    <div className="quota">
      <span>{bookWords(q.name, language)}</span>
      <span className="m">{q.purchased && !parts.length ? say("plan.extra") : parts.length ? say("plan.used", { what: parts.join(" · ") }) : say("plan.no_limit")}</span>
      {parts.length > 0 && <i className="bar" style={{ "--v": `${Math.min(100, share * 100)}%` } as React.CSSProperties} />}
    </div>
  );
}
