/** Questions to the house whose answers are not described in openapi.json of every version yet: the shapes as agreed, over the same line with the same manners. */
import { api, got, newKey, Refusal } from "@api/client";
import type { Step, Sum } from "../figures/sums";

type Query = Record<string, string | number | boolean | undefined>;
type Loose = Record<"GET" | "POST" | "PATCH" | "DELETE", (path: string, more: { params?: { query?: Query }; body?: unknown; headers?: Record<string, string> }) => Promise<{ data?: unknown }>>;
const line = api as unknown as Loose;
export const wire = {
  get: <T>(path: string, query?: Query) => got(line.GET(path, query ? { params: { query } } : {})) as Promise<T>,
  post: <T>(path: string, body: unknown, key: string = newKey()) => got(line.POST(path, { body, headers: { "idempotency-key": key } })) as Promise<T>,
  patch: <T>(path: string, body: unknown, version: number, key: string = newKey()) => got(line.PATCH(path, { body, headers: { "if-match": `"${version}"`, "idempotency-key": key } })) as Promise<T>,
  drop: (path: string, version: number | undefined, key: string = newKey()) => got(line.DELETE(path, { headers: { ...(version === undefined ? {} : { "if-match": `"${version}"` }), "idempotency-key": key } })),
  /** Fetches a file and hands it to the browser to keep; what the house refuses is thrown, not kept as a file. */
  async save(path: string, query: Query, name: string) {
    const text = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]));
    let answer: Response;
    try { answer = await fetch(`${path}?${text}`); } catch { throw new Refusal(0, "offline", "offline", null, [], ""); }
    if (!answer.ok) { const p = await answer.json().catch(() => null); throw new Refusal(answer.status, p?.code ?? "unknown", p?.title ?? answer.statusText, p?.detail ?? null, p?.errors ?? [], p?.request_id ?? ""); }
    const url = URL.createObjectURL(await answer.blob()), a = document.createElement("a");
    a.href = url;
    a.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  },
};
export type Words = Partial<Record<string, string>>;

/* ---- figures ---- */
export type FigureLine = Sum;
export interface Figures {
  from: string; to: string; more: boolean; all: Sum;
  by_plan: (Sum & { key: string; filter: string })[]; by_channel: (Sum & { key: string; filter: string })[];
  by_handler: (Sum & { person?: string | null; name: string; filter: string })[]; by_group: (Sum & { skill: string; tier: number; filter: string })[];
  by_hour: (Sum & { hour: string })[]; first_answer: Step[]; resolve: Step[];
}
/* ---- calendars ---- */
export type DayKind = "working" | "off" | "holiday" | "make_up" | "half" | "special";
export interface Window { from: string; to: string }
export interface CalendarLine { id: string; name?: Words; version: number; versions?: number[]; tz: string }
export interface CalendarYear extends CalendarLine {
  year: number; always_open: boolean; provisional: boolean; week: { day: string; windows: Window[] }[]; days: { date: string; kind: DayKind; windows: Window[]; name?: Words | null }[]; statutory_version?: number | null;
}
/* ---- routing ---- */
export interface Named { person: string; name: string }
export interface Candidate { person: string; name: string; role?: string; tier?: number; fits: boolean; because: string[]; load: number; capacity: number; on_shift: boolean }
export interface Tried { at: string; chosen: Named | null; rule: string; why?: string[]; candidates: Candidate[] }
export interface TriedPast { items: { ticket: string; number: string; subject: string; was: Named | null; would: Named | null; same: boolean }[]; same: number; different: number }
/* ---- mail ---- */
export interface MailState { configured: boolean; host?: string | null; port?: number | null; tls?: string | boolean | null; from?: string | null; last_sent_at?: string | null; last_error?: string | null; last_error_at?: string | null; waiting: number }
export interface MailTested { sent: boolean; code: string; took_ms?: number; detail?: string | null }
/* ---- guides ---- */
export type GuideState = "draft" | "published" | "ended";
export interface Guide {
  id: string; kind: "guide" | "trouble"; product: string | null; symptoms: string[]; titles: Words; bodies: Words; state: GuideState; version: number;
  since?: string | null; ended_at?: string | null; by?: string; helped_yes?: number; helped_no?: number; shown?: number; created_at?: string; updated_at?: string;
}
/* ---- embeds ---- */
export type KeyKind = "ES256" | "EdDSA" | "RS256";
export interface Embed { id: string; name: string; account: string | null; origins: string[]; key: { alg: KeyKind; public_key: string }; active?: boolean; disabled_at?: string | null; created_at?: string; version?: number }
