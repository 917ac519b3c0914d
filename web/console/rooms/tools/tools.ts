/** What people keep for their daily work: reply templates, macros, check lists. */
import { queryOptions } from "@tanstack/react-query";
import { api, got, newKey, Refusal, type Schemas } from "@api/client";

export type Texts = Record<string, string>;
export type Template = Schemas["TemplateOut"];
/** An act as `POST /tickets/{id}/acts` takes it; `to: "me"` is whoever runs it, `until_in` how long after that. */
export interface Step { act: string; body?: string; asks?: boolean; why?: string; to?: string; reason?: string; cause?: string; until_in?: string; tier?: number }
export type Macro = Omit<Schemas["MacroOut"], "steps"> & { steps: Step[] };
export type Checklist = Schemas["ChecklistOut"];
export type Tool = Template | Macro | Checklist;
export type Shelf = "templates" | "macros" | "checklists";
export interface ShelfOf { templates: Template; macros: Macro; checklists: Checklist }
export type CheckItem = Schemas["CheckOut"];
export type Spent = Schemas["TimeOut"];
export type Ran = Schemas["RunOut"];
export type RanStep = Schemas["StepOut"];
/** What may stand between two braces. */
export const VARIABLES = ["customer", "company", "number", "subject", "product", "instance", "engineer", "vendor", "due"] as const;
export type Variable = (typeof VARIABLES)[number];

type Method = "GET" | "POST" | "PATCH" | "DELETE";
/** The three shelves are asked alike; the path says which. */
async function ask<T>(method: Method, path: string, { body, version, key }: { body?: unknown; version?: number; key?: string } = {}): Promise<T> {
  const headers = { ...(version === undefined ? {} : { "If-Match": `"${version}"` }), ...(key ? { "Idempotency-Key": key } : {}) };
  const send = api[method] as unknown as (path: string, init: object) => Promise<{ data?: T }>;
  return got(send(`/api/v1${path}`, { headers, ...(body === undefined ? {} : { body }) }));
}
const forbidden = (e: unknown) => { if (e instanceof Refusal && (e.status === 403 || e.status === 404)) return null; throw e; };
export const shelfQuery = <S extends Shelf>(shelf: S) => queryOptions({
  queryKey: ["tools", shelf],
  /** Null: not for this person. */
  queryFn: (): Promise<ShelfOf[S][] | null> => ask<{ items: ShelfOf[S][] }>("GET", `/${shelf}`).then((l) => l.items, forbidden),
  staleTime: 60_000,
});
export const timesQuery = (ticket: string) => queryOptions({
  queryKey: ["ticket", ticket, "times"],
  queryFn: () => got(api.GET("/api/v1/tickets/{id}/times", { params: { path: { id: ticket } } })).catch(forbidden),
});
export const keepTool = <S extends Shelf>(shelf: S, body: object, of: Tool | null, key?: string) =>
  of ? ask<ShelfOf[S]>("PATCH", `/${shelf}/${of.id}`, { body, version: of.version, ...(key ? { key } : {}) }) : ask<ShelfOf[S]>("POST", `/${shelf}`, { body, ...(key ? { key } : {}) });
export const dropTool = (shelf: Shelf, id: string) => ask<void>("DELETE", `/${shelf}/${id}`);
export const fillTemplate = (id: string, ticket: string) => got(api.GET("/api/v1/templates/{id}/filled", { params: { path: { id }, query: { ticket } } }));
export const runMacro = (id: string, ticket: string, dry: boolean, { version, key = newKey() }: { version?: number; key?: string } = {}) =>
  got(api.POST("/api/v1/macros/{id}/run", { params: { path: { id }, header: { "Idempotency-Key": key, ...(version === undefined ? {} : { "If-Match": `"${version}"` }) } }, body: { ticket, dry_run: dry } }));

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
