/** The vendor's people: what they can do, what they carry, whether they are there; and who is on which duty. */
import "./people.css";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { Button, Dialog, Empty, may, Select, term, TextLine, useMe, useNow, useSay, useSpeech, useWhen, Wrong } from "@ui";
import { Asked, Check, Confirm, Ends, family, Find, Frame, fromField, Meter, peopleQuery, toField, useDeed, useNames, version, When_, type Person } from "../desk/kit";
import { languageChoices } from "../customers/forms";
import { calendarName } from "../plans/cells";
import { Groups, inGroup, type Group } from "./groups";
import { TagsField } from "./tags";

const ROLES = ["engineer", "tam", "duty_chief", "quality", "finance", "administrator"];
const ORDER = ["duty_chief", "tam", "engineer", "quality", "finance", "administrator"];
export function Page() {
  const say = useSay(), me = useMe(), now = useNow(), when = useWhen(), { language } = useSpeech();
  const people = useQuery(peopleQuery);
  const [text, setText] = useState(""), [form, setForm] = useState<Person | "new" | null>(null), [gone, setGone] = useState(false), [group, setGroup] = useState<Group | null>(null);
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const mayEdit = may(me, "person.edit");
  return (
    <Frame
      title={say("people.title")}
      tools={<><Find label={say("people.find")} value={text} onChange={setText} />{mayEdit && <Button kind="go" onPress={() => setForm("new")}>{say("people.add")}</Button>}</>}
    >
      <Asked of={people}>{(all) => {
        const staff = all.filter((p) => !p.account);
        const found = staff.filter((p) => (gone || p.active) && (!group || inGroup(p, group)) && (!wanted || [p.name, p.login, p.email, ...p.skills, term(say, "role", p.role)].some((t) => t.toLowerCase().includes(wanted))))
          .sort((a, b) => Number(b.active) - Number(a.active) || ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || a.tier - b.tier || a.name.localeCompare(b.name));
        const left = staff.filter((p) => !p.active).length;
        return (
          <section>
            {group && <p className="x in-group"><b>{say("people.of_group", { group: say("people.group_of", { ...group }) })}</b><button type="button" className="link" onClick={() => setGroup(null)}>{say("people.whole")}</button></p>}
            {!found.length ? <Empty title={say("desk.none_found", { text })}><Button onPress={() => { setText(""); setGroup(null); }}>{say("desk.clear")}</Button></Empty> : (
              <table className="stack mid"><thead><tr><th>{say("people.name")}</th><th>{say("people.role")}</th><th>{say("people.skills")}</th><th>{say("people.languages")}</th><th>{say("people.load")}</th><th>{say("people.there")}</th>{mayEdit && <td />}</tr></thead>
                <tbody>{found.map((p) => (
                  <tr key={p.id} className={p.active ? "" : "ended"}>
                    <th scope="row">{p.name} <span className="s m">{p.login}</span></th>
                    <td className="q">{term(say, "role", p.role)}{p.tier > 0 && <span className="m"> {say("people.tier", { n: p.tier })}</span>}</td>
                    <td className="full"><span className="tags">{p.skills.map((s) => <span key={s} className="tag">{s === "*" ? say("people.any_skill") : s}</span>)}</span></td>
                    <td className="q">{p.languages.map((l) => languageName(l, language)).join(say("plans.and"))}</td>
                    <td>{p.capacity > 0 && <Meter used={p.load} of={p.capacity} words={say("people.load_of", { load: p.load, capacity: p.capacity })} />}</td>
                    <td>{!p.active ? say("people.left") : p.away_until && Date.parse(p.away_until) > now ? <span className="away">{say("people.away", { at: when.short(p.away_until, now) })}</span> : <span className="q">{say("people.here")}</span>}</td>
                    {mayEdit && <td className="acts"><Button kind="bare" onPress={() => setForm(p)} aria-label={say("people.edit_name", { name: p.name })}>{say("desk.edit")}</Button></td>}
                  </tr>
                ))}</tbody></table>
            )}
            {left > 0 && <p className="below"><Check on={gone} onChange={setGone}>{say("people.show_left", { n: left })}</Check></p>}
          </section>
        );
      }}</Asked>
      {people.data && <Groups people={people.data.filter((p) => !p.account && p.active)} chosen={group} onChoose={setGroup} />}
      {may(me, "rota.read") && <Rota />}
      {form && <PersonForm person={form === "new" ? undefined : form} onClose={() => setForm(null)} />}
    </Frame>
  );
}
/** A code that is none is shown as it is. */
function languageName(code: string, inLanguage: string): string {
  try { return new Intl.DisplayNames([inLanguage === "en-XA" ? "en" : inLanguage], { type: "language" }).of(code) ?? code; } catch { return code; }
}

