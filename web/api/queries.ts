/** What the pages ask, in one place: a key, how it is fetched, and which events make it old. */
import { QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, got, Refusal } from "./client";
import { useEvents, type HouseEvent } from "./events";

export const makeClient = () => new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: (times, error) => (error instanceof Refusal ? error.offline || error.status >= 500 : true) && times < 3,
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => {
    try { return await got(api.GET("/api/v1/me")); } catch (e) { if (e instanceof Refusal && e.status === 401) return null; throw e; }
  },
  staleTime: 5 * 60_000,
});
export const caseQuery = (id: string) => queryOptions({
  queryKey: ["ticket", id],
  queryFn: () => got(api.GET("/api/v1/tickets/{id}", { params: { path: { id } } })),
});
export const explainQuery = (id: string) => queryOptions({
  queryKey: ["explain", id],
  queryFn: () => got(api.GET("/api/v1/clocks/{id}/explain", { params: { path: { id } } })),
});
export const noticesQuery = queryOptions({ queryKey: ["notices"], queryFn: () => got(api.GET("/api/v1/notices", { params: { query: { limit: 30 } } })) });
export const viewsQuery = queryOptions({ queryKey: ["views"], queryFn: () => got(api.GET("/api/v1/views")) });
export const plansQuery = queryOptions({ queryKey: ["plans"], queryFn: () => got(api.GET("/api/v1/plans")), staleTime: Infinity });
export const planQuery = (id: string) => queryOptions({ queryKey: ["plan", id], queryFn: () => got(api.GET("/api/v1/plans/{id}", { params: { path: { id } } })), staleTime: Infinity });

/** Lets events make old what they touch. Mounted once by each workspace. A burst costs one refetch. */
export function useFreshness(also?: (event: HouseEvent) => void) {
  const client = useQueryClient();
  useEvents((event) => {
    also?.(event);
    if (event.ticket) later(client, ["ticket", event.ticket]);
    if (event.ticket) { later(client, ["counts"]); later(client, ["views"]); }
    if (event.key.startsWith("notice.") || event.key.startsWith("clock.") || event.key.startsWith("ticket.")) later(client, ["notices"]);
  });
}
const waiting = new Map<string, ReturnType<typeof setTimeout>>();
function later(client: QueryClient, key: string[]) {
  const name = key.join("/");
  if (waiting.has(name)) return;
  waiting.set(name, setTimeout(() => { waiting.delete(name); void client.invalidateQueries({ queryKey: key }); }, 150));
}
