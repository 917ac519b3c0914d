/** What the rooms of the portal ask. Newer doors of the house are asked softly: where there is none yet, the page shows less, never an error. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, got, reach, Refusal, type Case, type ClockOut, type Schemas, type Ticket } from "@api/client";

export type Words = Record<string, string>;
export type Source = Schemas["SourceOut"];
/** The parts of a plan book the pages read. */
export interface Book {
  id: string; name: Words; family: string; effective: { from: string | null; to: string | null };
  promises: { row: string; key: string; kind: string; channel: string[]; severity: "any" | string[]; target: string | null; cmp: string | null; calendar: string | null; words: Words; source: Source }[];
  channels: { id: string; name: Words; calendar: string | null; source: Source }[];
  features: { id: string; words: Words; source: Source }[];
  not_provided: { id: string; words: Words; source: Source }[];
  deliverables: { id: string; title: Words; words: Words; source: Source }[];
  unconfirmed: { path: string; standing: string; words: Words; source: Source }[];
  scope: { inside: Words[]; outside: Words[]; redirect: Words | null; source: Source; third_party: { name: string; supported: Words | null; unsupported: Words | null }[] } | null;
}
export interface Promised { promise: string; words: Words; due_at?: string | null; target: string; cmp: string; calendar: string; open_now: boolean; source: Source }
export interface Scope { verdict: string; words: Words; unsupported?: Words | null; redirect?: Words | null; link?: string | null }
export interface Preview { promises: Promised[]; scope: Scope }
export interface Choices {
  severities: { severity: string; name: Words; impact: Words; promises: Promised[] }[];
  products: { product: string; line: string; line_name: Words }[];
}
export interface Lead { quota: string; name: Words; lead_working_days: number; earliest_day?: string | null; provisional: boolean }

/** Asks a door that may not be there yet; `null` then. */
export async function soft<T>(path: string, query: Record<string, string> = {}): Promise<T | null> {
  const asked = new URLSearchParams(query).toString();
  const answer = await reach(`/api/v1${path}${asked ? `?${asked}` : ""}`, { headers: { "accept-language": document.documentElement.lang } });
  return answer.ok ? ((await answer.json()) as T) : null;
}
/** A write at one of the newer doors; a refusal is thrown. */
export async function send<T>(method: string, path: string, key: string, body?: unknown, more: Record<string, string> = {}): Promise<T | null> {
  const answer = await reach(`/api/v1${path}`, { method, headers: { "accept-language": document.documentElement.lang, "idempotency-key": key, ...(body === undefined ? {} : { "content-type": "application/json" }), ...more }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refusal(answer.status, said?.code ?? "unknown", said?.title ?? answer.statusText, said?.detail ?? null, said?.errors ?? [], said?.request_id ?? "");
  return said as T;
}
/** A case as a list tells it: with its nearest promise and the names in it, all from the list's own answer. */
export interface Told { ticket: Ticket; clocks: ClockOut[]; people: Record<string, Schemas["NameOut"]>; unread: boolean }
const told = (page: Schemas["TicketPage"]): Told[] => page.items.map((ticket) => ({ ticket, clocks: page.clocks?.[ticket.id] ? [page.clocks[ticket.id]!] : [], people: page.people ?? {}, unread: !!page.unread?.[ticket.id] }));
const list = async (stage: string, limit: number, cursor?: string) => {
  const page = await got(api.GET("/api/v1/tickets", { params: { query: { stage, limit, include: "clocks,names,unread", ...(cursor ? { cursor } : {}) } } }));
  return { items: told(page), next: page.next ?? undefined };
};
/** Cases that wait for their customer: for an answer, or for the word that they are solved. */
export const waitingQuery = queryOptions({ queryKey: ["counts", "waiting"], queryFn: () => list("waiting_customer,resolved", 50) });
const STAGES = { open: "new,active,waiting_vendor,waiting_product", closed: "closed" };
export const listQuery = (kind: "open" | "closed") => infiniteQueryOptions({
  queryKey: ["counts", "list", kind],
  queryFn: ({ pageParam }) => list(STAGES[kind], 50, pageParam || undefined),
  initialPageParam: "",
  getNextPageParam: (last) => last.next,
});
export const accountQuery = (id: string) => queryOptions({ queryKey: ["account", id], queryFn: () => got(api.GET("/api/v1/accounts/{id}", { params: { path: { id } } })), staleTime: 5 * 60_000 });
export const quotasQuery = queryOptions({ queryKey: ["quotas"], queryFn: () => got(api.GET("/api/v1/quotas")), staleTime: 60_000 });
export const bookQuery = (id: string) => queryOptions({ queryKey: ["book", id], queryFn: async () => (await got(api.GET("/api/v1/plans/{id}", { params: { path: { id } } }))) as unknown as Book, staleTime: Infinity });
export const choicesQuery = queryOptions({ queryKey: ["ask", "choices"], queryFn: () => soft<Choices>("/ask/choices", { channel: "web_ticket" }), staleTime: 60_000 });
export const leadsQuery = (account: string) => queryOptions({ queryKey: ["leads", account], queryFn: () => soft<{ items: Lead[] }>(`/accounts/${account}/leads`), staleTime: 5 * 60_000 });
export const timelineQuery = (id: string) => queryOptions({ queryKey: ["ticket", id, "timeline"], queryFn: () => got(api.GET("/api/v1/tickets/{id}/timeline", { params: { path: { id } } })) });
export type { Case };
