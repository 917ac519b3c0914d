/** Buys a bearer with the word of the page around. Asked for plainly: there is no bearer to show yet, and no cookie is meant. */
import { away, newKey, Refusal, type Schemas } from "@api/client";
import type { Bearer } from "./host";

export async function enter(embed: string, token: string, origin: string): Promise<Bearer> {
  let answer: Response;
  try {
    answer = await fetch("/api/v1/sessions/embed", {
      method: "POST", credentials: "omit", body: JSON.stringify({ embed, token, origin } satisfies Schemas["EmbedSignInIn"]),
      headers: { "content-type": "application/json", "accept-language": document.documentElement.lang, "idempotency-key": newKey() },
    });
  } catch { throw away(); }
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refusal(answer.status, said?.code ?? "unknown", said?.title ?? answer.statusText, said?.detail ?? null, [], said?.request_id ?? "");
  // By the house's watch, where it tells: one's own may be wrong by more than the bearer lasts.
  const bought = said as Schemas["EmbedSignedInOut"];
  const sent = Date.parse(answer.headers.get("date") ?? "");
  return { token: bought.token, lasts: Date.parse(bought.expires_at) - (Number.isNaN(sent) ? Date.now() : sent), me: bought.me };
}
