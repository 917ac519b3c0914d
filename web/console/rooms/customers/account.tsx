/** One customer: what is promised to it and since when, what is left of its quotas, its people and its last cases. */
import "./customers.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { bookWords, Button, may, Severity, term, useMe, useNow, useSay, useSpeech, useWhen } from "@ui";
import { accountQuery, Asked, Frame, Meter, useNames } from "../desk/kit";
import { AccountForm, languageChoices, OrderForm } from "./forms";
import { PlanBadge } from "./page";

export function Page() {
  const { id } = useParams({ strict: false }) as { id: string };
  const say = useSay(), me = useMe(), when = useWhen(), now = useNow(), names = useNames();
  const seen = useQuery(accountQuery(id));
  const [form, setForm] = useState<"edit" | "order" | null>(null);
  const account = seen.data?.account;
  return (
    <Frame
      title={account?.name ?? say("customers.title")}
      tools={account && <>
        {may(me, "plan.order") && <Button onPress={() => setForm("order")}>{say("customers.order")}</Button>}
        {may(me, "account.edit") && <Button onPress={() => setForm("edit")}>{say("desk.edit")}</Button>}
      </>}
    >
      <Asked of={seen}>{({ account: a, plan, orders }) => {
        const since = orders.filter((o) => Date.parse(o.starts_at) <= now && (!o.ends_at || Date.parse(o.ends_at) > now)).sort((x, y) => Date.parse(y.starts_at) - Date.parse(x.starts_at))[0];
        return (
          <div className="cols">
            <div>
              <section>
                <h2>{say("customers.plan_now")}</h2>
                <p className="x plan-now"><PlanBadge id={plan} /> <span className="q">{since ? say("customers.since", { date: when.date(since.starts_at) }) : say("customers.by_default")}</span></p>
                <Orders orders={orders} plan={plan} />
              </section>
              <Quotas account={id} />
              <Cases account={id} />
            </div>
            <aside>
              <section>
                <h2>{say("customers.about")}</h2>
                <dl className="kv">
                  <dt>{say("customers.number")}</dt><dd>{a.number}</dd>
                  <dt>{say("customers.tam")}</dt><dd>{a.tam ? names.person(a.tam) : <span className="m">{say("desk.nobody")}</span>}</dd>
                  <dt>{say("customers.language")}</dt><dd>{languageChoices().find((l) => l.id === a.language)?.name ?? a.language}</dd>
                  <dt>{say("customers.zone")}</dt><dd>{a.tz}<br /><span className="s m">{say("customers.there_now", { time: new Intl.DateTimeFormat("en-GB", { timeZone: a.tz, hour: "2-digit", minute: "2-digit" }).format(now) })}</span></dd>
                  <dt>{say("customers.since_label")}</dt><dd>{when.date(a.created_at)}</dd>
                  {!a.active && <><dt>{say("customers.state")}</dt><dd>{say("customers.ended")}</dd></>}
                </dl>
              </section>
              <Contacts account={id} />
            </aside>
          </div>
        );
      }}</Asked>
      {account && form === "edit" && <AccountForm account={account} onClose={() => setForm(null)} onDone={() => setForm(null)} />}
      {account && form === "order" && <OrderForm account={account} onClose={() => setForm(null)} />}
    </Frame>
  );
}
/** Orders as a line through time: what was, what is, what comes. */
function Orders({ orders, plan }: { orders: Schemas["OrderOut"][]; plan: string }) {
  const say = useSay(), when = useWhen(), now = useNow();
  if (!orders.length) return <p className="q">{say("customers.no_orders")}</p>;
  const sorted = [...orders].sort((a, b) => Date.parse(b.starts_at) - Date.parse(a.starts_at));
  return (
    <ol className="orders">
      {sorted.map((o) => {
        const state = Date.parse(o.starts_at) > now ? "coming" : o.plan === plan && (!o.ends_at || Date.parse(o.ends_at) > now) ? "now" : "past";
        return (
          <li key={o.id} className={state}>
            <span className="x"><PlanBadge id={o.plan} /><span className="s q">{say(`customers.order_${state}` as "customers.order_now")}</span></span>
            <span className="q">{when.date(o.starts_at)} – {o.ends_at ? when.date(o.ends_at) : say("customers.until_next")}</span>
            <span className="s m">{say("customers.pinned_by", { date: when.date(o.ordered_at) })}</span>
          </li>
        );
      })}
    </ol>
  );
}
function Quotas({ account }: { account: string }) {
  const say = useSay(), { language } = useSpeech();
  const quotas = useQuery({ queryKey: ["quotas", account], queryFn: () => got(api.GET("/api/v1/quotas", { params: { query: { account: account as never } } })) });
  return (
    <section>
      <h2>{say("customers.quotas")}</h2>
      <Asked of={quotas} rows={3}>{({ items }) => !items.length ? <p className="q">{say("customers.no_quotas")}</p> : (
        <table className="stack mid"><thead><tr><th>{say("plans.service")}</th><th>{say("customers.times")}</th><th>{say("customers.days")}</th><th>{say("customers.period")}</th><th className="wide">{say("plans.source")}</th></tr></thead>
          <tbody>{items.map((q) => (
            <tr key={q.quota + (q.edition ?? "")}><th scope="row">{bookWords(q.name, language)}{q.edition && <span className="m"> {q.edition}</span>}</th>
              <td className="full">{q.limit_count != null ? <Meter used={q.used_count} of={q.limit_count} words={say("customers.times_of", { used: q.used_count, of: q.limit_count })} /> : <span className="q">{q.purchased ? say("customers.bought", { used: q.used_count }) : say("customers.times_used", { used: q.used_count })}</span>}</td>
              <td className="full">{q.limit_days != null && <Meter used={q.used_days} of={q.limit_days} words={say("customers.days_of", { used: q.used_days, of: q.limit_days })} />}</td>
              <td className="q">{q.period ?? ""}</td><td className="src wide" title={q.source.document}>{q.source.section}</td></tr>
          ))}</tbody></table>
      )}</Asked>
    </section>
  );
}
function Contacts({ account }: { account: string }) {
  const say = useSay();
  const people = useQuery({ queryKey: ["people", account], queryFn: () => got(api.GET("/api/v1/people", { params: { query: { account: account as never, limit: 100 } } })) });
  return (
    <section>
      <h2>{say("customers.contacts")}</h2>
      <Asked of={people} rows={2}>{({ items }) => !items.length ? <p className="q">{say("customers.no_contacts")}</p> : (
        <ul className="rows contacts">{items.map((p) => <li key={p.id} className={p.active ? "" : "ended"}><b className="row-link">{p.name}</b> <span className="s m">{term(say, "role", p.role)}</span>{p.email && <div className="s"><a href={`mailto:${p.email}`}>{p.email}</a></div>}</li>)}</ul>
      )}</Asked>
    </section>
  );
}
function Cases({ account }: { account: string }) {
  const say = useSay(), when = useWhen(), now = useNow(), names = useNames(), me = useMe();
  const allowed = may(me, "ticket.read");
  const cases = useQuery({ queryKey: ["tickets-of", account], enabled: allowed, queryFn: () => got(api.GET("/api/v1/tickets", { params: { query: { account: account as never, limit: 10 } } })) });
  return (
    <section>
      <div className="x"><h2 className="grow">{say("customers.cases")}</h2>{allowed && <Link to="/" search={{ view: "all", account }}>{say("customers.all_cases")}</Link>}</div>
      {!allowed ? <p className="q">{say("customers.cases_forbidden")}</p> : <Asked of={cases} rows={4}>{({ items }) => !items.length ? <p className="q">{say("customers.no_cases")}</p> : (
        <table className="stack mid"><tbody>{items.map((t) => (
          <tr key={t.id} className={t.is_open ? "" : "ended"}>
            <th scope="row"><Link className="row-link" to="/tickets/$id" params={{ id: t.id }}>{t.subject}</Link> <span className="s m">{t.number}</span></th>
            <td><Severity of={t.severity} /></td><td className="q">{term(say, "stage", t.stage)}</td><td className="q wide">{names.person(t.handler)}</td><td className="s m num">{when.ago(t.updated_at, now)}</td>
          </tr>
        ))}</tbody></table>
      )}</Asked>}
    </section>
  );
}
