/** What the figures are made of, and the arithmetic on it. Pure. */
import { lengthMs } from "../../../ui/length";

export interface Sum { kept: number; at_risk: number; broken: number; running: number }
export const FATES = ["broken", "at_risk", "running", "kept"] as const;
export type Fate = (typeof FATES)[number];
export interface Step { up_to?: string | null; count: number }
/** The order of attention, which is the order in a bar: what broke begins at zero, so that lines compare. */
export const totalOf = (s: Sum) => FATES.reduce((n, f) => n + s[f], 0);
export const addUp = (sums: Sum[]): Sum => sums.reduce((a, s) => ({ kept: a.kept + s.kept, at_risk: a.at_risk + s.at_risk, broken: a.broken + s.broken, running: a.running + s.running }), { kept: 0, at_risk: 0, broken: 0, running: 0 });
export const countOf = (steps: Step[]) => steps.reduce((n, s) => n + s.count, 0);
/** The step that holds a share of the cases: whoever is asked gets its upper end, which is never too little. */
export function placeOf(steps: Step[], share: number): number {
  const want = countOf(steps) * share;
  let sum = 0;
  return steps.findIndex((s) => (sum += s.count) >= want);
}
/** Both ends of a step in milliseconds: more than the first, at most the second. */
export const endsOf = (steps: Step[], place: number): [number, number] => {
  const end = (i: number) => { const s = steps[i]; return s?.up_to ? lengthMs(s.up_to) : i < 0 ? -1 : Infinity; };
  return [end(place - 1), end(place)];
};
/** Several lines of one key summed, in the order they first come. */
export function gather<T extends Sum>(lines: T[], key: (line: T) => string): [string, Sum][] {
  const all = new Map<string, Sum[]>();
  for (const line of lines) all.set(key(line), [...(all.get(key(line)) ?? []), line]);
  return [...all].map(([k, sums]) => [k, addUp(sums)]);
}
