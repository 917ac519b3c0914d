/** Access given to engineers and the rating of a closed case: shown where the house offers them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newKey } from "@api/client";
import { useNow, useSpeech, useTell } from "@ui";
import { soft, type Case } from "../../api";
import { callName } from "../../story";

interface Grant { id: string; to?: string | null; grantee?: string | null; what?: string; scope?: string; until?: string; ends_at?: string; expires_at?: string; revoked_at?: string | null; ended_at?: string | null; uses?: number | unknown[] }
const write = (method: string, path: string, body?: unknown) => fetch(`/api/v1${path}`, { method, headers: { "content-type": "application/json", "idempotency-key": newKey() }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

export function Grants({ id, c }: { id: string; c: Case }) {
  const { say, when, language } = useSpeech(), now = useNow(), client = useQueryClient(), tell = useTell();
  const key = ["ticket", id, "grants"];
  const grants = useQuery({ queryKey: key, queryFn: () => soft<{ items: Grant[] }>(`/tickets/${id}/grants`) }).data?.items;
  if (!grants?.length) return null;
  const revoke = async (g: Grant) => { const answer = await write("DELETE", `/tickets/${id}/grants/${g.id}`); await client.invalidateQueries({ queryKey: key }); if (answer.ok) tell(say("case.grant_revoked")); };
  return (
    <section>
      <h2>{say("case.grants")}</h2>
      <div className="rows">
        {grants.map((g) => {
          const until = g.until ?? g.ends_at ?? g.expires_at, person = c.people[g.to ?? g.grantee ?? ""], over = !!(g.revoked_at ?? g.ended_at) || (until ? Date.parse(until) <= now : false);
          const uses = Array.isArray(g.uses) ? g.uses.length : g.uses;
          return <div key={g.id}><p>{g.what ?? g.scope}{person && ` · ${callName(person.name, language)}`}</p><p className="m">{over ? say("case.grant_over") : until ? say("case.grant_until", { at: when.short(until, now) }) : ""}{uses ? ` · ${say("case.grant_uses", { n: uses })}` : ""}</p>{!over && <button type="button" className="link noprint" onClick={() => void revoke(g)}>{say("case.grant_revoke")}</button>}</div>;
        })}
      </div>
    </section>
  );
}
/** Asked once, never in the way. */
export function Rating({ id, over }: { id: string; over: boolean }) {
  const { say } = useSpeech(), client = useQueryClient(), tell = useTell();
  const key = ["ticket", id, "rating"];
  const rating = useQuery({ queryKey: key, queryFn: () => soft<{ stars?: number | null; score?: number | null; open?: boolean }>(`/tickets/${id}/rating`), enabled: over }).data;
  const [stars, setStars] = useState(0), [text, setText] = useState("");
  if (!over || !rating) return null;
  if (rating.stars ?? rating.score) return <p className="note">{say("case.rated", { n: (rating.stars ?? rating.score)! })}</p>;
  const send = async () => { const answer = await write("PUT", `/tickets/${id}/rating`, { stars, ...(text.trim() ? { comment: text.trim() } : {}) }); if (answer.ok) { tell(say("case.rate_thanks")); await client.invalidateQueries({ queryKey: key }); } };
  return (
    <form className="composer noprint" onSubmit={(e) => { e.preventDefault(); if (stars) void send(); }}>
      <fieldset className="stars"><legend><b>{say("case.rate")}</b></legend>{[1, 2, 3, 4, 5].map((n) => <label key={n}><input type="radio" name="stars" checked={stars === n} onChange={() => setStars(n)} />{say(`case.rate_${n}` as never)}</label>)}</fieldset>
      {stars > 0 && <><div className="item"><label htmlFor="rate-text">{say("case.rate_text")}</label><textarea id="rate-text" className="field" rows={2} value={text} onChange={(e) => setText(e.target.value)} /></div><div className="acts"><button className="btn go">{say("case.send")}</button></div></>}
    </form>
  );
}
