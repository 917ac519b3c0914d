/** The standing views and their counters. */
import { queryOptions } from "@tanstack/react-query";
import { api, got } from "@api/client";
import type { Word } from "@ui";

export const STANDING: { key: string; word: Word }[] = [
  { key: "mine", word: "queue.mine" },
  { key: "group", word: "queue.group" },
  { key: "due_soon", word: "queue.due_soon" },
  { key: "waiting", word: "queue.waiting" },
  { key: "first_ask", word: "queue.first_ask" },
  { key: "unassigned", word: "queue.unassigned" },
  { key: "all", word: "queue.all" },
];
export interface Counter { key: string; count: number; more: boolean; filter: Record<string, unknown> }
export const countsQuery = queryOptions({
  queryKey: ["counts"],
  queryFn: async () => {
    const { items } = await got(api.GET("/api/v1/queue/counts" as never, {} as never) as Promise<{ data?: { items: Counter[] } }>);
    return Object.fromEntries(items.map((c) => [c.key, c]));
  },
  retry: false,
});
