/** What may help before anybody is asked: known troubles first, then self-check guides. Read in place; never in the way of asking. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, newKey, type Schemas } from "@api/client";
import { bookWords, Prose, Shape, useNow, useSpeech } from "@ui";
import { soft } from "../../api";

type Fit = Schemas["MatchOut"];
type Whole = Schemas["GuideOut"];
export function Guides({ product, words, onGoOn }: { product: string; words: string; onGoOn: () => void }) {
  const { say } = useSpeech();
  const asked = { product: product.trim(), q: words.trim().slice(0, 300) };
  const { data } = useQuery({
    queryKey: ["guides", "match", asked], enabled: !!(asked.product || asked.q), staleTime: 60_000, placeholderData: (before) => before,
    queryFn: () => soft<{ items: Fit[] }>("/guides/match", Object.fromEntries(Object.entries(asked).filter(([, v]) => v))),
  });
  const items = asked.product || asked.q ? (data?.items.slice(0, 4) ?? []) : [];
  return (
    <section className="fits" aria-live="polite" hidden={!items.length}>
      <h2 className="s m">{say("ask.fits")}</h2>
      <ul>{items.map((fit) => <One key={fit.id} fit={fit} onGoOn={onGoOn} />)}</ul>
    </section>
  );
}
function One({ fit, onGoOn }: { fit: Fit; onGoOn: () => void }) {
  const { say, language, when } = useSpeech(), now = useNow();
  const [open, setOpen] = useState(false), [said, setSaid] = useState<boolean | null>(null), [failed, setFailed] = useState(false);
  const whole = useQuery({ queryKey: ["guides", fit.id], enabled: open, staleTime: 5 * 60_000, queryFn: async () => (await got(api.GET("/api/v1/guides/{id}", { params: { path: { id: fit.id } } }))) as Whole });
  const tell = async (helped: boolean) => {
    setFailed(false);
    setSaid(helped);
    if (!helped) { setOpen(false); onGoOn(); }
    try { await got(api.POST("/api/v1/guides/{id}/helped", { params: { path: { id: fit.id }, header: { "Idempotency-Key": newKey() } }, body: { helped } })); } catch { if (helped) { setSaid(null); setFailed(true); } }
  };
  return (
    <li>
      <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
        <summary><b>{bookWords(fit.titles, language)}</b>{fit.kind === "trouble" && fit.since && <> <span className="chip">{say("ask.trouble", { at: when.short(fit.since, now) })}</span></>}{!open && <span className="q">{bookWords(fit.excerpt, language)}</span>}</summary>
        {whole.data ? <Prose text={bookWords(whole.data.bodies as Record<string, string>, language)} /> : whole.isError ? <p className="s txt-late">{say("state.wrong_detail")} <button type="button" className="link" onClick={() => void whole.refetch()}>{say("state.again")}</button></p> : open && <Shape rows={3} />}
        {whole.data && (
          <p className="x" role="status">
            {said ? <span>{say("ask.helped_thanks")}</span> : <>
              <button type="button" className="btn" onClick={() => void tell(true)}>{say("ask.helped")}</button>
              <button type="button" className="btn bare" onClick={() => void tell(false)}>{say("ask.not_helped")}</button>
              {failed && <span className="s txt-late">{say("ask.helped_failed")}</span>}
            </>}
          </p>
        )}
      </details>
    </li>
  );
}
