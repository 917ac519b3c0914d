/** Who takes a case: the rules in words, a trial for a described case, and the newest cases once more. Nothing here changes anything. */
import "./routing.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { api, got, Refusal } from "@api/client";
import { Button, Empty, may, Select, term, TextLine, useMe, useSay, useWhen, Wrong, type Say } from "@ui";
import { languageChoices } from "../customers/forms";
import { accountsQuery, Check, family, Frame, fromField, Meter, Refused, useDeed, When_ } from "../desk/kit";
import { type Tried, type TriedPast } from "../desk/wire";

const ANY = "*", SEVERITIES = ["critical", "urgent", "high", "medium", "low"], GROUP_SEVERITIES = ["business_down", "general_problem", "general_consult"];
const CHANNELS = ["web_ticket", "hotline", "im_group", "dedicated_im_group", "live_chat", "email", "api"], PAST = ["20", "50", "200"], TIERS = ["1", "2", "3", "4"];
const RULES = ["1", "2", "3", "4", "5"] as const;
/** `routing.lacks_skill` in words. */
const because = (say: Say, code: string) => family(say, `routing.c_${code.replace(/^routing\./, "")}`, code.replace(/^routing\./, ""));
export function Page() {
  const say = useSay(), me = useMe();
  if (!may(me, "routing.try")) return <Frame title={say("routing.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  return (
    <Frame title={say("routing.title")} lead={say("routing.lead")}>
      <section>
        <h2>{say("routing.rules")}</h2><p className="q">{say("routing.rules_help")}</p>
        <ol className="rules">{RULES.map((n) => <li key={n}><b>{say(`routing.rule_${n}`)}</b><span className="q">{say(`routing.rule_${n}_words`)}</span></li>)}</ol>
      </section>
      <TryCase />
      <Past />
    </Frame>
  );
}
/** Where the house has no such question yet, a 404 is no case that is missing. */
function Failed({ error, shown }: { error: Refusal | null; shown?: string[] }) {
  const say = useSay();
  return error?.status === 404 && import.meta.env.DEV ? <p className="q" role="alert">{say("desk.not_here")}</p> : error?.status === 403 ? <Wrong error={error} /> : <Refused error={error} {...(shown ? { shown } : {})} />;
}
function TryCase() {
  const say = useSay(), when = useWhen(), accounts = useQuery(accountsQuery), result = useId();
  const [product, setProduct] = useState(""), [severity, setSeverity] = useState(ANY), [language, setLanguage] = useState(ANY), [account, setAccount] = useState(ANY), [channel, setChannel] = useState("web_ticket"), [tier, setTier] = useState("1"), [at, setAt] = useState("");
  const [tried, setTried] = useState<Tried | null>(null);
  const grades = channel === "dedicated_im_group" ? GROUP_SEVERITIES : SEVERITIES;
  const said = (value: string) => (value === ANY ? null : value);
  const deed = useDeed((_: undefined) => got(api.POST("/api/v1/routing/try", { body: {
    ticket: null,
    product: product.trim() || null, severity: said(severity), language: said(language), account: said(account) as never, channel, tier: Number(tier), at: at ? fromField(at, when.zone) : null,
  } })), { then: setTried });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  return (
    <section>
      <h2>{say("routing.try")}</h2><p className="q">{say("routing.try_help")}</p>
      <form className="try" noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <TextLine label={say("routing.product")} optional value={product} onChange={setProduct} help={say("routing.product_help")} error={fault("product")} />
        <Select label={say("routing.channel")} value={channel} onChange={(c) => { setChannel(c); setSeverity(ANY); }} choices={CHANNELS.map((id) => ({ id, name: term(say, "channel", id) }))} error={fault("channel")} />
        <Select label={say("routing.severity")} value={severity} onChange={setSeverity} choices={[{ id: ANY, name: say("routing.severity_any") }, ...grades.map((id) => ({ id, name: term(say, "severity", id) }))]} error={fault("severity")} />
        <Select label={say("routing.language")} value={language} onChange={setLanguage} choices={[{ id: ANY, name: say("routing.language_any") }, ...languageChoices()]} error={fault("language")} />
        <Select label={say("routing.account")} value={account} onChange={setAccount} choices={[{ id: ANY, name: say("routing.account_any") }, ...(accounts.data ?? []).map((a) => ({ id: a.id as string, name: a.name }))]} error={fault("account")} />
        <Select label={say("routing.tier")} value={tier} onChange={setTier} choices={TIERS.map((id) => ({ id, name: say("routing.tier_n", { n: id }) }))} error={fault("tier")} />
        <When_ type="datetime-local" label={say("routing.at")} optional value={at} onChange={setAt} help={say("routing.at_help")} error={fault("at")} />
        <div className="act"><Button kind="go" type="submit" why={deed.busy ? say("routing.running") : null}>{say("routing.run")}</Button></div>
      </form>
      <Failed error={deed.refusal} shown={["product", "channel", "severity", "language", "account", "tier", "at"]} />
      <div id={result} aria-live="polite">{tried && <Outcome of={tried} />}</div>
    </section>
  );
}
function Outcome({ of }: { of: Tried }) {
  const say = useSay(), when = useWhen();
  const why = of.why.map((c) => because(say, c));
  return (
    <div className="outcome">
      <p className="verdict"><b>{of.chosen ? say("routing.goes_to", { name: of.chosen.name }) : say("routing.goes_nowhere")}</b> <span className="q">{say("routing.by_rule", { rule: family(say, `routing.by_${of.rule}`, of.rule) })}</span> <span className="s m">{when.full(of.at)}</span></p>
      {!!why.length && <ol className="steps-of x s">{why.map((w) => <li key={w}>{w}</li>)}</ol>}
      <table className="stack mid"><caption className="unseen">{say("routing.candidates")}</caption><thead><tr><th>{say("routing.candidate")}</th><th>{say("routing.verdict")}</th><th>{say("routing.because")}</th><th>{say("routing.load")}</th><th>{say("routing.shift")}</th></tr></thead>
        <tbody>{of.candidates.map((c) => {
          const chosen = c.person === of.chosen?.person;
          return (
            <tr key={c.person} className={chosen ? "chosen" : ""}><th scope="row">{c.name} {c.role && <span className="s m">{term(say, "role", c.role)}{c.tier ? ` ${say("routing.tier_n", { n: c.tier })}` : ""}</span>}</th>
              <td>{chosen ? <b>{say("routing.chosen")}</b> : c.fits ? say("routing.fits") : <span className="m">{say("routing.fits_not")}</span>}</td>
              <td className="q full">{c.because.map((b) => because(say, b)).join(" · ")}</td>
              <td><Meter used={c.load} of={c.capacity} words={say("routing.load_of", { load: c.load, capacity: c.capacity })} /></td>
              <td className={c.on_shift ? "q" : "m"}>{c.on_shift ? say("routing.on_shift") : say("routing.off_shift_tag")}</td></tr>
          );
        })}</tbody></table>
      {of.candidates.length >= 50 && <p className="s m">{say("routing.first_50")}</p>}
    </div>
  );
}
function Past() {
  const say = useSay();
  const [limit, setLimit] = useState("50"), [past, setPast] = useState<TriedPast | null>(null), [all, setAll] = useState(false);
  const deed = useDeed((_: undefined) => got(api.POST("/api/v1/routing/try/past", { body: { limit: Number(limit) } })), { then: setPast });
  // Those of whom it is told who had them come before those of whom it is not.
  const different = (past?.items.filter((i) => !i.same) ?? []).sort((a, b) => Number(!a.was) - Number(!b.was)), shown = past ? [...different, ...(all ? past.items.filter((i) => i.same) : [])] : [];
  return (
    <section>
      <h2>{say("routing.past")}</h2><p className="q">{say("routing.past_help")}</p>
      <div className="x again"><Select quiet label={say("routing.past_limit")} value={limit} onChange={setLimit} choices={PAST.map((n) => ({ id: n, name: say("routing.past_n", { n: Number(n) }) }))} /><Button onPress={() => void deed.run(undefined)} why={deed.busy ? say("routing.running") : null}>{say("routing.past_run")}</Button></div>
      <Failed error={deed.refusal} />
      <div aria-live="polite">
        {past && (!past.items.length ? <Empty title={say("routing.past_none")} /> : (
          <>
            <p><b>{say("routing.past_sum", { same: past.same, different: past.different })}</b>{!past.different && <span className="q"> {say("routing.past_all_same")}</span>}</p>
            {!!shown.length && (
              <table className="stack mid past"><thead><tr><th>{say("routing.case")}</th><th>{say("routing.was")}</th><th>{say("routing.would")}</th><td /></tr></thead>
                <tbody>{shown.map((i) => (
                  <tr key={i.ticket}><th scope="row" className="full"><Link to="/tickets/$id" params={{ id: i.ticket }}>{i.number}</Link> <span className="cut">{i.subject}</span></th>
                    <td className="q" data-k={say("routing.was")}>{i.was?.name ?? <span className="m">{say("routing.not_told")}</span>}</td><td data-k={say("routing.would")} className={i.same ? "q" : ""}>{i.same ? i.would?.name : <b>{i.would?.name ?? say("routing.nobody")}</b>}</td>
                    <td className="acts"><span className={`tag ${i.same ? "" : "on"}`}>{i.same ? say("routing.same") : say("routing.different")}</span></td></tr>
                ))}</tbody></table>
            )}
            {past.same > 0 && <p className="below"><Check on={all} onChange={setAll}>{say("routing.show_same", { n: past.same })}</Check></p>}
          </>
        ))}
      </div>
    </section>
  );
}
