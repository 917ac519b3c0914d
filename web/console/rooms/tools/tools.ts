/** What people keep for their daily work: reply templates, macros, check lists. A house that knows none of them answers 404; pages then leave them out. */
import { queryOptions } from "@tanstack/react-query";
import { api, got, newKey, Refusal, type Ticket } from "@api/client";

export type Texts = Record<string, string>;
interface Kept { id: string; owner: string; name: string; shared: boolean; created_at: string; version: number }
export interface Template extends Kept { texts: Texts }
export interface Step { act: string; body?: string; asks?: boolean; why?: string; to?: string; reason?: string; cause?: string; until_in?: string; tier?: number }
export interface Macro extends Kept { steps: Step[] }
export interface Checklist extends Kept { items: string[] }
export type Tool = Template | Macro | Checklist;
export type Shelf = "templates" | "macros" | "checklists";
export interface ShelfOf { templates: Template; macros: Macro; checklists: Checklist }
export interface Filled { language: string; body: string; missing: string[] }
export interface RanStep { act: string; possible: boolean; why?: string | null; body?: string | null; events: { key: string; body: Record<string, unknown> }[] }
export interface Ran { dry_run: boolean; steps: RanStep[]; ticket?: Ticket | null }
export interface CheckItem { n: number; text: string; done: boolean; by?: string | null; at?: string | null }
export interface Spent { id: string; by: string; minutes: number; what: string; billable: boolean; at: string; /** When it was written down. */ created_at?: string }
export interface Times { items: Spent[]; total_minutes: number; people?: Record<string, { name: string }> }
/** What may stand between two braces. */
export const VARIABLES = ["customer", "company", "number", "subject", "product", "instance", "engineer", "vendor", "due"] as const;
export type Variable = (typeof VARIABLES)[number];

type Method = "GET" | "POST" | "PATCH" | "DELETE";
/** A question to a part of the house this page was written before. */
export async function ask<T>(method: Method, path: string, { body, version, key }: { body?: unknown; version?: number; key?: string } = {}): Promise<T> {
  const headers = { ...(version === undefined ? {} : { "If-Match": `"${version}"` }), ...(key ? { "Idempotency-Key": key } : {}) };
  const send = api[method] as unknown as (path: string, init: object) => Promise<{ data?: T }>;
  return got(send(`/api/v1${path}`, { headers, ...(body === undefined ? {} : { body }) }));
}
export const shelfQuery = <S extends Shelf>(shelf: S) => queryOptions({
  queryKey: ["tools", shelf],
  /** Null: this house keeps none, or not for this person. */
  queryFn: async (): Promise<ShelfOf[S][] | null> => {
    try { return (await ask<{ items: ShelfOf[S][] }>("GET", `/${shelf}`)).items; }
    catch (e) { if (e instanceof Refusal && (e.status === 404 || e.status === 403)) return null; throw e; }
  },
  staleTime: 60_000,
});
export const timesQuery = (ticket: string) => queryOptions({
  queryKey: ["ticket", ticket, "times"],
  queryFn: async (): Promise<Times | null> => {
    try { return await ask("GET", `/tickets/${ticket}/times`); }
    catch (e) { if (e instanceof Refusal && (e.status === 404 || e.status === 403)) return null; throw e; }
  },
});
export const keepTool = <S extends Shelf>(shelf: S, body: object, of: Kept | null, key?: string) =>
  of ? ask<ShelfOf[S]>("PATCH", `/${shelf}/${of.id}`, { body, version: of.version, ...(key ? { key } : {}) }) : ask<ShelfOf[S]>("POST", `/${shelf}`, { body, ...(key ? { key } : {}) });
export const dropTool = (shelf: Shelf, id: string) => ask<void>("DELETE", `/${shelf}/${id}`);
export const fillTemplate = (id: string, ticket: string) => ask<Filled>("GET", `/templates/${id}/filled?${new URLSearchParams({ ticket })}`);
export const runMacro = (id: string, ticket: string, dry: boolean, { version, key = newKey() }: { version?: number; key?: string } = {}) =>
  ask<Ran>("POST", `/macros/${id}/run`, { body: { ticket, dry_run: dry }, key, ...(version === undefined ? {} : { version }) });

/** The text for a language, as the house chooses it: exact, same first part, any. */
export function textFor(texts: Texts, wanted: string): { language: string; body: string } {
  const first = (tag: string) => tag.split("-")[0], keys = Object.keys(texts);
  const language = keys.find((k) => k === wanted) ?? keys.find((k) => first(k) === first(wanted)) ?? keys[0] ?? "";
  return { language, body: texts[language] ?? "" };
}
export const HOLE = /\{\{\s*([\w.]+)\s*\}\}/g;
/** The variables a text still has open, each once. */
export const holes = (text: string) => [...new Set([...text.matchAll(HOLE)].map((m) => m[1]!))];
export const isVariable = (name: string): name is Variable => (VARIABLES as readonly string[]).includes(name);
