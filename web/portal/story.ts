/** What a case says to its customer: who has it, by when, what next. One place, so that the home and the case tell the same. */
import { byAttention, callName, see, type Say, type When } from "@ui";
import type { Case, ClockOut } from "@api/client";

export { callName };
/** As much of a case as the words need: a list has it, too. */
type Heard = Pick<Case, "ticket" | "clocks" | "people">;
export const ended = (c: ClockOut) => !!c.ended_at || c.verdict === "kept" || c.verdict === "cancelled" || c.verdict === "void";
/** Contract promises only: goals of the house are no promise to anybody outside. */
export const promised = (c: Heard) => c.clocks.filter((k) => k.kind === "contract");
/** The promise to look at first: a running one, nearest trouble first. */
export const nearest = (c: Heard, now: number): ClockOut | null => byAttention(promised(c).filter((k) => !ended(k)), now)[0] ?? null;

export function sentence(c: Heard, say: Say, when: When, language: string, now: number): string {
  const t = c.ticket, clock = nearest(c, now);
  const who = t.handler && c.people[t.handler] ? callName(c.people[t.handler]!.name, language) : null;
  if (t.stage === "closed") return say("case.now_closed", { at: when.short(t.closed_at ?? t.updated_at, now) });
  if (t.stage === "resolved") return say("case.now_resolved", { who: who ?? say("case.we") });
  if (t.stage === "waiting_customer") return say(clock?.paused ? "case.now_waiting_paused" : "case.now_waiting", { who: who ?? say("case.we") });
  if (clock?.due_at && !clock.paused) {
    const late = Date.parse(clock.due_at) <= now, at = when.short(clock.due_at, now);
    if (!who) return say(late ? "case.now_unnamed_late" : "case.now_unnamed", { at });
    const first = clock.promise === "first_response", next = clock.promise === "next_response" || clock.promise === "periodic_update";
    if (late) return say("case.now_late", { who, at });
    return say(first ? "case.now_first" : next ? "case.now_next" : "case.now_other", { who, at });
  }
  if (t.stage === "waiting_vendor" || t.stage === "waiting_product") return say("case.now_waiting_us", { who: who ?? say("case.we") });
  return who ? say("case.now_working", { who }) : say("case.now_unassigned");
}
/** Something only the customer can do next. */
export type Decision = "answer" | "confirm" | "lower";
export const decision = (c: Heard): Decision | null =>
  c.ticket.proposed ? "lower" : c.ticket.stage === "resolved" ? "confirm" : c.ticket.stage === "waiting_customer" ? "answer" : null;
/** The last words of our side. */
export const lastWords = (c: Case) => [...c.messages].reverse().find((m) => m.kind === "public" && m.author && c.people[m.author] && !["contact", "customer_manager"].includes(c.people[m.author]!.role));
export const excerpt = (text: string, most: number) => { const line = text.replace(/\s+/g, " ").trim(); return line.length > most ? `${line.slice(0, most).trimEnd()}…` : line; };
/** Late, at risk, then by what is due first; new ones before what only rests. The same order on every page. */
export function inOrder<T extends Heard>(all: readonly T[], now: number): T[] {
  const place = (c: T) => { const clock = nearest(c, now), face = see(clock, now).face; return [face === "late" ? 0 : face === "risk" ? 1 : face === "safe" ? 2 : c.ticket.stage === "new" ? 3 : 4, clock?.due_at && !clock.paused ? Date.parse(clock.due_at) : -Date.parse(c.ticket.updated_at)] as const; };
  return all.map((c) => [place(c), c] as const).sort(([a], [b]) => a[0] - b[0] || a[1] - b[1]).map(([, c]) => c);
}
