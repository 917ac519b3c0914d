/** Oneself: how the house writes, in which language and zone, what it may send and when; and a manager's colleagues. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, got, newKey, Refusal, type Me } from "@api/client";
import { applyTheme, keep, languages, recall, Shape, signOut, term, useMe, useSpeech, useTell, type Theme, type Word } from "@ui";
import { accountQuery, send } from "../../api";
import { callName } from "../../story";
import { useTitle } from "../../shell";
import "./me.css";

/** Says of a refused write what is wrong, in the reader's words. */
function useTry() {
  const { say } = useSpeech();
  const [fault, setFault] = useState<string | null>(null);
  const attempt = async (deed: () => Promise<unknown>): Promise<boolean> => {
    setFault(null);
    try { await deed(); return true; } catch (e) { setFault(e instanceof Refusal ? (e.offline ? say("state.offline_detail") : (e.fields[0]?.message ?? e.detail ?? e.title)) : say("state.wrong_detail")); return false; }
  };
  return { fault: fault && <p role="alert" className="txt-late">{fault}</p>, attempt };
}
export function Page() {
  const { say, language } = useSpeech(), me = useMe();
  useTitle(say("portal.me"));
  const account = useQuery({ ...accountQuery(me.account ?? ""), enabled: !!me.account }).data;
  return (
    <div className="me-page">
      <h1>{callName(me.name, language)}</h1>
      <p className="q">{[account?.account.name && callName(account.account.name, language), term(say, "role", me.role), me.email].filter(Boolean).join(" · ")}</p>
      <Profile me={me} />
      <Notices me={me} />
      {me.role === "customer_manager" && me.account && <Colleagues account={me.account} />}
      <Password />
      <section><h2>{say("me.leave")}</h2><p className="q">{say("me.leave_detail")}</p><p><button type="button" className="btn" onClick={() => void signOut()}>{say("me.sign_out")}</button></p></section>
    </div>
  );
}
function useRefresh() { const client = useQueryClient(); return () => client.refetchQueries({ queryKey: ["me"] }); }
const match = (me: Me) => ({ header: { "If-Match": `"${me.version}"` } });

