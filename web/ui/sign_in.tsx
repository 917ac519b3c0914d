/** The door for who is not signed in. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, got, Refusal } from "@api/client";
import { forgetStream } from "@api/events";
import { Button } from "./button";
import { TextLine } from "./fields";
import { useSpeech } from "./i18n";
import { LanguageChoice } from "./languages";
import { homeOf } from "./session";

export default function SignIn({ more }: { more?: ReactNode }) {
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
      // Everything of who was here before goes; who is here now stays watched by the page and is asked again.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
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
