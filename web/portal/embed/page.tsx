/** The portal inside a page of the vendor's own: in by that page's word, then ask, one's cases, and one of them. */
import "./embed.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { setApiLanguage, showPass, type Me } from "@api/client";
import { forgetStream, shareAs } from "@api/events";
import { makeClient } from "@api/queries";
import { Known, languages, Shape, useSpeech } from "@ui";
import { Around, useAround } from "./around";
import { enter } from "./enter";
import { Host } from "./host";
import { makeEmbedRouter, useHeight, useLeaving } from "./shell";
import { Told, troubleWords } from "./told";

const host = new Host(window, new URLSearchParams(location.search), enter);
showPass(host);
host.start();
const near = (wanted: string) => languages.find((l) => l === wanted) ?? languages.find((l) => wanted && l.split("-")[0] === wanted.split("-")[0]);

export default function Embed() { return <Around value={host}><Door /></Around>; }
function Door() {
  const { say, language, setLanguage, setZone } = useSpeech(), { stand } = useAround(), { me } = stand;
  setApiLanguage(language === "en-XA" ? "en" : language);
  host.words = (t) => troubleWords(t, say);
  // As the page around speaks; else as this person reads.
  const asked = near(new URLSearchParams(location.search).get("lang") ?? ""), wanted = asked ? undefined : (near(stand.about.language) ?? near(me?.language ?? ""));
  useEffect(() => { if (wanted) setLanguage(wanted); }, [wanted]);
  useEffect(() => { if (me?.tz) setZone(me.tz); }, [me?.tz]);
  return me ? <Inside key={me.id} me={me} /> : <Outside />;
}
/** One person's: the word for another makes all of it anew, so that nothing of who was here before stays. */
function Inside({ me }: { me: Me }) {
  const { trouble } = useAround().stand;
  const [{ client, router }] = useState(() => { shareAs(`embed.${me.id}`); return { client: makeClient(), router: makeEmbedRouter() }; });
  useEffect(() => forgetStream, []);
  // What failed for want of a bearer is asked again once there is one.
  const lost = useRef(false);
  useEffect(() => { if (lost.current && !trouble) void client.invalidateQueries(); lost.current = !!trouble; }, [trouble, client]);
  return <Known me={me}><QueryClientProvider client={client}><RouterProvider router={router as never} /></QueryClientProvider></Known>;
}
/** Before somebody is in: waiting, or why not and what now. */
function Outside() {
  const { say } = useSpeech(), { trouble } = useAround().stand, box = useRef<HTMLDivElement>(null), close = useLeaving();
  useHeight(box);
  document.title = say("portal.name");
  return (
    <div ref={box} className="portal embed">
      <header className="embed-top"><b>{say("portal.name")}</b><span className="grow" />{trouble?.kind !== "alone" && <button type="button" className="btn bare" onClick={close}>{say("form.close")}</button>}</header>
      <main className="embed-room">{trouble ? <Told trouble={trouble} /> : <Waiting />}</main>
    </div>
  );
}
function Waiting() {
  const { say } = useSpeech();
  const [long, setLong] = useState(false);
  useEffect(() => { const t = setTimeout(() => setLong(true), 2_000); return () => clearTimeout(t); }, []);
  return <><Shape rows={6} tall />{long && <p className="q s" role="status">{say("embed.waiting")}</p>}</>;
}
