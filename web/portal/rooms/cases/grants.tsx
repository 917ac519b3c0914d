/** Access the customer gives to engineers: for what, until when, how often it was used; taken back at any time. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { newKey, type Refusal } from "@api/client";
import { useNow, useSpeech, useTell, type Word } from "@ui";
import { send, soft, type Case } from "../../api";
import { callName } from "../../story";

export interface Grant { id: string; to?: string | null; scopes: string[]; resource: string; until: string; standing: string; uses: number }
interface Seen { used: { id: string; by: string; at: string; what: string }[]; people: Record<string, { name: string }> }
const SCOPES = ["read_logs", "read_metrics", "read_config", "console_read_only", "remote_session", "restart"];
const HOURS = [2, 8, 24, 72];

export function Grants({ c }: { c: Case }) {
  const { say } = useSpeech();
  const grants = (c as { grants?: Grant[] }).grants, [open, setOpen] = useState(false);
  const may = c.ticket.stage !== "closed";
  if (!grants || (!grants.length && !may)) return null;
  return (
    <section>
      <h2>{say("case.grants")}</h2>
      {grants.length ? <div className="rows">{grants.map((g) => <One key={g.id} g={g} c={c} />)}</div> : !open && <p className="q">{say("case.grants_none")}</p>}
      {may && (open ? <Give c={c} done={() => setOpen(false)} /> : <p className="noprint"><button type="button" className="link" onClick={() => setOpen(true)}>{say("case.grant_give")}</button></p>)}
    </section>
  );
}
function One({ g, c }: { g: Grant; c: Case }) {
  const { say, when, language } = useSpeech(), now = useNow(), client = useQueryClient(), tell = useTell();
  const [open, setOpen] = useState(false), [fault, setFault] = useState<string | null>(null);
  const seen = useQuery({ queryKey: ["ticket", c.ticket.id, "grant", g.id], queryFn: () => soft<Seen>(`/grants/${g.id}`), enabled: open }).data;
  const active = g.standing === "active" && Date.parse(g.until) > now, to = g.to ? c.people[g.to] : null;
  const revoke = async () => { try { await send("DELETE", `/grants/${g.id}`, newKey()); tell(say("case.grant_revoked")); await client.invalidateQueries({ queryKey: ["ticket", c.ticket.id] }); } catch (e) { setFault((e as Refusal).message); } };
  return (
    <div>
      <p>{g.resource}</p>
      <p className="q">{g.scopes.map((s) => scope(say, s)).join(say("case.comma"))} · {to ? callName(to.name, language) : say("case.grant_handler")}</p>
      <p className="m">{active ? say("case.grant_until", { at: when.short(g.until, now) }) : say(g.standing === "revoked" ? "case.grant_taken" : "case.grant_over")}</p>
      <p className="x noprint">
        {active && <button type="button" className="link" onClick={() => void revoke()}>{say("case.grant_revoke")}</button>}
        {g.uses > 0 ? <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>{say("case.grant_uses", { n: g.uses })}</button> : <span className="m">{say("case.grant_unused")}</span>}
      </p>
      {open && seen && <ul className="m">{seen.used.map((u) => <li key={u.id}>{when.short(u.at, now)} {seen.people[u.by] && callName(seen.people[u.by]!.name, language)} · {u.what}</li>)}</ul>}
      {fault && <p role="alert" className="txt-late">{fault}</p>}
    </div>
  );
}
const scope = (say: (w: Word) => string, code: string) => { const word = `case.scope_${code}` as Word, said = say(word); return said === word ? code : said; };
function Give({ c, done }: { c: Case; done: () => void }) {
  const { say } = useSpeech(), now = useNow(), client = useQueryClient(), tell = useTell();
  const [scopes, setScopes] = useState<string[]>(["read_logs"]), [what, setWhat] = useState(c.ticket.instance || c.ticket.product), [hours, setHours] = useState(2);
  const [fault, setFault] = useState<string | null>(null), [key] = useState(newKey);
  const give = async (e: FormEvent) => {
    e.preventDefault();
    if (!what.trim() || !scopes.length) { setFault(say("case.grant_missing")); return; }
    // A minute less than asked, so that the longest choice is never past the limit by the time it arrives.
    try { await send("POST", `/tickets/${c.ticket.id}/grants`, key, { scopes, resource: what.trim(), until: new Date(now + hours * 3_600_000 - 60_000).toISOString() }); tell(say("case.grant_given")); await client.invalidateQueries({ queryKey: ["ticket", c.ticket.id] }); done(); } catch (e) { setFault((e as Refusal).offline ? say("state.offline_detail") : (e as Refusal).message); }
  };
  return (
    <form className="give noprint" onSubmit={(e) => void give(e)}>
      <fieldset className="stars"><legend>{say("case.grant_scopes")}</legend>{SCOPES.map((s) => <label key={s}><input type="checkbox" checked={scopes.includes(s)} onChange={(e) => setScopes(e.target.checked ? [...scopes, s] : scopes.filter((x) => x !== s))} />{scope(say, s)}</label>)}</fieldset>
      <div className="item"><label htmlFor="grant-what">{say("case.grant_what")}</label><input id="grant-what" className="field" value={what} onChange={(e) => setWhat(e.target.value)} /></div>
      <div className="item"><label htmlFor="grant-hours">{say("case.grant_long")}</label><select id="grant-hours" className="field" value={hours} onChange={(e) => setHours(Number(e.target.value))}>{HOURS.map((h) => <option key={h} value={h}>{say("time.h", { h })}</option>)}</select></div>
      {fault && <p role="alert" className="txt-late">{fault}</p>}
      <div className="x"><button className="btn go">{say("case.grant_do")}</button><button type="button" className="btn bare" onClick={done}>{say("form.cancel")}</button></div>
    </form>
  );
}
