/** Oneself: who one is, when one is there, what one is told, what may act in one's name. */
import "./me.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { applyTheme, Button, Dialog, Select, signOut, term, TextLine, useKept, useMe, useNow, useSay, useSpeech, useTell, useWhen, type Theme, type Word } from "@ui";
import { Asked, Check, Confirm, Ends, family, Frame, fromField, Refused, Secret, toField, useDeed, version, When_ } from "../desk/kit";
import { languageChoices } from "../customers/forms";

export function Page() {
  const say = useSay(), me = useMe();
  return (
    <Frame title={say("me.title")}>
      <div className="cols me-cols">
        <div><Notices /><Tokens /></div>
        <div><Here /><Profile key={me.version} /><Look /><Password /></div>
      </div>
    </Frame>
  );
}
const HOUR = 3_600_000;
/** Away until an instant, or back. */
function Here() {
  const say = useSay(), me = useMe(), when = useWhen(), now = useNow();
  const [open, setOpen] = useState(false), [until, setUntil] = useState("");
  const tell = useTell();
  const away = me.away_until && Date.parse(me.away_until) > now;
  const deed = useDeed((at: string | null, key: string) => got(api.PUT("/api/v1/people/me/availability", { params: { header: { "Idempotency-Key": key } }, body: { away_until: at as never } })),
    { old: [["me"], ["people"]], then: (p) => { setOpen(false); const was = me.away_until ?? null; tell(p.away_until ? say("me.now_away") : say("me.now_back"), () => void deed.run(was as string | null)); } });
  const tomorrow = () => { const text = toField(Date.now() + 24 * HOUR, when.zone); return fromField(`${text.slice(0, 10)}T09:00`, when.zone); };
  return (
    <section>
      <h2>{say("me.availability")}</h2>
      <p>{away ? <span className="away">{say("me.away_until", { at: when.short(me.away_until!, now) })}</span> : say("me.here")}</p>
      <p className="s m">{say("me.away_help")}</p>
      <div className="x me-acts">
        {away ? <Button kind="go" onPress={() => void deed.run(null)}>{say("me.back")}</Button> : (
          <>
            <Button onPress={() => void deed.run(new Date(Date.now() + 2 * HOUR).toISOString())}>{say("me.away_two")}</Button>
            <Button onPress={() => void deed.run(tomorrow())}>{say("me.away_tomorrow")}</Button>
            <Button kind="bare" onPress={() => { setUntil(toField(Date.now() + 24 * HOUR, when.zone)); setOpen(true); }}>{say("me.away_other")}</Button>
          </>
        )}
      </div>
      {!open && <Refused error={deed.refusal} />}
      <Dialog title={say("me.away_other")} open={open} onClose={() => setOpen(false)}>
        <form onSubmit={(e) => { e.preventDefault(); if (until) void deed.run(fromField(until, when.zone)); }}>
          <When_ type="datetime-local" label={say("me.until")} value={until} onChange={setUntil} help={when.zone} error={deed.refusal?.field("away_until") ?? null} />
          <Ends act={say("me.go_away")} busy={deed.busy} refusal={deed.refusal} shown={["away_until"]} onClose={() => setOpen(false)} />
        </form>
      </Dialog>
    </section>
  );
}
function Profile() {
  const say = useSay(), me = useMe(), { setLanguage } = useSpeech();
  const [name, setName] = useState(me.name), [language, chooseLanguage] = useState(me.language), [tz, setTz] = useState(me.tz);
  const deed = useDeed((_: undefined, key: string) => got(api.PATCH("/api/v1/me", { params: { header: { ...version(me.version), "Idempotency-Key": key } }, body: { name: name.trim(), language, tz: tz.trim() } })),
    { old: [["me"], ["people"]], told: say("me.saved"), then: () => setLanguage(language) });
  const changed = name !== me.name || language !== me.language || tz !== me.tz;
  const zones = (Intl as { supportedValuesOf?: (k: string) => string[] }).supportedValuesOf?.("timeZone") ?? [];
  return (
    <section>
      <h2>{say("me.profile")}</h2>
      <form className="me-form" noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <dl className="kv"><dt>{say("me.role")}</dt><dd>{term(say, "role", me.role)}{me.tier > 0 && <> · {say("me.tier", { n: me.tier })}</>}</dd><dt>{say("me.login")}</dt><dd>{me.login}</dd><dt>{say("me.email")}</dt><dd>{me.email}</dd></dl>
        <TextLine label={say("me.name")} value={name} onChange={setName} error={deed.refusal?.field("name") ?? null} />
        <Select label={say("me.language")} choices={languageChoices()} value={language} onChange={chooseLanguage} />
        <Select label={say("me.zone")} choices={(zones.includes(tz) ? zones : [tz, ...zones]).map((z) => ({ id: z, name: z.replaceAll("_", " ") }))} value={tz} onChange={setTz} error={deed.refusal?.field("tz") ?? null} />
        <Refused error={deed.refusal} shown={["name", "tz"]} />
        {changed && <div className="x"><Button kind="go" type="submit" why={deed.busy ? say("desk.busy") : null}>{say("desk.save")}</Button></div>}
      </form>
    </section>
  );
}
/** How it looks on this screen. */
function Look() {
  const say = useSay();
  const [theme, setTheme] = useKept<Theme>("theme", "system"), [density, setDensity] = useKept<"comfortable" | "compact">("density", "comfortable");
  useEffect(() => { document.documentElement.dataset.density = density; }, [density]);
  const themes: Theme[] = ["system", "light", "dark"];
  return (
    <section>
      <h2>{say("me.look")}</h2><p className="s m">{say("me.look_help")}</p>
      <div className="two-lines">
        <fieldset className="item"><legend>{say("me.theme")}</legend><div className="x">{themes.map((t) => <label key={t} className="check"><input type="radio" name="theme" checked={theme === t} onChange={() => { setTheme(t); applyTheme(t); }} /><span>{say(`me.theme_${t}` as Word)}</span></label>)}</div></fieldset>
        <fieldset className="item"><legend>{say("me.density")}</legend><div className="x">{(["comfortable", "compact"] as const).map((d) => <label key={d} className="check"><input type="radio" name="density" checked={density === d} onChange={() => setDensity(d)} /><span>{say(`me.density_${d}` as Word)}</span></label>)}</div></fieldset>
      </div>
    </section>
  );
}
function Password() {
  const say = useSay();
  const [open, setOpen] = useState(false), [old, setOld] = useState(""), [fresh, setFresh] = useState(""), [left, setLeft] = useState(false);
  const close = () => { setOpen(false); setOld(""); setFresh(""); setLeft(false); deed.clear(); };
  const deed = useDeed(() => got(api.PUT("/api/v1/people/me/password", { body: { old, new: fresh } })), { told: say("me.password_changed"), then: () => close() });
  const short = left && fresh.length < 10 ? say("me.password_short") : null;
  return (
    <section>
      <h2>{say("me.access")}</h2><p className="s m">{say("me.access_help")}</p>
      <div className="x me-acts"><Button onPress={() => setOpen(true)}>{say("me.change_password")}</Button><Button kind="bare" onPress={() => void signOut()}>{say("me.sign_out")}</Button></div>
      <Dialog title={say("me.change_password")} open={open} onClose={close}>
        <form noValidate onSubmit={(e) => { e.preventDefault(); setLeft(true); if (fresh.length >= 10) void deed.run(undefined); }}>
          <TextLine type="password" label={say("me.old_password")} value={old} onChange={setOld} autoComplete="current-password" error={deed.refusal?.field("old") ?? null} autoFocus />
          <TextLine type="password" label={say("me.new_password")} value={fresh} onChange={setFresh} onBlur={() => setLeft(!!fresh)} autoComplete="new-password" help={short ? undefined : say("me.password_help")} error={short ?? deed.refusal?.field("new") ?? null} />
          <Ends act={say("me.change_password")} busy={deed.busy} refusal={deed.refusal} shown={["old", "new"]} onClose={close} />
        </form>
      </Dialog>
    </section>
  );
}
const clock = (m: number) => `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
const minutes = (t: string) => Number(t.slice(0, 2)) * 60 + Number(t.slice(3, 5));
function Notices() {
  const say = useSay(), me = useMe(), client = useQueryClient(), when = useWhen();
  const asked = useQuery({ queryKey: ["preferences"], queryFn: () => got(api.GET("/api/v1/preferences")) });
  const wish = useDeed((p: Schemas["PreferenceOut"], key: string) => {
    client.setQueryData<Schemas["PreferencesOut"]>(["preferences"], (was) => was && { preferences: was.preferences.map((o) => (o.topic === p.topic && o.way === p.way ? p : o)) });
    return got(api.PUT("/api/v1/preferences", { params: { header: { "Idempotency-Key": key } }, body: { preferences: [p] } }));
  }, { old: [["preferences"]] });
  const mail = useDeed((body: Schemas["SettingsIn"], key: string) => got(api.PUT("/api/v1/preferences/mail", { params: { header: { ...version(me.version), "Idempotency-Key": key } }, body })), { old: [["me"]], told: say("me.saved") });
  const [from, setFrom] = useState(clock(me.quiet?.from ?? 22 * 60)), [to, setTo] = useState(clock(me.quiet?.to ?? 8 * 60));
  const set = (quiet: Schemas["QuietOut"] | null, digest: boolean) => void mail.run({ quiet, digest });
  const hours = { from: minutes(from), to: minutes(to) };
  const differs = me.quiet && (me.quiet.from !== hours.from || me.quiet.to !== hours.to);
  return (
    <section>
      <h2>{say("me.notices")}</h2><p className="q">{say("me.notices_help")}</p>
      <Asked of={asked}>{({ preferences }) => {
        const topics = [...new Set(preferences.map((p) => p.topic))], ways = [...new Set(preferences.map((p) => p.way))];
        return (
          <table className="mid prefs"><thead><tr><th scope="col">{say("me.topic")}</th>{ways.map((w) => <th key={w} scope="col">{family(say, `me.way_${w}`, w)}</th>)}</tr></thead>
            <tbody>{topics.map((t) => (
              <tr key={t}><th scope="row">{family(say, `me.topic_${t}`, t)}</th>
                {ways.map((w) => { const p = preferences.find((p) => p.topic === t && p.way === w); return <td key={w}>{p && <input type="checkbox" checked={p.wanted} onChange={(e) => void wish.run({ ...p, wanted: e.target.checked })} aria-label={`${family(say, `me.topic_${t}`, t)}, ${family(say, `me.way_${w}`, w)}`} />}</td>; })}
              </tr>
            ))}</tbody></table>
        );
      }}</Asked>
      <Refused error={wish.refusal} />
      <div className="me-mail">
        <Check on={me.digest} onChange={(d) => set(me.quiet ?? null, d)} more={say("me.digest_help")}>{say("me.digest")}</Check>
        <Check on={!!me.quiet} onChange={(q) => set(q ? hours : null, me.digest)} more={say("me.quiet_help", { zone: when.zone })}>{say("me.quiet")}</Check>
        {me.quiet && <div className="x quiet-hours"><When_ type="time" label={say("me.quiet_from")} value={from} onChange={setFrom} /><When_ type="time" label={say("me.quiet_to")} value={to} onChange={setTo} />{differs && <Button kind="go" onPress={() => set(hours, me.digest)}>{say("desk.save")}</Button>}</div>}
        <Refused error={mail.refusal} />
      </div>
    </section>
  );
}
const deedName = (say: (w: Word) => string, d: string) => family(say, `me.deed_${d.replaceAll(".", "_")}`, d);
function Tokens() {
  const say = useSay(), when = useWhen(), now = useNow();
  const asked = useQuery({ queryKey: ["tokens"], queryFn: () => got(api.GET("/api/v1/tokens")) });
  const [making, setMaking] = useState(false), [secret, setSecret] = useState<string | null>(null), [ending, setEnding] = useState<Schemas["TokenOut"] | null>(null);
  const end = useDeed((_: undefined, key: string) => got(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: ending!.id as string }, header: { "Idempotency-Key": key } } })), { old: [["tokens"]], told: say("me.token_ended"), then: () => setEnding(null) });
  const ended = (t: Schemas["TokenOut"]) => t.revoked_at || (t.expires_at && Date.parse(t.expires_at) <= now);
  return (
    <section>
      <div className="x"><h2 className="grow">{say("me.tokens")}</h2><Button onPress={() => setMaking(true)}>{say("me.token_new")}</Button></div>
      <p className="q">{say("me.tokens_help")}</p>
      <Asked of={asked} rows={2}>{({ items }) => !items.length ? <p className="q below">{say("me.tokens_none")}</p> : (
        <table className="stack mid"><thead><tr><th>{say("me.token_name")}</th><th>{say("me.token_scopes")}</th><th>{say("me.token_expires")}</th><th>{say("me.token_used")}</th><td /></tr></thead>
          <tbody>{items.map((t) => (
            <tr key={t.id} className={ended(t) ? "ended" : ""}><th scope="row">{t.name} <span className="s m">{t.hint}…</span></th>
              <td className="full q">{t.scopes.includes("*") ? say("me.scope_all") : t.scopes.map((s) => deedName(say, s)).join(say("plans.and"))}</td>
              <td data-k={say("me.token_expires")}>{t.revoked_at ? say("me.token_revoked") : t.expires_at ? when.date(t.expires_at) : ""}</td><td className="m" data-k={say("me.token_used")}>{t.last_used_at ? when.ago(t.last_used_at, now) : say("me.token_unused")}</td>
              <td className="acts">{!ended(t) && <Button kind="bare" onPress={() => setEnding(t)} aria-label={say("me.revoke_name", { name: t.name })}>{say("me.revoke")}</Button>}</td></tr>
          ))}</tbody></table>
      )}</Asked>
      {making && <NewToken onClose={() => setMaking(false)} onDone={(s) => { setMaking(false); setSecret(s); }} />}
      <Dialog title={say("me.token_secret")} open={secret !== null} onClose={() => setSecret(null)}><Secret text={secret ?? ""} words={say("me.secret_once")} onClose={() => setSecret(null)} /></Dialog>
      <Confirm title={say("me.revoke")} words={say("me.revoke_words", { name: ending?.name ?? "" })} act={say("me.revoke")} open={!!ending} onClose={() => setEnding(null)} deed={end} />
    </section>
  );
}
const DAYS = ["30", "90", "180", "365"];
function NewToken({ onClose, onDone }: { onClose: () => void; onDone: (secret: string) => void }) {
  const say = useSay(), me = useMe();
  const [name, setName] = useState(""), [scopes, setScopes] = useState<string[]>([]), [all, setAll] = useState(false), [days, setDays] = useState("90");
  const deed = useDeed((_: undefined, key: string) => got(api.POST("/api/v1/tokens", {
    params: { header: { "Idempotency-Key": key } },
    body: { name: name.trim(), scopes: all ? ["*"] : scopes, expires_at: new Date(Date.now() + Number(days) * 24 * HOUR - 60_000).toISOString() as never },
  })), { old: [["tokens"]], then: (r) => onDone(r.secret) });
  return (
    <Dialog title={say("me.token_new")} open onClose={onClose} wide>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <div className="two"><TextLine label={say("me.token_name")} help={say("me.token_name_help")} value={name} onChange={setName} error={deed.refusal?.field("name") ?? null} autoFocus />
          <Select label={say("me.token_expires")} value={days} onChange={setDays} choices={DAYS.map((d) => ({ id: d, name: say("me.in_days", { n: Number(d) }) }))} error={deed.refusal?.field("expires_at") ?? null} /></div>
        <fieldset className="item"><legend>{say("me.token_scopes")}</legend>
          <Check on={all} onChange={setAll}>{say("me.scope_all")}</Check>
          {!all && <div className="checks">{me.deeds.map((d) => <Check key={d} on={scopes.includes(d)} onChange={(on) => setScopes(on ? [...scopes, d] : scopes.filter((s) => s !== d))}>{deedName(say, d)}</Check>)}</div>}
        </fieldset>
        <Ends act={say("me.token_make")} busy={deed.busy} refusal={deed.refusal} shown={["name", "expires_at"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
