/** The thread of a case: what was said and what happened, in one order. Pure. */
import type { Attachment, HouseEvent, Message } from "./types";

/** Something that happened, ready to be said: a word's name and what it is about. */
export interface Happening { kind: "system"; id: string; at: string; until?: string; what: string; actor: string | null; body: Record<string, unknown>; /** Who was told, when several rungs follow each other. */ told?: string[] }
export interface Spoken { kind: "message"; id: string; at: string; message: Message; files: Attachment[]; /** The case it was said on, when that one went into this. */ from?: { ticket: string; number: string } }
export type Strand = Happening | Spoken;

/** Events that are told in the thread. The others stand in the promises' panel or are the messages themselves. */
export const TOLD = new Set([
  "ticket.assigned", "ticket.wait_began", "ticket.timeout_announced", "ticket.resolved", "ticket.confirmed", "ticket.closed", "ticket.reopened", "ticket.transferred",
  "ticket.handed_over", "ticket.consulted", "ticket.helper_joined", "ticket.helper_left", "ticket.boosted", "ticket.update_agreed", "ticket.severity_raised", "ticket.lower_proposed",
  "ticket.lower_declined", "ticket.severity_lowered", "ticket.plan_changed", "ticket.snoozed", "ticket.woken", "ticket.linked", "ticket.unlinked", "ticket.split", "ticket.macro_run",
  "ticket.person_asked", "ticket.put_back", "ticket.checks_added", "ticket.check_done", "ticket.check_undone", "ticket.check_edited", "ticket.check_dropped", "ticket.time_logged", "ticket.time_dropped",
  "ticket.merged", "ticket.absorbed", "ticket.unmerged", "ticket.released", "clock.breached", "clock.escalated", "clock.waived",
]);
/** Events that stand elsewhere: the words themselves, the people beside the case, the promises' panel. Whatever the house may write is in one of the two. */
export const UNTOLD = new Set([
  "ticket.opened", "ticket.replied", "ticket.noted", "ticket.customer_replied", "ticket.answered_first", "ticket.wait_ended", "ticket.followed", "ticket.unfollowed", "ticket.rated", "ticket.imported",
]);
/** Since when a wait lasts, whatever it is called. */
const ENDS_WAIT = new Set(["ticket.wait_ended", "ticket.closed", "ticket.resolved"]);

/** Words of a case that went into this one. */
export interface Foreign { ticket: string; number: string; messages: readonly Message[]; files: readonly Attachment[] }

export function weave(messages: readonly Message[], events: readonly HouseEvent[], files: readonly Attachment[], foreign: readonly Foreign[] = []): Strand[] {
  const strands: Strand[] = [];
  const lastTelling = new Map<string, Happening>();
  let wait: Happening | undefined;
  for (const e of events) {
    const body = e.body as Record<string, unknown>;
    if (wait && (ENDS_WAIT.has(e.key) || e.key === "ticket.wait_began")) { wait.until = e.at; wait = undefined; }
    if (!TOLD.has(e.key)) continue;
    // That it closed by going into another case is told by the merging itself.
    if (e.key === "ticket.closed" && body.how === "merged") continue;
    const at = e.key.startsWith("clock.") && typeof body.at === "string" ? body.at : e.at;
    const strand: Happening = { kind: "system", id: `e${e.pos}`, at, what: e.key, actor: e.actor ?? null, body };
    if (e.key === "clock.escalated") {
      const tell = String((body.more as { tell?: string } | null)?.tell ?? "");
      const before = lastTelling.get(String(body.clock));
      if (before) { before.told!.push(tell); continue; }
      strand.told = [tell];
      lastTelling.set(String(body.clock), strand);
    }
    if (e.key === "ticket.wait_began") wait = strand;
    strands.push(strand);
  }
  for (const m of messages) strands.push({ kind: "message", id: m.id, at: m.at, message: m, files: files.filter((f) => f.message === m.id) });
  for (const f of foreign) for (const m of f.messages) strands.push({ kind: "message", id: m.id, at: m.at, message: m, files: f.files.filter((a) => a.message === m.id), from: { ticket: f.ticket, number: f.number } });
  // Equal instants: words first, then what they did.
  const rank = (s: Strand) => (s.kind === "message" ? 0 : 1);
  return strands.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || rank(a) - rank(b));
}

export interface Piece { state: "on" | "off" | "left" | "over"; ms: number }
/** A clock's life to scale: time counted, pauses, what is left, what is over. Wall time, from its base to its due or end, whichever is later. */
export function pieces(clock: { id: string; base_at: string; due_at?: string | null; ended_at?: string | null; paused?: { since: string } | null }, events: readonly HouseEvent[], now: number): Piece[] {
  const end = clock.ended_at ? Date.parse(clock.ended_at) : now;
  const due = clock.due_at ? Date.parse(clock.due_at) : undefined;
  const out: Piece[] = [];
  const put = (state: Piece["state"], from: number, to: number) => { if (to > from) out.push({ state, ms: to - from }); };
  let from = Date.parse(clock.base_at), off = false;
  for (const e of events) {
    const body = e.body as { clock?: string; at?: string };
    if (body.clock !== clock.id || (e.key !== "clock.paused" && e.key !== "clock.resumed")) continue;
    const at = Math.min(Date.parse(body.at ?? e.at), end), stops = e.key === "clock.paused";
    if (stops === off) continue;
    put(off ? "off" : "on", from, at);
    from = Math.max(from, at);
    off = stops;
  }
  if (!off && due !== undefined && end > due && due > from) { put("on", from, due); put("over", due, end); }
  else put(off ? "off" : due !== undefined && from >= due ? "over" : "on", from, end);
  if (due !== undefined && due > end) put("left", end, due);
  return out;
}
