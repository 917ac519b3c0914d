/** Customers by name, found as one types; each with the plan it is on. */
import "./customers.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { plansQuery } from "@api/queries";
import { Button, Empty, may, useMe, useSay } from "@ui";
import { accountQuery, accountsQuery, Asked, Find, Frame, useNames, type Account } from "../desk/kit";
import { edition, type Line } from "../plans/cells";
import { AccountForm } from "./forms";

const AT_ONCE = 40;
export function Page() {
  const say = useSay(), me = useMe(), go = useNavigate();
  const accounts = useQuery(accountsQuery);
  const [text, setText] = useState(""), [shown, setShown] = useState(AT_ONCE), [making, setMaking] = useState(false);
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const names = useNames();
  return (
    <Frame
      title={say("customers.title")}
      tools={<>
        <Find label={say("customers.find")} value={text} onChange={(t) => { setText(t); setShown(AT_ONCE); }} />
        {may(me, "account.edit") && <Button kind="go" onPress={() => setMaking(true)}>{say("customers.add")}</Button>}
      </>}
    >
      <Asked of={accounts}>{(all) => {
        const found = all.filter((a) => !wanted || a.name.toLowerCase().includes(wanted) || a.number.toLowerCase().includes(wanted));
        if (!all.length) return <Empty title={say("customers.none")}>{may(me, "account.edit") && <Button kind="go" onPress={() => setMaking(true)}>{say("customers.add")}</Button>}</Empty>;
        if (!found.length) return <Empty title={say("desk.none_found", { text })}><Button onPress={() => setText("")}>{say("desk.clear")}</Button></Empty>;
        return (
          <section>
            <table className="stack mid"><thead><tr><th>{say("customers.name")}</th><th>{say("customers.number")}</th><th>{say("customers.plan")}</th><th>{say("customers.tam")}</th><th>{say("customers.zone")}</th></tr></thead>
              <tbody>{found.slice(0, shown).map((a) => <Row key={a.id} account={a} tam={names.person(a.tam)} />)}</tbody></table>
            {found.length > shown && <p><Button onPress={() => setShown(shown + AT_ONCE)}>{say("desk.more")}</Button></p>}
          </section>
        );
      }}</Asked>
      {making && <AccountForm onClose={() => setMaking(false)} onDone={(a) => { setMaking(false); void go({ to: "/customers/$id", params: { id: a.id } }); }} />}
    </Frame>
  );
}
function Row({ account: a, tam }: { account: Account; tam: string }) {
  const say = useSay();
  const seen = useQuery(accountQuery(a.id));
  return (
    <tr className={a.active ? "" : "ended"}>
      <th scope="row"><Link className="row-link" to="/customers/$id" params={{ id: a.id }}>{a.name}</Link>{!a.active && <> <span className="tag">{say("customers.ended")}</span></>}</th>
      <td className="q">{a.number}</td>
      <td className="full">{seen.data ? <PlanBadge id={seen.data.plan} /> : <span className="m">…</span>}</td>
      <td className="q full" {...(tam ? { "data-k": say("customers.tam") } : {})}>{tam}</td>
      <td className="m wide">{a.tz}</td>
    </tr>
  );
}
export function PlanBadge({ id }: { id: string }) {
  const plans = useQuery(plansQuery);
  const line = (plans.data?.items as Line[] | undefined)?.find((l) => l.id === id);
  return <Link className="plain tag on" to="/plans/$id" params={{ id }}>{line ? `${line.name} ${edition(id)}` : id}</Link>;
}
