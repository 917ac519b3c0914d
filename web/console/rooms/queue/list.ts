/** The list: its pages, the order of attention, and what the stream changes in it. */
import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { api, got, Refusal, type Schemas, type Ticket } from "@api/client";
// Not the whole of @ui: what is pure here is tested without a page.
import { byAttention, see, type Clock, type Face } from "../../../ui/promise";
import type { Filter } from "./standing";

export interface Row extends Ticket { clocks?: (Clock & { kind?: string })[]; /** How many, or that there are some. */ unread?: number | true }
/** Where the next page begins: late ones come with the first, then by nearest due, then what has nothing due. */
export interface Step { of: "due" | "rest"; cursor?: string }
export interface ListPage { rows: Row[]; names: Record<string, string>; next: Step | null }
export type Sort = "due" | "updated";

const PAGE = 100, LATE = 100;
type Raw = {
  items: Row[]; next?: string | null; clocks?: Record<string, Clock>; people?: Record<string, { name: string }>; accounts?: Record<string, { name: string }>; unread?: Record<string, boolean>;
};
/** Unset until the house said whether it sends clocks and names along. */
let sendsAlong: boolean | undefined;
async function ask(query: Record<string, unknown>): Promise<Raw> {
  const plain = () => got(api.GET("/api/v1/tickets", { params: { query: query as never } })) as Promise<Raw>;
  if (sendsAlong === false) return plain();
  try {
    const page = (await got(api.GET("/api/v1/tickets", { params: { query: { ...query, include: "clocks,names,unread" } as never } }))) as Raw;
    sendsAlong = true;
    return page;
  } catch (e) {
    if (!(e instanceof Refusal) || e.status !== 422) throw e;
    sendsAlong = false;
    return plain();
  }
}
const namesIn = (raw: Raw): Record<string, string> => Object.fromEntries([...Object.entries(raw.people ?? {}), ...Object.entries(raw.accounts ?? {})].map(([id, n]) => [id, n.name]));
const rowsIn = (raw: Raw): Row[] => raw.items.map((r) => ({ ...r, ...(raw.clocks ? { clocks: raw.clocks[r.id] ? [raw.clocks[r.id]!] : [] } : {}), ...(raw.unread?.[r.id] ? { unread: true as const } : {}) }));

/** Names and clocks, piece by piece, from a house that does not send them along. */
async function complete(client: QueryClient, page: ListPage): Promise<ListPage> {
  if (sendsAlong) return page;
  const [names] = await Promise.all([
    client.ensureQueryData(namesQuery).catch(() => ({})),
    ...page.rows.filter((r) => r.is_open && !r.clocks).slice(0, PAGE).map(async (r) => {
      r.clocks = await got(api.GET("/api/v1/tickets/{id}/clocks", { params: { path: { id: r.id } } })).then((c) => c.items, () => undefined) as Row["clocks"];
    }),
  ]);
  return { ...page, names: { ...names, ...page.names } };
}
const everyPage = async <T,>(page: (cursor?: string) => Promise<{ items: T[]; next?: string | null }>): Promise<T[]> => {
  const all: T[] = [];
  let cursor: string | undefined;
  do { const p = await page(cursor); all.push(...p.items); cursor = p.next ?? undefined; } while (cursor && all.length < 2000);
  return all;
};
export const accountsQuery = { queryKey: ["accounts", "queue"], queryFn: () => everyPage((cursor) => got(api.GET("/api/v1/accounts", { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }))), staleTime: 5 * 60_000 };
export const staffQuery = { queryKey: ["people", "queue"], queryFn: () => everyPage((cursor) => got(api.GET("/api/v1/people", { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }))), staleTime: 5 * 60_000 };
export const contactsQuery = (account: string) => ({ queryKey: ["people", "of", account], queryFn: () => everyPage<Schemas["PersonOut"]>((cursor) => got(api.GET("/api/v1/people", { params: { query: { account, limit: 200, ...(cursor ? { cursor } : {}) } } }))), enabled: !!account, staleTime: 60_000 });
const namesQuery = {
  queryKey: ["names", "queue"],
  queryFn: async (): Promise<Record<string, string>> => {
    const [accounts, people] = await Promise.all([accountsQuery.queryFn(), staffQuery.queryFn()]);
    return Object.fromEntries([...accounts, ...people].map((a) => [a.id, a.name]));
  },
  staleTime: 5 * 60_000,
};

