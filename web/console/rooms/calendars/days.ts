/** The arithmetic of a year of days. Pure; dates are texts, `2026-10-01`, of the calendar's own zone. */
import type { CalendarYear, DayKind, Window } from "../desk/wire";

export type Day = CalendarYear["days"][number];
export const SPECIAL: DayKind[] = ["holiday", "make_up", "half", "special"];
const DAY = 86_400_000;
const utc = (date: string) => Date.parse(`${date}T00:00Z`);
/** A month's days in weeks that begin on Monday; gaps are null. */
export function weeksOf(days: Day[]): (Day | null)[][] {
  const gap = days.length ? (new Date(utc(days[0]!.date)).getUTCDay() + 6) % 7 : 0;
  const cells: (Day | null)[] = [...Array<null>(gap).fill(null), ...days];
  while (cells.length % 7) cells.push(null);
  return [...Array(cells.length / 7).keys()].map((w) => cells.slice(w * 7, w * 7 + 7));
}
export const monthsOf = (days: Day[]) => [...Array(12).keys()].map((m) => days.filter((d) => Number(d.date.slice(5, 7)) === m + 1));
const hoursOf = (windows: Window[]) => windows.map((w) => `${w.from}-${w.to}`).join(" ");
export const same = (a: Day | undefined, b: Day | undefined) => a?.kind === b?.kind && hoursOf(a?.windows ?? []) === hoursOf(b?.windows ?? []);
export interface Span { first: Day; last: Day; count: number }
/** Days of their own kind, those that follow on each other under one name as one span. */
export function spansOf(days: Day[]): Span[] {
  const spans: Span[] = [];
  for (const day of days.filter((d) => SPECIAL.includes(d.kind))) {
    const last = spans.at(-1);
    if (last && last.last.kind === day.kind && JSON.stringify(last.last.name) === JSON.stringify(day.name) && hoursOf(last.last.windows) === hoursOf(day.windows) && utc(day.date) - utc(last.last.date) === DAY) { last.last = day; last.count++; } else spans.push({ first: day, last: day, count: 1 });
  }
  return spans;
}
/** Where in the day a moment is, 0 to 1; `24:00` is the end. */
export const partOf = (time: string) => { const [h = 0, m = 0] = time.split(":").map(Number); return (h * 60 + m) / 1440; };
/** A window on one day's line; one that runs past midnight ends with the day and begins the next anew. */
export function piecesOf(windows: Window[]): [number, number][] {
  return windows.flatMap((w): [number, number][] => { const from = partOf(w.from), to = partOf(w.to); return to > from ? [[from, to]] : [[from, 1], [0, to]]; }).filter(([a, b]) => b > a);
}
