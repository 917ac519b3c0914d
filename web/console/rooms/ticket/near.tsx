/** The list one came from, beside the case; and the way to the next one. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { byAttention, PromiseSign, recall, Severity, term, useMe, useNow, useSay, type Word } from "@ui";
import { STANDING } from "../queue/standing";
import { nearQuery, type Near, type QueueSearch } from "./queries";

/** The neighbours, in the order they had when one came: a case that is answered does not run away from under the reader. */
export function useNear(id: string) {
  const me = useMe();
  const [search] = useState(() => recall<QueueSearch>("queue.search", {}));
  const page = useQuery(nearQuery(search, me.id));
  const order = useRef<string[]>([]);
  const items = page.data?.items ?? [];
  const known = new Map(items.map((t) => [t.id, t]));
  order.current = [...order.current.filter((i) => known.has(i)), ...items.map((t) => t.id).filter((i) => !order.current.includes(i))];
  const list = order.current.map((i) => known.get(i)!);
  const at = list.findIndex((t) => t.id === id);
  return { list, at, search, names: page.data?.names ?? {}, pending: page.isPending, next: list[at + 1]?.id ?? (at === -1 ? list[0]?.id : undefined), previous: at > 0 ? list[at - 1]?.id : undefined };
}
export function Neighbours({ near, id }: { near: ReturnType<typeof useNear>; id: string }) {
  const say = useSay(), now = useNow(), here = useRef<HTMLLIElement>(null);
  useEffect(() => { here.current?.scrollIntoView({ block: "nearest" }); }, [id, near.pending]);
  const view = STANDING.find((v) => v.key === (near.search.view ?? "mine"));
  return (
    <nav className="near" aria-label={say("ticket.neighbours")}>
      <header><Link to="/" search={near.search as never}>‹ {view ? say(view.word as Word) : say("ticket.back_to_list")}</Link>{near.list.length > 0 && <span className="m s">{near.at >= 0 ? `${near.at + 1} / ${near.list.length}` : near.list.length}</span>}</header>
      {!near.pending && !near.list.length && <p className="m s near-none">{say("ticket.near_none")}</p>}
      <ul>
        {near.list.map((t) => (
          <li key={t.id} ref={t.id === id ? here : null}>
            <Link to="/tickets/$id" params={{ id: t.id }} className="plain" aria-current={t.id === id ? "true" : undefined}>
              <span className="near-top"><Sign ticket={t} now={now} /><span className="m s cut-text">{near.names[t.account] ?? t.number}</span></span>
              <span className="near-subject">{t.subject}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
function Sign({ ticket: t, now }: { ticket: Near; now: number }) {
  const say = useSay();
  if (t.clocks) return <PromiseSign clock={byAttention(t.clocks, now)[0]} hint={false} />;
  // A house that sends no clocks along: what the case itself tells.
  if (t.next_due_at) return <PromiseSign hint={false} clock={{ verdict: "running", base_at: t.opened_at, due_at: t.next_due_at, target: "PT1H", used: "PT0S" }} />;
  return <span className="x near-plain"><Severity of={t.severity} /><span className="s m">{term(say, "stage", t.stage)}</span></span>;
}
