/** What else may be done with a case, as the house offers it. What cannot be done now says why. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useSpeech } from "@ui";
import { quotasQuery, type Case } from "../../api";
import type { Act } from "./case";

const GRAVITY = ["low", "medium", "high", "urgent", "critical"];
const GROUP = ["general_consult", "general_problem", "business_down"];
type Extra = "ask_person" | "raise_severity" | "boost" | "withdraw";
const EXTRA: Extra[] = ["ask_person", "raise_severity", "boost", "withdraw"];
/** Refusals that only mean "not now": no use in showing the act at all. */
const SILENT = new Set(["ticket.already_closed", "ticket.already_resolved"]);

export function MoreActs({ c, act }: { c: Case; act: Act }) {
  const { say } = useSpeech();
  const [open, setOpen] = useState<Extra | null>(null);
  const offers = EXTRA.flatMap((a) => c.offers.find((o) => o.act === a && !(o.why && SILENT.has(o.why))) ?? []);
  if (!offers.length) return null;
  return (
    <section className="noprint">
      <h2>{say("case.more")}</h2>
      <ul className="more-acts">
        {offers.map((o) => {
          const name = o.act as Extra;
          return (
            <li key={o.act}>
              <button type="button" className="btn" disabled={!o.possible} aria-expanded={o.possible ? open === name : undefined} onClick={() => setOpen(open === name ? null : name)}>{say(`case.act_${name}`)}</button>
              {!o.possible && <p className="why">{whyNot(say, o.why)}</p>}
              {open === name && o.possible && <Form c={c} name={name} act={act} done={() => setOpen(null)} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
function whyNot(say: ReturnType<typeof useSpeech>["say"], why: string | null | undefined) {
  const word = `case.why_${(why ?? "").replace(/^\w+\./, "")}`, said = say(word as never);
  return said === word ? say("case.why_other") : said;
}
function Form({ c, name, act, done }: { c: Case; name: Extra; act: Act; done: () => void }) {
  const { say } = useSpeech();
  const scale = GROUP.includes(c.ticket.severity) ? GROUP : GRAVITY;
  const graver = scale.slice(scale.indexOf(c.ticket.severity) + 1);
  const [to, setTo] = useState(graver[0] ?? ""), [reason, setReason] = useState(""), [missing, setMissing] = useState(false);
  const go = async (e: FormEvent) => {
    e.preventDefault();
    if (name === "withdraw" && !reason.trim()) { setMissing(true); return; }
    const ok = name === "ask_person" ? await act({ act: "ask_person", ...(reason.trim() ? { why: reason.trim() } : {}) }, say("case.person_asked")) : name === "raise_severity" ? await act({ act: "raise_severity", to }, say("case.raised", { to: say(`severity.${to}` as never) })) : name === "boost" ? await act({ act: "boost" }, say("case.boosted")) : await act({ act: "withdraw", reason: reason.trim() }, say("case.withdrawn"), { act: "reopen", reason: say("case.undone") });
    if (ok) done();
  };
  return (
    <form onSubmit={go}>
      <p className="q">{say(`case.explain_${name}`)}</p>
      {name === "boost" && <BoostQuota />}
      {name === "raise_severity" && <div className="item"><label htmlFor="raise-to">{say("case.raise_to")}</label><select id="raise-to" className="field" value={to} onChange={(e) => setTo(e.target.value)}>{graver.map((s) => <option key={s} value={s}>{say(`severity.${s}` as never)}</option>)}</select></div>}
      {name === "ask_person" && <div className="item"><label htmlFor="person-why">{say("case.person_why")}<span className="m"> {say("form.optional")}</span></label><input id="person-why" className="field" value={reason} onChange={(e) => setReason(e.target.value)} /></div>}
      {name === "withdraw" && <div className="item"><label htmlFor="withdraw-why">{say("case.withdraw_why")}</label><input id="withdraw-why" className="field" value={reason} aria-invalid={missing} onChange={(e) => { setReason(e.target.value); setMissing(false); }} />{missing && <span role="alert" className="txt-late">{say("form.missing")}</span>}</div>}
      <div className="x"><button className="btn go">{say(`case.do_${name}`)}</button><button type="button" className="btn bare" onClick={done}>{say("form.cancel")}</button></div>
    </form>
  );
}
function BoostQuota() {
  const { say } = useSpeech();
  const quota = useQuery(quotasQuery).data?.items.find((q) => /boost|urgent|expedite/.test(q.quota));
  return <p className="m">{quota?.limit_count != null ? say("case.boost_quota", { left: Math.max(0, quota.limit_count - quota.used_count), of: quota.limit_count }) : say("case.boost_free")}</p>;
}
