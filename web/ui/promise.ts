/** What a promise looks like at an instant. Pure: the ring, the words and the order of attention all follow from this. */
import { lengthMs } from "./length";

/** The part of a clock the ring needs. Instants RFC 3339, lengths ISO 8601; `warn_at` the book's first warning. */
export interface Clock {
  verdict: string;
  base_at: string;
  due_at?: string | null;
  target: string;
  used: string;
  left?: string | null;
  paused?: { why: string; since: string } | null;
  broken_at?: string | null;
  ended_at?: string | null;
  warn_at?: string | null;
}
export type Face = "safe" | "risk" | "late" | "paused" | "kept" | "broken" | "none";
export interface Seen { face: Face; /** Share of time left, 0–100. */ share: number; /** Time left, late, used or over, in ms by face. */ ms: number; why?: string }

/** Without a warning instant, the last fifth of the time counts as at risk. */
const LAST = 0.2;

export function see(clock: Clock | null | undefined, now: number): Seen {
  if (!clock) return { face: "none", share: 0, ms: 0 };
  const target = lengthMs(clock.target), due = clock.due_at ? Date.parse(clock.due_at) : NaN;
  const ended = clock.ended_at ? Date.parse(clock.ended_at) : undefined;
  switch (clock.verdict) {
    case "kept": return { face: "kept", share: 100, ms: lengthMs(clock.used) };
    case "broken": case "breached": {
      const from = clock.broken_at ? Date.parse(clock.broken_at) : due;
      if (ended !== undefined) return { face: "broken", share: 0, ms: Math.max(0, ended - from) };
      return { face: "late", share: 0, ms: Math.max(0, now - from) };
    }
    case "cancelled": case "void": return { face: "none", share: 0, ms: 0 };
  }
  if (clock.paused) return { face: "paused", share: share(lengthMs(clock.left ?? "PT0S"), target), ms: lengthMs(clock.left ?? "PT0S"), why: clock.paused.why };
  if (Number.isNaN(due)) return { face: "none", share: 0, ms: 0 };
  const left = due - now;
  if (left <= 0) return { face: "late", share: 0, ms: now - due };
  const risky = clock.warn_at ? now >= Date.parse(clock.warn_at) : left < target * LAST;
  return { face: risky ? "risk" : "safe", share: share(left, target), ms: left };
}
const share = (left: number, whole: number) => (whole > 0 ? Math.max(0, Math.min(100, (left / whole) * 100)) : 0);

const ORDER: Face[] = ["late", "risk", "safe", "paused", "none", "broken", "kept"];
/** Late, then at risk, then the rest; nearest first among equals. */
export function byAttention<T extends Clock>(clocks: readonly T[], now: number): T[] {
  const key = (c: T) => { const s = see(c, now); return [ORDER.indexOf(s.face), s.face === "late" ? -s.ms : s.ms] as const; };
  return [...clocks].sort((a, b) => { const [fa, ma] = key(a), [fb, mb] = key(b); return fa - fb || ma - mb; });
}
