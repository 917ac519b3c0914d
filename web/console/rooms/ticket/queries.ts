/** What a case's page asks beyond the case itself. Messages and events never change, so a refetch asks only for what came after the last one. */
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, got, Refusal, type HouseEvent, type Message, type Schemas } from "@api";

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
export const myCasesQuery = queryOptions({
  queryKey: ["tickets", "of", "me"],
  queryFn: () => got(api.GET("/api/v1/tickets", { params: { query: { handler: "me", sort: "updated", limit: 6 } } })),
  staleTime: 60_000,
});
export const similarQuery = (subject: string) => queryOptions({
  queryKey: ["search", "similar", subject],
  queryFn: () => got(api.GET("/api/v1/search", { params: { query: { q: subject.slice(0, 200), kind: "ticket", limit: 6 } } })),
  staleTime: 5 * 60_000,
  retry: false,
});

/** Leave a customer gave to look into something, for a time. Told only by houses that know it. */
export interface Grant { id: string; to?: string | null; scopes: string[]; resource: string; until: string; standing: string; uses: number }
let knowsGrants = true;
export const grantsQuery = (id: string) => queryOptions({
  queryKey: ["ticket", id, "grants"],
  queryFn: async (): Promise<Grant[]> => {
    if (!knowsGrants) return [];
    try { return (await got(api.GET("/api/v1/tickets/{id}/grants" as never, { params: { path: { id } } } as never) as Promise<{ data?: { items: Grant[] } }>)).items; }
    catch (e) { if (e instanceof Refusal && e.status === 404) { knowsGrants = false; return []; } throw e; }
  },
  retry: false,
});
