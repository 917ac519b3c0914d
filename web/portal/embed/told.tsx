/** What keeps somebody out, in words, with the way on. */
import type { ReactNode } from "react";
import { useSpeech, type Say } from "@ui";
import { useAround } from "./around";
import type { Trouble } from "./host";

/** Full where nobody is in; a bar above what goes on where somebody was. */
export function Told({ trouble, bar = false }: { trouble: Trouble; bar?: boolean }) {
  const { say } = useSpeech(), { host } = useAround(), [title, detail] = troubleWords(trouble, say);
  const acts: ReactNode = (
    <div className="x">
      {trouble.kind !== "alone" && <button type="button" className={bar ? "link" : "btn go"} onClick={() => host.again()}>{say("state.again")}</button>}
      {!bar && <a className={trouble.kind === "alone" ? "btn go" : "btn"} href="/portal/" {...(trouble.kind === "alone" ? {} : { target: "_blank", rel: "noopener" })}>{say(trouble.kind === "alone" ? "embed.go" : "embed.go_new")}</a>}
    </div>
  );
  if (bar) return <div className="embed-lost" role="alert"><p><b>{title}</b> {say("embed.safe")}</p><p className="q">{detail}</p>{acts}</div>;
  return (
    <div className="empty" role={trouble.kind === "alone" ? undefined : "alert"}>
      <h1>{title}</h1>
      <p className="q">{detail}</p>
      {trouble.kind === "unvouched" && trouble.why && <p className="s m">{say("embed.it_said", { why: trouble.why })}</p>}
      {trouble.kind === "refused" && !trouble.error.offline && <p className="s m">{say("embed.for_its_keeper", { code: trouble.error.code })}</p>}
      {acts}
    </div>
  );
}
const REFUSED = ["embed_unknown", "embed_origin", "embed_signature", "embed_expired", "embed_used", "embed_person_unknown"];
/** What happened, and what to do. */
export function troubleWords(t: Trouble, say: Say): [string, string] {
  if (t.kind !== "refused") return [say(`embed.${t.kind}`), say(`embed.${t.kind}_detail`)];
  if (t.error.offline) return [say("state.offline_title"), say("embed.offline_detail")];
  const code = t.error.code as "embed_unknown";
  return REFUSED.includes(code) ? [say(`embed.refused_${code}`), say(`embed.detail_${code}`)] : [t.error.title || say("state.wrong_title"), t.error.detail ?? say("state.wrong_detail")];
}