export const listQuery = (client: QueryClient, view: string, filter: Filter, sort: Sort) => infiniteQueryOptions({
  // A "due soon" moves with the clock; the view's key stands for it.
  queryKey: ["tickets", "queue", view, { ...filter, due_before: filter.due_before ? "soon" : undefined }, sort],
  initialPageParam: { of: sort === "due" ? "due" : "rest" } as Step,
  queryFn: async ({ pageParam: step }): Promise<ListPage> => {
    const q = { ...filter, limit: PAGE, ...(step.cursor ? { cursor: step.cursor } : {}) };
    if (sort === "updated") {
      const raw = await ask({ ...q, sort: "updated" });
      return complete(client, { rows: rowsIn(raw), names: namesIn(raw), next: raw.next ? { of: "rest", cursor: raw.next } : null });
    }
    if (step.of === "rest") {
      const raw = await ask({ ...q, sort: "updated" });
      return complete(client, { rows: rowsIn(raw).filter((r) => !r.next_due_at), names: namesIn(raw), next: raw.next ? { of: "rest", cursor: raw.next } : null });
    }
    const first = !step.cursor;
    // A promise already broken has no due instant to sort by; those cases come with the first page, or the worst would be missing.
    const [due, late, rest] = await Promise.all([
      ask({ ...q, sort: "due" }),
      first && filter.open !== false && filter.broken !== false && !filter.due_before ? ask({ ...filter, open: true, broken: true, limit: LATE, sort: "updated" }) : null,
      first && !filter.due_before ? ask({ ...filter, limit: PAGE, sort: "updated" }) : null,
    ]);
    const all = [late, due, due.next ? null : rest].filter((r) => r !== null);
    const next: Step | null = due.next ? { of: "due", cursor: due.next } : !filter.due_before ? (rest ? (rest.next ? { of: "rest", cursor: rest.next } : null) : { of: "rest" }) : null;
    return complete(client, { rows: all.flatMap(rowsIn), names: Object.assign({}, ...all.map(namesIn)), next });
  },
  getNextPageParam: (last: ListPage) => last.next,
  staleTime: 60_000,
  refetchOnWindowFocus: false,
});

/** The promise a row shows: the one that needs attention first, among those made to the customer. */
export function nearest(row: Row, now: number): Clock | null | undefined {
  if (row.clocks) {
    const contract = row.clocks.filter((c) => c.kind !== "internal" && c.verdict !== "cancelled");
    return byAttention(contract, now)[0] ?? null;
  }
  if (!row.next_due_at) return undefined;
  const whole = Math.max(0, Date.parse(row.next_due_at) - Date.parse(row.opened_at));
  return { verdict: "running", base_at: row.opened_at, due_at: row.next_due_at, target: `PT${Math.round(whole / 1000)}S`, used: "PT0S" };
}
export type Group = "late" | "risk" | "ours" | "new" | "rest";
export const GROUPS: Group[] = ["late", "risk", "ours", "new", "rest"];
const faceOf = (row: Row, now: number): Face => (row.is_open ? see(nearest(row, now), now).face : "none");
export function groupOf(row: Row, now: number): Group {
  const face = faceOf(row, now);
  if (face === "late" || face === "risk") return face;
  if (!row.is_open) return "rest";
  if (!row.first_reply_at) return "new";
  return row.stage === "active" ? "ours" : "rest";
}
export interface Section { group: Group | null; rows: Row[] }
/** Late, at risk, ours, new, rest. What is loaded later only ever joins the end, so that nothing moves above the reader: `pages` in the order of loading,
 *  the first with everything due when the house has no more of it. */
export function arrange(pages: Row[][], sort: Sort, dueComplete: boolean, now: number): Section[] {
  const seen = new Set<string>();
  const once = pages.map((rows) => rows.filter((r) => !seen.has(r.id) && seen.add(r.id)));
  if (sort === "updated") return [{ group: null, rows: once.flat() }];
  const key = (r: Row) => {
    if (!r.is_open) return 1e16;
    const s = see(nearest(r, now), now);
    return s.face === "late" ? -s.ms : s.face === "safe" || s.face === "risk" ? s.ms : s.face === "paused" ? 1e14 : 1e15;
  };
  const by = new Map<Group, Row[]>();
  for (const r of [...(once[0] ?? [])].sort((a, b) => key(a) - key(b))) {
    const g = groupOf(r, now), into = dueComplete || g === "late" || g === "risk" ? g : "rest";
    by.set(into, [...(by.get(into) ?? []), r]);
  }
  const later = once.slice(1).flat();
  if (later.length) by.set("rest", [...(by.get("rest") ?? []), ...later]);
  return GROUPS.filter((g) => by.has(g)).map((group) => ({ group, rows: by.get(group)! }));
}
