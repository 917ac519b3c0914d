/** What the window shows: a question to ask, the cases, one case. Each made of the portal's own parts. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Refusal } from "@api/client";
import { caseQuery } from "@api/queries";
import { Severity, Shape, useMe, useNow, useSpeech, Wrong } from "@ui";
import type { Case } from "../api";
import { AskForm } from "../rooms/ask/form";
import { ClosedNote, Decide, Standing, Story, Thread, useAct, useSeen } from "../rooms/cases/case";
import { Composer } from "../rooms/cases/composer";
import { List } from "../rooms/cases/page";
import { Rating } from "../rooms/cases/rating";
import { decision, promised, sentence } from "../story";
import { useAround } from "./around";
import { LOST } from "./host";

export function AskView({ onMade }: { onMade: (ticket: string) => unknown }) {
  const { say } = useSpeech(), me = useMe(), { stand } = useAround();
  return (
    <div className="ask-page">
      <h1 className="unseen">{say("ask.title")}</h1>
      <AskForm small place={`embed.ask.${me.id}`} given={stand.about} onMade={onMade} />
    </div>
  );
}
export function CasesView() {
  const { say } = useSpeech();
  return <><h1 className="unseen">{say("portal.cases")}</h1><List kind="open" /></>;
}
export function CaseView() {
  const { id } = useParams({ from: "/cases/$id" });
  const found = useQuery(caseQuery(id));
  if (found.isPending) return <Shape rows={8} />;
  if (found.isError && !found.data) return found.error instanceof Refusal && found.error.code === LOST ? null : <Wrong error={found.error} again={() => void found.refetch()} />;
  return <One key={id} c={found.data!} />;
}
function One({ c }: { c: Case }) {
  const { say, when, language } = useSpeech(), now = useNow();
  const t = c.ticket, what = decision(c), { act, fault } = useAct(t.id);
  useSeen(t.id, c.messages.length);
  return (
    <div className="case-page">
      <p className="s m x meta"><Link to="/cases">{say("embed.back")}</Link><span>{t.number}</span><Severity of={t.severity} /></p>
      <h1>{t.subject}</h1>
      {(t.product || t.instance) && <p className="s m">{t.product}{t.product && t.instance && " · "}<code>{t.instance}</code></p>}
      {what !== "confirm" && <div className="now"><Standing c={c} /><p>{sentence(c, say, when, language, now)}</p></div>}
      <Story c={c} />
      {fault && <p role="alert" className="txt-late">{fault}</p>}
      {what && what !== "answer" && <Decide c={c} what={what} act={act} />}
      <Thread c={c} />
      {t.stage === "closed" ? <ClosedNote c={c} act={act} /> : <Composer c={c} asked={what === "answer"} paused={promised(c).some((k) => k.paused)} />}
      <Rating c={c} />
    </div>
  );
}