const NO_CALENDAR = "-";
function PersonForm({ person, onClose }: { person?: Person; onClose: () => void }) {
  const { say, language: shown } = useSpeech(), when = useWhen(), people = useQuery(peopleQuery), calendars = useQuery({ queryKey: ["calendars"], queryFn: () => got(api.GET("/api/v1/calendars")) });
  const staff = (people.data ?? []).filter((p) => !p.account), known = (of: (p: Person) => string[]) => [...new Set(staff.flatMap(of))].sort();
  const [role, setRole] = useState(person?.role ?? "engineer"), [tier, setTier] = useState(String(person?.tier || 1)), [name, setName] = useState(person?.name ?? ""), [login, setLogin] = useState("");
  const [email, setEmail] = useState(person?.email ?? ""), [language, setLanguage] = useState(person?.language ?? "zh-CN"), [tz, setTz] = useState(person?.tz ?? when.zone);
  const [skills, setSkills] = useState(person?.skills ?? []), [speaks, setSpeaks] = useState(person?.languages ?? ["zh-CN"]), [calendar, setCalendar] = useState(person?.work_calendar ?? NO_CALENDAR), [invite, setInvite] = useState(!person), [capacity, setCapacity] = useState(String(person?.capacity ?? 15));
  const [password, setPassword] = useState(""), [active, setActive] = useState(person?.active ?? true);
  const deed = useDeed(async (_: undefined, key: string) => {
    const common = { role, name: name.trim(), email: email.trim(), language, tz: tz.trim(), skills, languages: speaks, ...(calendar === NO_CALENDAR ? {} : { work_calendar: calendar }), capacity: Number(capacity) || 0, ...(role === "engineer" ? { tier: Number(tier) } : {}), ...(password ? { password } : {}) };
    return person
      ? got(api.PATCH("/api/v1/people/{id}", { params: { path: { id: person.id as string }, header: { ...version(person.version), "Idempotency-Key": key } }, body: { ...common, ...(active === person.active ? {} : { active }) } }))
      : got(api.POST("/api/v1/people", { params: { header: { "Idempotency-Key": key } }, body: { ...common, ...(login.trim() ? { login: login.trim() } : {}), ...(invite && !password ? { invite: true } : {}) } as Schemas["PersonIn"] }));
  }, { old: [["people"], ["me"]], told: say(person ? "people.saved" : "people.made"), then: onClose });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  return (
    <Dialog title={person ? person.name : say("people.add")} open onClose={onClose} wide>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <div className="two">
          <TextLine label={say("people.name")} value={name} onChange={setName} error={fault("name")} autoFocus />
          <TextLine label={say("people.email")} type="email" value={email} onChange={setEmail} error={fault("email")} />
          <Select label={say("people.role")} choices={ROLES.map((r) => ({ id: r, name: term(say, "role", r) }))} value={role} onChange={setRole} error={fault("role")} />
          {role === "engineer" && <Select label={say("people.tier_label")} choices={["1", "2", "3", "4"].map((t) => ({ id: t, name: say("people.tier", { n: Number(t) }) }))} value={tier} onChange={setTier} error={fault("tier")} />}
          {!person && <TextLine label={say("people.login")} optional help={say("people.login_help")} value={login} onChange={setLogin} error={fault("login")} />}
          <TextLine label={say(person ? "people.password_new" : "people.password")} optional type="password" autoComplete="new-password" help={say(person ? "people.password_ends" : "people.password_help")} value={password} onChange={setPassword} error={fault("password")} />
          <Select label={say("people.language")} choices={languageChoices()} value={language} onChange={setLanguage} error={fault("language")} />
          <TextLine label={say("people.zone")} value={tz} onChange={setTz} error={fault("tz")} />
          <TagsField label={say("people.skills")} help={say("people.skills_help")} value={skills} onChange={setSkills} known={[...known((p) => p.skills), "*"]} name={(s) => (s === "*" ? say("people.any_skill") : s)} error={fault("skills")} />
          <TagsField label={say("people.languages")} help={say("people.languages_help")} value={speaks} onChange={setSpeaks} known={[...known((p) => p.languages), "zh-CN", "en"]} name={(l) => languageName(l, shown)} error={fault("languages")} />
          <TextLine label={say("people.capacity")} help={say("people.capacity_help")} inputMode="numeric" value={capacity} onChange={(t) => setCapacity(t.replace(/\D/g, ""))} error={fault("capacity")} />
          <Select label={say("people.work_calendar")} help={say("people.work_calendar_help")} value={calendar} onChange={setCalendar} choices={[...(person?.work_calendar ? [] : [{ id: NO_CALENDAR, name: say("people.no_calendar") }]), ...[...new Set((calendars.data?.items ?? []).map((c) => c.id))].map((id) => ({ id, name: calendarName(id, say) }))]} error={fault("work_calendar")} />
        </div>
        {!person && <Check on={invite && !password} onChange={setInvite}>{say("people.invite")}</Check>}
        {person && <Check on={active} onChange={setActive} more={active ? undefined : say("people.inactive_help")}>{say("people.active")}</Check>}
        <Ends act={person ? say("desk.save") : say("people.add")} busy={deed.busy} refusal={deed.refusal} shown={["name", "email", "role", "tier", "login", "password", "language", "tz", "skills", "languages", "capacity", "work_calendar"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
const DUTIES = ["duty_chief", "manager", "goc", "group", "fallback"];
function Rota() {
  const say = useSay(), me = useMe(), when = useWhen(), now = useNow(), names = useNames();
  const all = useQueries({ queries: DUTIES.map((duty) => ({ queryKey: ["rota", duty], queryFn: () => got(api.GET("/api/v1/rota", { params: { query: { duty } } })) })) });
  const [adding, setAdding] = useState<string | null>(null), [ending, setEnding] = useState<Schemas["ShiftOut"] | null>(null);
  const edits = may(me, "rota.edit");
  const end = useDeed((_: undefined, key: string) => got(api.DELETE("/api/v1/rota/{id}", { params: { path: { id: ending!.id as string }, query: { duty: ending!.duty }, header: { "Idempotency-Key": key } } })), { old: [["rota"]], told: say("people.shift_ended"), then: () => setEnding(null) });
  const duty = (d: string) => family(say, `people.duty_${d}`, d);
  return (
    <section>
      <div className="x"><h2 className="grow">{say("people.rota")}</h2>{edits && <Button onPress={() => setAdding("duty_chief")}>{say("people.shift_add")}</Button>}</div>
      <p className="q">{say("people.rota_help")}</p>
      <dl className="rota">
        {DUTIES.map((d, i) => {
          const shifts = [...(all[i]!.data?.items ?? [])].sort((a, b) => a.position - b.position || Date.parse(a.from) - Date.parse(b.from));
          return (
            <div key={d}>
              <dt>{duty(d)}<span className="s m">{say(`people.duty_${d}_help` as "people.duty_goc_help")}</span></dt>
              <dd>{all[i]!.isError ? <Wrong error={all[i]!.error} /> : !shifts.length ? <span className="m">{all[i]!.isPending ? "…" : say("people.nobody_on")}</span> : (
                <ul>{shifts.map((s) => {
                  const on = Date.parse(s.from) <= now;
                  return (
                    <li key={s.id} className="x"><span className={on ? "row-link" : "q"}>{names.person(s.person) || "…"}</span><span className={`tag ${on ? "on" : ""}`}>{on ? say("people.on_now") : say("people.on_later")}</span>
                      <span className="q">{when.short(s.from, now)} – {s.to ? when.short(s.to, now) : say("people.open_end")}</span>{shifts.length > 1 && <span className="s m">{say("people.called", { n: shifts.indexOf(s) + 1 })}</span>}
                      {edits && <Button kind="bare" onPress={() => setEnding(s)} aria-label={say("people.end_name", { name: names.person(s.person), duty: duty(d) })}>{say("people.end")}</Button>}</li>
                  );
                })}</ul>
              )}</dd>
            </div>
          );
        })}
      </dl>
      {adding && <ShiftForm first={adding} onClose={() => setAdding(null)} />}
      <Confirm title={say("people.end")} words={say("people.end_words", { name: names.person(ending?.person), duty: duty(ending?.duty ?? "") })} act={say("people.end")} open={!!ending} onClose={() => setEnding(null)} deed={end} />
    </section>
  );
}
function ShiftForm({ first, onClose }: { first: string; onClose: () => void }) {
  const say = useSay(), when = useWhen(), names = useNames();
  const [duty, setDuty] = useState(first), [person, setPerson] = useState<string | null>(null), [from, setFrom] = useState(toField(Date.now(), when.zone)), [to, setTo] = useState(""), [position, setPosition] = useState("1");
  const deed = useDeed((_: undefined, key: string) => got(api.POST("/api/v1/rota", { params: { header: { "Idempotency-Key": key } }, body: { duty, person: (person ?? "") as never, position: Number(position) || 0, from: fromField(from, when.zone) as never, to: (to ? fromField(to, when.zone) : null) as never } })),
    { old: [["rota"]], told: say("people.shift_added"), then: onClose });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  return (
    <Dialog title={say("people.shift_add")} open onClose={onClose}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); if (from) void deed.run(undefined); }}>
        <div className="two">
          <Select label={say("people.duty")} choices={DUTIES.map((d) => ({ id: d, name: family(say, `people.duty_${d}`, d) }))} value={duty} onChange={setDuty} error={fault("duty")} />
          <Select label={say("people.who")} choices={names.staff.filter((p) => p.active).map((p) => ({ id: p.id as string, name: p.name, more: term(say, "role", p.role) }))} value={person} onChange={setPerson} error={fault("person")} />
          <When_ type="datetime-local" label={say("people.from")} value={from} onChange={setFrom} help={when.zone} error={fault("from")} />
          <When_ type="datetime-local" label={say("people.to")} optional value={to} onChange={setTo} help={say("people.to_help")} error={fault("to")} />
        </div>
        <TextLine label={say("people.position")} help={say("people.position_help")} inputMode="numeric" value={position} onChange={(t) => setPosition(t.replace(/\D/g, ""))} error={fault("position")} />
        <Ends act={say("people.shift_add")} busy={deed.busy} refusal={deed.refusal} shown={["duty", "person", "from", "to", "position"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
