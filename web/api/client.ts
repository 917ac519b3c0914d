/** The house's API: typed from openapi.json, with our manners around it (idempotency, versions, problems, being offline). */
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "../generated/schema";

export type Schemas = components["schemas"];
export type Ticket = Schemas["TicketOut"];
export type Case = Schemas["CaseOut"];
export type ClockOut = Schemas["ClockOut"];
export type Message = Schemas["MessageOut"];
export type Me = Schemas["MeOut"];
export type Problem = Schemas["ProblemOut"];

/** What the house refused, or that it could not be reached (`status` 0). `detail` is in the reader's language already. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly title: string, readonly detail: string | null, readonly fields: { field: string; code: string; message: string }[], readonly requestId: string) {
    super(detail ?? title);
  }
  get offline() { return this.status === 0; }
  /** What is wrong with one field, if anything. */
  field(name: string) { return this.fields.find((f) => f.field === name)?.message; }
}
export const newKey = () => crypto.randomUUID();
export const away = () => new Refusal(0, "offline", "offline", null, [], "");

/** What a page inside another one shows in place of a cookie: the bearer of now, and another one after the old was refused. */
export interface Pass { now(): Promise<string>; fresh(old: string): Promise<string> }
let pass: Pass | null = null;
export const showPass = (shown: Pass) => { pass = shown; };
/** Whether who asks is told by a pass: addresses alone (of pictures, of files to keep) say nothing then. */
export const byPass = () => !!pass;
/** Every request goes this way. Throws where the house cannot be reached, or where there is no pass to show. */
export async function reach(to: Request | string, how: RequestInit = {}): Promise<Response> {
  const go = async (secret?: string) => {
    try {
      if (secret === undefined) return await fetch(to, how);
      const asked = new Request(to instanceof Request ? to.clone() : to, { ...how, credentials: "omit" });
      asked.headers.set("authorization", `Bearer ${secret}`);
      return await fetch(asked);
    } catch { throw away(); }
  };
  if (!pass) return go();
  const secret = await pass.now(), answer = await go(secret);
  return answer.status === 401 ? go(await pass.fresh(secret)) : answer;
}

let language = "en";
export const setApiLanguage = (l: string) => { language = l; };

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set("accept-language", language);
    // A repeated write (a retry after a lost answer) is told apart from a second one by this key.
    if (request.method !== "GET" && !request.headers.has("idempotency-key")) request.headers.set("idempotency-key", newKey());
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const problem = (await response.clone().json().catch(() => null)) as Problem | null;
    throw new Refusal(response.status, problem?.code ?? "unknown", problem?.title ?? response.statusText, problem?.detail ?? null, (problem?.errors as never) ?? [], problem?.request_id ?? "");
  },
  onError({ error }) {
    return error instanceof Refusal ? error : away();
  },
};
export const api = createClient<paths>({ baseUrl: "/", fetch: (asked) => reach(asked) });
api.use(manners);

/** The answer's body; a refusal is thrown. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
/** A file put on a case: the body is the file. */
export async function upload(ticket: string, file: File, internal = false): Promise<Schemas["AttachmentOut"]> {
  const query = new URLSearchParams({ name: file.name, internal: String(internal) });
  const response = await reach(`/api/v1/tickets/${ticket}/attachments?${query}`, {
    method: "POST", body: file, headers: { "content-type": file.type || "application/octet-stream", "idempotency-key": newKey(), "accept-language": language },
  });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(response.status, body?.code ?? "unknown", body?.title ?? "", body?.detail ?? null, body?.errors ?? [], body?.request_id ?? "");
  return body;
}