function Profile({ me }: { me: Me }) {
  const { say, setLanguage, setZone, language } = useSpeech(), tell = useTell(), refresh = useRefresh(), { fault, attempt } = useTry();
  const [name, setName] = useState(me.name), [theme, setTheme] = useState<Theme>(() => recall<Theme>("theme", "system"));
  const zones = Intl.supportedValuesOf("timeZone");
  const change = async (part: { name?: string; language?: string; tz?: string }) => {
    if (await attempt(() => got(api.PATCH("/api/v1/me", { params: match(me), body: part })))) { if (part.language) setLanguage(part.language); if (part.tz) setZone(part.tz); await refresh(); tell(say("me.saved")); }
  };
  const own = (l: string) => new Intl.DisplayNames([l], { type: "language", languageDisplay: "standard" }).of(l === "zh-CN" ? "zh-Hans" : l);
  return (
    <section>
      <h2>{say("me.profile")}</h2>
      <div className="stack">
        <Field id="name" label={say("me.name")}><input id="name" className="field" value={name} autoComplete="name" onChange={(e) => setName(e.target.value)} onBlur={() => { const n = name.trim(); if (!n) setName(me.name); else if (n !== me.name) void change({ name: n }); }} /></Field>
        <div className="two">
          <Field id="language" label={say("me.language")}><select id="language" className="field" value={languages.includes(language) ? language : me.language} onChange={(e) => void change({ language: e.target.value })}>{languages.map((l) => <option key={l} value={l} lang={l}>{own(l)}</option>)}</select></Field>
          <Field id="zone" label={say("me.zone")}><select id="zone" className="field" value={me.tz} onChange={(e) => void change({ tz: e.target.value })}>{(zones.includes(me.tz) ? zones : [me.tz, ...zones]).map((z) => <option key={z} value={z}>{z.replaceAll("_", " ")}</option>)}</select></Field>
        </div>
        <fieldset className="seg"><legend>{say("me.theme")}</legend>{(["system", "light", "dark"] as const).map((t) => <label key={t}><input type="radio" name="theme" checked={theme === t} onChange={() => { setTheme(t); keep("theme", t); applyTheme(t); }} />{say(`me.theme_${t}`)}</label>)}</fieldset>
        {fault}
      </div>
    </section>
  );
}
function Notices({ me }: { me: Me }) {
  const { say } = useSpeech(), client = useQueryClient(), tell = useTell(), refresh = useRefresh(), { fault, attempt } = useTry();
  const prefs = useQuery({ queryKey: ["preferences"], queryFn: () => got(api.GET("/api/v1/preferences")) });
  const rows = prefs.data?.preferences ?? [], topics = [...new Set(rows.map((r) => r.topic))], ways = [...new Set(rows.map((r) => r.way))];
  const wanted = (topic: string, way: string) => rows.find((r) => r.topic === topic && r.way === way);
  const flip = async (topic: string, way: string, now: boolean) => { if (await attempt(() => got(api.PUT("/api/v1/preferences", { body: { preferences: [{ topic, way, wanted: now }] } })))) await client.invalidateQueries({ queryKey: ["preferences"] }); };
  const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`, minutes = (text: string) => { const [h, m] = text.split(":").map(Number); return h! * 60 + m!; };
  const mail = async (part: { quiet?: { from: number; to: number } | null; digest?: boolean }) => { if (await attempt(() => got(api.PUT("/api/v1/preferences/mail", { params: match(me), body: { quiet: me.quiet ?? null, digest: me.digest, ...part } })))) { await refresh(); tell(say("me.saved")); } };
  const topicName = (t: string) => { const said = say(`me.topic_${t}` as Word); return said === `me.topic_${t}` ? t : said; }, wayName = (w: string) => { const said = say(`me.way_${w}` as Word); return said === `me.way_${w}` ? w : said; };
  return (
    <section>
      <h2>{say("me.notices")}</h2>
      {prefs.isPending ? <Shape rows={4} /> : (
        <table>
          <tbody>
            <tr><th scope="col">{say("me.about")}</th>{ways.map((w) => <th key={w} scope="col">{wayName(w)}</th>)}</tr>
            {topics.map((t) => <tr key={t}><td>{topicName(t)}</td>{ways.map((w) => <td key={w}>{wanted(t, w) && <input type="checkbox" aria-label={`${topicName(t)} · ${wayName(w)}`} checked={wanted(t, w)!.wanted} onChange={(e) => void flip(t, w, e.target.checked)} />}</td>)}</tr>)}
          </tbody>
        </table>
      )}
      <div className="stack">
        <fieldset className="seg"><legend>{say("me.mail_when")}</legend>
          <label><input type="checkbox" checked={me.digest} onChange={(e) => void mail({ digest: e.target.checked })} />{say("me.digest")}</label>
          <label><input type="checkbox" checked={!!me.quiet} onChange={(e) => void mail({ quiet: e.target.checked ? { from: 22 * 60, to: 8 * 60 } : null })} />{say("me.quiet")}</label>
        </fieldset>
        {me.quiet && (
          <div className="two">
            <Field id="quiet-from" label={say("me.quiet_from")}><input id="quiet-from" type="time" className="field" defaultValue={clock(me.quiet.from)} onBlur={(e) => { if (e.target.value && minutes(e.target.value) !== me.quiet!.from) void mail({ quiet: { from: minutes(e.target.value), to: me.quiet!.to } }); }} /></Field>
            <Field id="quiet-to" label={say("me.quiet_to")}><input id="quiet-to" type="time" className="field" defaultValue={clock(me.quiet.to)} onBlur={(e) => { if (e.target.value && minutes(e.target.value) !== me.quiet!.to) void mail({ quiet: { from: me.quiet!.from, to: minutes(e.target.value) } }); }} /></Field>
          </div>
        )}
        {me.quiet && <p className="note">{say("me.quiet_detail")}</p>}
        {fault}
      </div>
    </section>
  );
}
function Password() {
  const { say } = useSpeech(), tell = useTell(), { fault, attempt } = useTry();
  const [old, setOld] = useState(""), [fresh, setFresh] = useState(""), [short, setShort] = useState(false);
  return (
    <section>
      <h2>{say("me.password")}</h2>
      <form noValidate onSubmit={async (e) => { e.preventDefault(); if (fresh.length < 10) { setShort(true); return; } if (await attempt(() => got(api.PUT("/api/v1/people/me/password", { body: { old, new: fresh } })))) { setOld(""); setFresh(""); tell(say("me.password_done")); } }}>
        <div className="two">
          <Field id="old" label={say("me.password_old")}><input id="old" type="password" className="field" autoComplete="current-password" value={old} onChange={(e) => setOld(e.target.value)} /></Field>
          <Field id="new" label={say("me.password_new")} help={say("me.password_help")} wrong={short}><input id="new" type="password" className="field" autoComplete="new-password" aria-invalid={short} aria-describedby="new-help" value={fresh} onChange={(e) => { setFresh(e.target.value); setShort(false); }} onBlur={() => setShort(!!fresh && fresh.length < 10)} /></Field>
        </div>
        {fault}
        <p><button className="btn">{say("me.password_change")}</button></p>
      </form>
    </section>
  );
}
function Colleagues({ account }: { account: string }) {
  const { say, language } = useSpeech(), me = useMe(), client = useQueryClient(), tell = useTell(), { fault, attempt } = useTry();
  const people = useQuery({ queryKey: ["people", account], queryFn: () => got(api.GET("/api/v1/people", { params: { query: { account, limit: 100 } } })) });
  const seen = useQuery(accountQuery(account)).data, contact = (seen?.account as { contact?: string | null } | undefined)?.contact, named = !!seen && "contact" in seen.account;
  const [open, setOpen] = useState(false), [name, setName] = useState(""), [email, setEmail] = useState(""), [role, setRole] = useState("contact"), [wrong, setWrong] = useState(false);
  const key = useState(() => ({ of: newKey() }))[0];
  const invite = async () => {
    if (!name.trim() || !/^\S+@\S+\.\S+$/.test(email.trim())) { setWrong(true); return; }
    const body = { account, role, name: name.trim(), email: email.trim(), language: me.language, tz: me.tz };
    const ok = await attempt(async () => {
      try { await got(api.POST("/api/v1/people", { params: { header: { "Idempotency-Key": key.of } }, body: { ...body, invite: true } as never })); } catch (e) {
        // A house that sends no invitations yet takes the colleague in all the same.
        if (!(e instanceof Refusal && e.fields.some((f) => f.field === "invite"))) throw e;
        key.of = newKey();
        await got(api.POST("/api/v1/people", { params: { header: { "Idempotency-Key": key.of } }, body }));
      }
    });
    if (ok) { key.of = newKey(); setName(""); setEmail(""); setOpen(false); tell(say("me.invited", { name: body.name })); await client.invalidateQueries({ queryKey: ["people", account] }); }
  };
  const make = async (person: string | null) => { if (await attempt(() => send("PUT", `/accounts/${account}/contact`, newKey(), { person }, { "if-match": `"${seen!.account.version}"` }))) { await client.invalidateQueries({ queryKey: ["account", account] }); tell(say("me.saved")); } };
  return (
    <section>
      <h2>{say("me.colleagues")}</h2>
      <p className="q">{say("me.colleagues_detail")}</p>
      {people.isPending ? <Shape rows={3} /> : (
        <ul className="rows people">
          {people.data?.items.map((p) => <li key={p.id}><span className="grow"><b>{callName(p.name, language)}</b> <span className="m">{term(say, "role", p.role)}{contact === p.id && ` · ${say("me.contact")}`}{!p.active && ` · ${say("me.inactive")}`}</span><br /><span className="s m">{p.email}</span></span>{named && p.active && (contact === p.id ? <button type="button" className="link" onClick={() => void make(null)}>{say("me.contact_end")}</button> : <button type="button" className="link" onClick={() => void make(p.id)}>{say("me.contact_make")}</button>)}</li>)}
        </ul>
      )}
      {open ? (
        <form noValidate onSubmit={(e) => { e.preventDefault(); void invite(); }}>
          <div className="two">
            <Field id="invite-name" label={say("me.name")}><input id="invite-name" className="field" autoFocus value={name} onChange={(e) => { setName(e.target.value); setWrong(false); }} /></Field>
            <Field id="invite-mail" label={say("me.email")}><input id="invite-mail" type="email" className="field" autoComplete="off" value={email} onChange={(e) => { setEmail(e.target.value); setWrong(false); }} /></Field>
          </div>
          <fieldset className="seg"><legend>{say("me.sees")}</legend>{(["contact", "customer_manager"] as const).map((r) => <label key={r}><input type="radio" name="role" checked={role === r} onChange={() => setRole(r)} />{say(`me.sees_${r}`)}</label>)}</fieldset>
          {wrong && <p role="alert" className="txt-late">{say("me.invite_wrong")}</p>}
          <div className="x"><button className="btn go">{say("me.invite_send")}</button><button type="button" className="btn bare" onClick={() => setOpen(false)}>{say("form.cancel")}</button></div>
        </form>
      ) : <p><button type="button" className="btn" onClick={() => setOpen(true)}>{say("me.invite")}</button></p>}
      {fault}
    </section>
  );
}
function Field({ id, label, help, wrong, children }: { id: string; label: string; help?: string; wrong?: boolean; children: ReactNode }) {
  return <div className="item"><label htmlFor={id}>{label}</label>{children}{help && <span id={`${id}-help`} className={wrong ? "s txt-late" : "s m"} role={wrong ? "alert" : undefined}>{help}</span>}</div>;
}
