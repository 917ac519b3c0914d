/** Asked once a case is closed, never in the way; what was said may be changed for a while. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newKey, type Refusal } from "@api/client";
import { useNow, useSpeech, useTell } from "@ui";
import { send, type Case } from "../../api";

interface Said { stars: number; comment: string; open_until: string }
export function Rating({ c }: { c: Case }) {
  const { say } = useSpeech(), now = useNow(), client = useQueryClient(), tell = useTell();
  const rating = (c as { rating?: Said | null }).rating, [again, setAgain] = useState(false);
  const [stars, setStars] = useState(rating?.stars ?? 0), [text, setText] = useState(rating?.comment ?? ""), [fault, setFault] = useState<string | null>(null);
  // A house that knows no access yet knows no ratings either.
  if (c.ticket.stage !== "closed" || !("grants" in c)) return null;
  if (rating && !again) return <p className="note">{say("case.rated", { n: rating.stars })} {Date.parse(rating.open_until) > now && <button type="button" className="link noprint" onClick={() => setAgain(true)}>{say("case.rate_change")}</button>}</p>;
  const rate = async () => { setFault(null); try { await send("PUT", `/tickets/${c.ticket.id}/rating`, newKey(), { stars, ...(text.trim() ? { comment: text.trim() } : {}) }); tell(say("case.rate_thanks")); setAgain(false); await client.invalidateQueries({ queryKey: ["ticket", c.ticket.id] }); } catch (e) { setFault((e as Refusal).offline ? say("state.offline_detail") : (e as Refusal).message); } };
  return (
    <form className="composer noprint" onSubmit={(e) => { e.preventDefault(); if (stars) void rate(); }}>
      <fieldset className="stars"><legend><b>{say("case.rate")}</b></legend>{[5, 4, 3, 2, 1].map((n) => <label key={n}><input type="radio" name="stars" checked={stars === n} onChange={() => setStars(n)} />{say(`case.rate_${n}` as never)}</label>)}</fieldset>
      {stars > 0 && <><div className="item"><label htmlFor="rate-text">{say("case.rate_text")}<span className="m"> {say("form.optional")}</span></label><textarea id="rate-text" className="field" rows={2} value={text} onChange={(e) => setText(e.target.value)} /></div><div className="acts"><button className="btn go">{say("case.send")}</button></div></>}
      {fault && <p role="alert" className="txt-late">{fault}</p>}
    </form>
  );
}
