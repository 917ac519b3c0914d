/** The standing views: what each asks, and how many cases it holds. */
import { queryOptions } from "@tanstack/react-query";
import { api, got, Refusal, type Schemas, type Ticket } from "@api/client";
import { nowMs } from "../../../ui/now";
import type { Word } from "@ui";

export const STANDING: { key: string; word: Word; title: Word }[] = [
  { key: "mine", word: "queue.mine", title: "queue.mine_title" },
  { key: "group", word: "queue.group", title: "queue.group_title" },
  { key: "due_soon", word: "queue.due_soon", title: "queue.due_soon_title" },
  { key: "waiting", word: "queue.waiting", title: "queue.waiting_title" },
  { key: "snoozed", word: "queue.snoozed", title: "queue.snoozed_title" },
  { key: "first_ask", word: "queue.first_ask", title: "queue.first_ask_title" },
  { key: "unassigned", word: "queue.unassigned", title: "queue.unassigned_title" },
  { key: "all", word: "queue.all", title: "queue.all_title" },
];
/** Laid-aside cases are a view only where the house counts them. */
export const standingOf = (counts: Record<string, Counter> | undefined) => STANDING.filter((v) => v.key !== "snoozed" || counts?.snoozed);
/** Conditions as the list's address spells them. */
export interface Filter {
  account?: string; requester?: string; handler?: string; owner?: string; stage?: string; severity?: string; product?: string; channel?: string; language?: string;
  due_before?: string; not_handler?: string; snoozed?: boolean; unassigned?: boolean; open?: boolean; broken?: boolean; plan?: string; tier?: number;
}
const SOON_MS = 2 * 3600_000;
/** To the minute, so that a page does not ask another question on every render. */
const soon = () => new Date(Math.ceil((nowMs() + SOON_MS) / 60_000) * 60_000).toISOString();
/** The house's own questions, word for word, so that the list need not wait for the counters and then ask again. */
export function standingFilter(key: string): Filter {
  switch (key) {
    case "mine": return { handler: "me", open: true, snoozed: false };
    case "group": return { not_handler: "me", open: true, snoozed: false };
    case "due_soon": return { due_before: soon() };
    case "waiting": return { handler: "me", stage: "waiting_customer" };
    case "snoozed": return { handler: "me", open: true, snoozed: true };
    case "first_ask": return { owner: "me", open: true };
    case "unassigned": return { unassigned: true };
    default: return { open: true };
  }
}
/** What a standing view asks: as its counter does, but "soon" by the minute, or the list would begin anew with every count. */
export const questionOf = (key: string, counted: string | undefined): Filter => (counted && key !== "due_soon" ? asFilter(Object.fromEntries(new URLSearchParams(counted))) : standingFilter(key));
/** A saved question, or a counter's, as conditions of the list. */
export function asFilter(saved: Partial<Schemas["FilterIn"]> & Record<string, unknown>): Filter {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(saved)) {
    if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) continue;
    if (name === "sort" || (name === "unassigned" && value === false)) continue;
    const key = name === "stages" ? "stage" : name === "severities" ? "severity" : name;
    out[key] = Array.isArray(value) ? value.join(",") : value === "true" ? true : value === "false" ? false : value;
  }
  return out as Filter;
}
/** The other way, to save it. */
export function asSaved(f: Filter): Schemas["FilterIn"] {
  const { stage, severity, ...rest } = f;
  return { ...rest, ...(stage ? { stages: stage.split(",") } : {}), ...(severity ? { severities: severity.split(",") } : {}) } as Schemas["FilterIn"];
}
/** Whether a case answers the question; for what the stream tells of. */
export function matches(f: Filter, t: Ticket, me: string): boolean {
  const is = (want: string | undefined, have: string | null | undefined) => !want || (want === "me" ? me : want) === have;
  const among = (want: string | undefined, have: string) => !want || want.split(",").includes(have);
  return is(f.account, t.account) && is(f.requester, t.requester) && is(f.handler, t.handler) && is(f.owner, t.owner) && (f.product === undefined || f.product === t.product) && is(f.channel, t.channel) && is(f.plan, t.plan) && (!f.tier || f.tier === t.tier)
    && (!f.not_handler || (f.not_handler === "me" ? me : f.not_handler) !== t.handler) && is(f.language, t.language) && among(f.stage, t.stage) && among(f.severity, t.severity) && (!f.unassigned || !t.handler) && (f.open === undefined || f.open === t.is_open)
    && (f.snoozed === undefined || f.snoozed === !!t.snoozed) && (f.broken === undefined || f.broken === t.broken > 0) && (!f.due_before || (!!t.next_due_at && Date.parse(t.next_due_at) < Date.parse(f.due_before)));
}
export interface Counter { key: string; count: number; more: boolean; /** The query of the list. */ filter?: string }
const MOST = 100;
export const countsQuery = queryOptions({
  queryKey: ["counts"],
  queryFn: async (): Promise<Record<string, Counter>> => {
    try {
      const { items } = await got(api.GET("/api/v1/queue/counts"));
      return Object.fromEntries(items.map((c) => [c.key, c]));
    } catch (e) {
      if (!(e instanceof Refusal) || e.status !== 404) throw e;
    }
    // A house without counters: a page of each, counted here.
    const keys = STANDING.map((v) => v.key).filter((k) => k !== "all" && k !== "snoozed");
    const pages = await Promise.all(keys.map((k) => got(api.GET("/api/v1/tickets", { params: { query: { ...standingFilter(k), limit: MOST } } as never }))));
    return Object.fromEntries(keys.map((key, i) => [key, { key, count: pages[i]!.items.length, more: !!pages[i]!.next }]));
  },
  retry: false,
  staleTime: 15_000,
});
