/** Asking for help. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMe, useSpeech } from "@ui";
import { useTitle } from "../../shell";
import { AskForm } from "./form";

export function Page() {
  const { say } = useSpeech(), me = useMe(), go = useNavigate();
  const asked = useSearch({ from: "/ask" });
  useTitle(say("portal.ask"));
  return (
    <div className="ask-page">
      <h1>{say("ask.title")}</h1>
      <p className="q">{say("ask.intro")}</p>
      <AskForm place={`ask.${me.id}`} given={asked} onMade={(id) => go({ to: "/cases/$id", params: { id } })} end={<Link to="/" className="btn bare">{say("ask.later")}</Link>} />
    </div>
  );
}
