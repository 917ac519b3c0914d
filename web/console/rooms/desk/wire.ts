/** Questions to the house whose answers are not described in openapi.json of every version yet: the shapes as agreed, over the same line with the same manners. */
import { api, got, newKey, Refusal, type Schemas } from "@api/client";
import type { Step } from "../figures/sums";

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

/* ---- what openapi.json describes by now ---- */
/** Its steps are counts; another answer has steps of its own under the same name. */
export type Figures = Omit<Schemas["FiguresOut"], "first_answer" | "resolve"> & { first_answer: Step[]; resolve: Step[] };
export type CalendarLine = Schemas["CalendarOut"];
type Seen = Schemas["CalendarSeenOut"];
export type DayKind = "working" | "off" | "holiday" | "make_up" | "half" | "special";
export type Window = Schemas["HoursOut"];
/** A calendar asked for by its year, whose days are there then. */
export type CalendarYear = Omit<Seen, "days" | "year"> & { year: number; days: (Omit<Schemas["DayOut"], "kind"> & { kind: DayKind })[] };
export type Tried = Schemas["TrialOut"];
export type TriedPast = Schemas["PastOut"];
export type MailState = Schemas["MailOut"];
export type MailTested = Schemas["MailTestOut"];
/** As the vendor's people see it: how it does is told with it. */
export type Guide = Schemas["GuideOut"];
export type GuideState = Guide["state"];
export type Embed = Schemas["EmbedOut"];
