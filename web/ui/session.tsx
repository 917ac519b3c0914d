/** Who is signed in, and the door for who is not. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { api, got, Refusal, setApiLanguage, type Me } from "@api/client";
import { forgetStream } from "@api/events";
import { meQuery } from "@api/queries";
import { Button, TextLine } from "./controls";
import { languages, useSpeech } from "./i18n";
import { Shape, Wrong } from "./states";

const Context = createContext<Me | null>(null);
/** The person at the screen. */
export function useMe(): Me {
  const me = useContext(Context);
  if (!me) throw new Error("outside <SignedIn>");
  return me;
}
export const may = (me: Me, deed: string) => me.deeds.includes(deed);
/** Staff work in the console, customers in the portal. */
export const homeOf = (me: { account?: unknown }) => (me.account ? "/portal/" : "/console/");

export function SignedIn({ workspace, more, children }: { workspace: "console" | "portal"; more?: ReactNode; children: ReactNode }) {
  const { setLanguage, language, setZone } = useSpeech();
  setApiLanguage(language === "en-XA" ? "en" : language);
  const me = useQuery(meQuery);
  const own = me.data?.language, zone = me.data?.tz;
  const asked = new URLSearchParams(location.search).get("lang");
  useEffect(() => { if (own && !asked) setLanguage(own); }, [own, asked]);
  useEffect(() => { if (zone) setZone(zone); }, [zone]);
  if (me.isPending) return <div className="door"><Shape rows={3} /></div>;
  if (me.isError) return <div className="door"><Wrong error={me.error} again={() => void me.refetch()} /></div>;
  if (!me.data) return <SignIn more={more} />;
  if (homeOf(me.data) !== `/${workspace}/`) { location.replace(homeOf(me.data)); return null; }
  return <Context value={me.data}>{children}</Context>;
}
function SignIn({ more }: { more?: ReactNode }) {
  const { say, language, setLanguage } = useSpeech();
  const client = useQueryClient();
  const [login, setLogin] = useState(""), [password, setPassword] = useState("");
  const [error, setError] = useState<Refusal | null>(null), [busy, setBusy] = useState(false);
  async function enter(e: React.FormEvent) {
    e.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { person } = await got(api.POST("/api/v1/sessions", { body: { login: login.trim(), password } }));
      forgetStream();
      if (!location.pathname.startsWith(homeOf(person))) { location.assign(homeOf(person)); return; }
      client.clear();
      await client.invalidateQueries({ queryKey: ["me"] });
      await client.refetchQueries({ queryKey: ["me"] });
    } catch (e) { if (e instanceof Refusal) setError(e); else throw e; } finally { setBusy(false); }
  }
  return (
    <main className="door">
      <form onSubmit={enter} noValidate>
        <p className="mark">{say("app.name")}</p>
        <h1>{say("sign_in.title")}</h1>
        <TextLine label={say("sign_in.login")} value={login} onChange={setLogin} autoComplete="username" autoFocus />
        <TextLine label={say("sign_in.password")} value={password} onChange={setPassword} type="password" autoComplete="current-password" />
        {error && <p role="alert" className="txt-late">{error.offline ? say("state.offline_detail") : error.status === 401 ? say("sign_in.wrong") : (error.detail ?? error.title)}</p>}
        <Button kind="go" type="submit" why={busy ? say("sign_in.busy") : null}>{say("sign_in.enter")}</Button>
        {more}
      </form>
      <LanguageChoice language={language} setLanguage={setLanguage} />
    </main>
  );
}
/** Languages by their own names. */
export function LanguageChoice({ language, setLanguage }: { language: string; setLanguage: (l: string) => void }) {
  return (
    <p className="x s">
      {languages.map((l) => (
        <button key={l} type="button" lang={l} className="link" aria-pressed={l === language} onClick={() => setLanguage(l)}>
          {new Intl.DisplayNames([l], { type: "language", languageDisplay: "standard" }).of(l === "zh-CN" ? "zh-Hans" : l)}
        </button>
      ))}
    </p>
  );
}
export async function signOut() {
  await got(api.DELETE("/api/v1/sessions/current")).catch(() => undefined);
  location.assign("/");
}
