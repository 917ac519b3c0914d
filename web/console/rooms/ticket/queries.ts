/** What a case's page asks beyond the case itself. Messages and events never change, so a refetch asks only for what came after the last one. */
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, got, Refusal, type HouseEvent, type Message, type Schemas, type Ticket } from "@api";
import type { Clock } from "@ui";

const PAGE = 200;
/** A thread longer than this is read on from its first page only; nobody has met one. */
const PAGES_MAX = 25;

/** Messages after the case's first page. */
export const restQuery = (client: QueryClient, id: string, after: string | null | undefined) => queryOptions({
  queryKey: ["ticket", id, "rest", after ?? ""],
  enabled: !!after,
  queryFn: async () => {
    const all: Message[] = [...(client.getQueryData<Message[]>(["ticket", id, "rest", after ?? ""]) ?? [])];
    for (let page = 0; page < PAGES_MAX; page++) {
      const { items, next } = await got(api.GET("/api/v1/tickets/{id}/messages", { params: { path: { id }, query: { after: all.at(-1)?.id ?? after!, limit: PAGE } } }));
      all.push(...items);
      if (!next || !items.length) break;
    }
    return all;
  },
});
export const timelineQuery = (client: QueryClient, id: string) => queryOptions({
  queryKey: ["ticket", id, "timeline"],
  queryFn: async () => {
    const all: HouseEvent[] = [...(client.getQueryData<HouseEvent[]>(["ticket", id, "timeline"]) ?? [])];
    let after = all.at(-1)?.pos;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { items, next } = await got(api.GET("/api/v1/tickets/{id}/timeline", { params: { path: { id }, query: { limit: PAGE, ...(after === undefined ? {} : { after }) } } }));
      all.push(...items);
      if (!next) break;
      after = Number(next);
    }
    return all;
  },
});
/** The vendor's people: for pickers, and names in system lines. */
export const staffQuery = queryOptions({
  queryKey: ["people", "staff"],
  queryFn: async () => {
    const all: Schemas["PersonOut"][] = [];
    let cursor: string | undefined;
    do {
      const page = await got(api.GET("/api/v1/people", { params: { query: { limit: PAGE, ...(cursor ? { cursor } : {}) } } }));
      all.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor && all.length < 2000);
    return all;
  },
  staleTime: 60_000,
});
export const accountQuery = (id: string) => queryOptions({ queryKey: ["account", id], queryFn: () => got(api.GET("/api/v1/accounts/{id}", { params: { path: { id } } })), staleTime: 5 * 60_000 });
export const quotasQuery = (account: string) => queryOptions({ queryKey: ["quotas", account], queryFn: () => got(api.GET("/api/v1/quotas", { params: { query: { account } } })), staleTime: 60_000, retry: false });
export const lastCasesQuery = (account: string) => queryOptions({
  queryKey: ["tickets", "of", account],
  queryFn: () => got(api.GET("/api/v1/tickets", { params: { query: { account, sort: "updated", limit: 6 } } })),
  staleTime: 60_000,
});
export const similarQuery = (subject: string) => queryOptions({
  queryKey: ["search", "similar", subject],
  queryFn: () => got(api.GET("/api/v1/search", { params: { query: { q: subject.slice(0, 200), kind: "ticket", limit: 6 } } })),
  staleTime: 5 * 60_000,
  retry: false,
});

/** A row of the list beside the case. Houses that know `include` send clocks and names along. */
export interface Near extends Ticket { clocks?: Clock[]; unread?: number }
export interface NearPage { items: Near[]; names: Record<string, string> }
export interface QueueSearch { view?: string; sort?: string; [filter: string]: unknown }

/** The list the reader came from, read again as its view says it. */
export const nearQuery = (search: QueueSearch, me: string) => queryOptions({
  queryKey: ["tickets", "near", search, me],
  queryFn: async (): Promise<NearPage> => {
    const { view = "mine", sort, ...filters } = search;
    const saved = /^viw_/.test(view);
    const path = saved ? `/api/v1/views/${view}/tickets` : "/api/v1/tickets";
    const query = saved ? { limit: 50 } : { limit: 50, sort: sort ?? "due", ...standing(view, me), ...filters };
    const ask = async (include: boolean) => got(api.GET(path as never, { params: { query: include ? { ...query, include: "clocks,names,unread" } : query } } as never) as Promise<{ data?: { items: unknown[]; names?: unknown } }>);
    let page: { items: unknown[]; names?: unknown };
    // An older house knows no `include`; the list is then plain.
    try { page = await ask(true); } catch (e) { if (e instanceof Refusal && e.status === 422) page = await ask(false); else throw e; }
    const names = Object.fromEntries(Object.entries((page.names ?? {}) as Record<string, string | { name: string }>).map(([id, n]) => [id, typeof n === "string" ? n : n.name]));
    return { items: page.items.map((row) => { const r = row as Near & { ticket?: Ticket }; return r.ticket ? { ...r.ticket, ...r } : r; }), names };
  },
  staleTime: 15_000,
});
function standing(view: string, me: string): Record<string, unknown> {
  switch (view) {
    case "mine": return { handler: me, open: true };
    case "unassigned": return { unassigned: true, open: true };
    case "waiting": return { handler: me, stage: "waiting_customer" };
    case "first_ask": return { owner: me, open: true };
    case "due_soon": return { open: true, due_before: new Date(Date.now() + 2 * 3600_000).toISOString() };
    default: return { open: true };
  }
}
