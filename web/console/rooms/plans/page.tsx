/** Plan books by vendor and family, every version with the time it is ordered in. */
import "./plans.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { plansQuery } from "@api/queries";
import { Empty, useNow, useSay, useWhen } from "@ui";
import { Asked, Frame, family } from "../desk/kit";
import { edition, type Line } from "./cells";

export function Page() {
  const say = useSay();
  const plans = useQuery(plansQuery);
  return (
    <Frame title={say("plans.title")} lead={say("plans.lead")}>
      <Asked of={plans}>{({ items }) => {
        const lines = items as Line[];
        if (!lines.length) return <Empty title={say("plans.none")} />;
        const vendors = [...new Set(lines.map((l) => l.vendor))];
        return vendors.map((v) => <Vendor key={v} vendor={v} lines={lines.filter((l) => l.vendor === v)} />);
      }}</Asked>
    </Frame>
  );
}
function Vendor({ vendor, lines }: { vendor: string; lines: Line[] }) {
  const say = useSay();
  const families = [...new Set(lines.map((l) => l.family))].map((f) => lines.filter((l) => l.family === f)).sort((a, b) => a.at(-1)!.rank - b.at(-1)!.rank);
  return (
    <section>
      <h2>{family(say, `plans.vendor_${vendor}`, vendor)}</h2>
      <ul className="rows families">
        {families.map((versions) => <Family key={versions[0]!.family} versions={versions} />)}
      </ul>
    </section>
  );
}
function Family({ versions }: { versions: Line[] }) {
  const say = useSay(), when = useWhen(), now = useNow();
  const newest = versions.at(-1)!;
  const inForce = (l: Line) => (!l.from || Date.parse(l.from) <= now) && (!l.to || Date.parse(l.to) > now);
  return (
    <li className="family">
      <div><Link to="/plans/$id" params={{ id: newest.id }} className="row-link">{newest.name}</Link><div className="s m">{say(`plans.sale_${newest.sale}` as "plans.sale_open")}</div></div>
      <ol className="versions">
        {versions.map((l, i) => (
          <li key={l.id} className={inForce(l) ? "on" : ""}>
            <span><Link to="/plans/$id" params={{ id: l.id }}>{edition(l.id)}</Link> <span className="s q">{inForce(l) ? say("plans.in_force") : say("plans.past")}</span></span>
            <span className="s q">{l.from ? when.date(l.from) : say("plans.from_start")} – {l.to ? when.date(l.to) : say("plans.until_further")}</span>
            <span className="s m counts">{say("plans.count_promises", { n: l.promises })}{l.unconfirmed > 0 && <> · {say("plans.count_open", { n: l.unconfirmed })}</>}
              {i > 0 && <> · <Link to="/plans/$id" params={{ id: l.id }} search={{ with: versions[i - 1]!.id } as never}>{say("plans.compare_with", { name: edition(versions[i - 1]!.id) })}</Link></>}</span>
          </li>
        ))}
      </ol>
    </li>
  );
}
