/** Ways in without a password: a letter with a link, and an invitation. Loaded only by who stands outside. */
import { useState, type FormEvent } from "react";
import { newKey, type Refusal } from "@api/client";
import { LanguageChoice, useSpeech } from "@ui";
import { send } from "./api";

/** What stands behind `#` never leaves the browser by itself; a press uses it, so that no preview of a mail program does. */
const secret = () => location.hash.slice(1);
const words = (e: unknown, offline: string) => ((e as Refusal).offline ? offline : ((e as Refusal).detail ?? (e as Refusal).title));

export function Enter({ by }: { by: "link" | "invitation" }) {
  const { say, language, setLanguage } = useSpeech();
  const [token] = useState(secret), [password, setPassword] = useState(""), [fault, setFault] = useState<string | null>(null), [busy, setBusy] = useState(false);
  const enter = async (e: FormEvent) => {
    e.preventDefault();
    if (by === "invitation" && password.length < 10) { setFault(say("me.password_help")); return; }
    setBusy(true);
    setFault(null);
    try {
      await (by === "link" ? send("POST", "/sessions/link/use", newKey(), { token }) : send("POST", "/invitations/accept", newKey(), { token, password }));
      location.replace("/portal/");
    } catch (e) { setFault(words(e, say("state.offline_detail"))); setBusy(false); }
  };
  return (
    <main className="door portal">
      <form onSubmit={(e) => void enter(e)} noValidate>
        <p className="mark">{say("app.name")}</p>
        <h1>{say(`door.title_${by}`)}</h1>
        <p className="q">{token ? say(`door.text_${by}`) : say("door.no_secret")}</p>
        {by === "invitation" && token && <div className="item"><label htmlFor="password">{say("me.password_new")}</label><input id="password" type="password" className="field" autoComplete="new-password" aria-describedby="password-help" value={password} onChange={(e) => { setPassword(e.target.value); setFault(null); }} /><span id="password-help" className="s m">{say("me.password_help")}</span></div>}
        {fault && <p role="alert" className="txt-late">{fault}</p>}
        {token ? <button className="btn go" disabled={busy}>{say(busy ? "sign_in.busy" : "sign_in.enter")}</button> : null}
        <p className="s"><a href="/portal/">{say("door.other")}</a></p>
      </form>
      <LanguageChoice language={language} setLanguage={setLanguage} />
    </main>
  );
}
/** Below the password: a letter instead. The answer tells nobody whether the address is known. */
export default function AskLink() {
  const { say } = useSpeech();
  const [open, setOpen] = useState(false), [email, setEmail] = useState(""), [sent, setSent] = useState(false), [fault, setFault] = useState<string | null>(null);
  const ask = async () => {
    if (!/^\S+@\S+\.\S+$/.test(email.trim())) { setFault(say("door.mail_wrong")); return; }
    setFault(null);
    try { await send("POST", "/sessions/link", newKey(), { email: email.trim() }); setSent(true); } catch (e) { setFault((e as Refusal).status === 404 ? say("door.no_letters") : words(e, say("state.offline_detail"))); }
  };
  if (sent) return <p role="status">{say("door.sent", { email: email.trim() })}</p>;
  if (!open) return <p className="s"><button type="button" className="link" onClick={() => setOpen(true)}>{say("door.ask")}</button></p>;
  return (
    <div className="item">
      <label htmlFor="link-mail">{say("me.email")}</label>
      <input id="link-mail" type="email" className="field" autoComplete="email" autoFocus value={email} onChange={(e) => { setEmail(e.target.value); setFault(null); }} onKeyDown={(e) => { if (e.key === "Enter" && !e.nativeEvent.isComposing) { e.preventDefault(); void ask(); } }} />
      {fault && <p role="alert" className="txt-late">{fault}</p>}
      <p><button type="button" className="btn" onClick={() => void ask()}>{say("door.send")}</button></p>
    </div>
  );
}
