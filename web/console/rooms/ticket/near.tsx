/** The list one came from, beside the case; and the way to the next one. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useEvents } from "@api/events";
import { viewsQuery } from "@api/queries";
import { nowMs, PromiseSign, recall, Severity, term, useNow, useSay } from "@ui";
import type { QueueSearch } from "../../router";
import { FILTERS } from "../queue/filters";
import { arrange, listQuery, nearest, type Row } from "../queue/list";
import { asFilter, countsQuery, questionOf, STANDING, standingFilter, type Filter } from "../queue/standing";
import type { Case } from "./types";

/** Not more often than this does the list follow the stream. */
const FOLLOWS_MS = 5_000;
/** The neighbours, in the order they had when one came: a case that is answered does not run away from under the reader. */
export function useNear(id: string) {
  const client = useQueryClient();
  const [search] = useState(() => recall<QueueSearch>("queue.last", {}));
  const { view = "mine", sort = "due" } = search;
  const narrowing = Object.fromEntries(FILTERS.map((f) => [f, search[f]]).filter(([, v]) => v !== undefined)) as Filter;
  const views = useQuery({ ...viewsQuery, enabled: view.startsWith("viw_") }), counts = useQuery(countsQuery);
  const own = views.data?.items.find((v) => v.id === view), counter = counts.data?.[view]?.filter;
  const base: Filter | null = view.startsWith("viw_") ? (own ? asFilter(own.filter) : null) : counter ? questionOf(view, counter) : counts.isPending ? null : standingFilter(view);
  const filter = base && ({ ...base, ...narrowing } as Filter);
  const list = useInfiniteQuery({ ...listQuery(client, view, filter ?? {}, sort), enabled: !!filter });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEvents((e) => { if (e.ticket && !timer.current) timer.current = setTimeout(() => { timer.current = undefined; void client.invalidateQueries({ queryKey: ["tickets", "queue", view] }); }, FOLLOWS_MS); });
  useEffect(() => () => clearTimeout(timer.current), []);
  const order = useRef<string[]>([]), kept = useRef(new Map<string, Row>());
  const rows = useMemo(() => {
    const pages = list.data?.pages ?? [];
    const fresh = arrange(pages.map((p) => p.rows), sort, pages[0]?.next?.of !== "due", nowMs()).flatMap((s) => s.rows);
    for (const r of fresh) kept.current.set(r.id, r);
    const here = new Set(fresh.map((r) => r.id));
    // The case one reads stays in the list though it has left the view.
    order.current = [...order.current.filter((i) => here.has(i) || i === id), ...fresh.map((r) => r.id).filter((i) => !order.current.includes(i))];
    return order.current.map((i) => kept.current.get(i)!);
  }, [list.data, sort, id]);
  const names = useMemo(() => Object.assign({}, ...(list.data?.pages.map((p) => p.names) ?? [])) as Record<string, string>, [list.data]);
  const at = rows.findIndex((t) => t.id === id);
  return { list: rows, at, search, own: own?.name, names, pending: list.isPending, next: rows[at + 1]?.id ?? (at === -1 ? rows[0]?.id : undefined), previous: at > 0 ? rows[at - 1]?.id : undefined };
}
export function Neighbours({ near, id }: { near: ReturnType<typeof useNear>; id: string }) {
  const say = useSay(), now = useNow(), here = useRef<HTMLLIElement>(null);
  useEffect(() => { here.current?.scrollIntoView({ block: "nearest" }); }, [id, near.pending]);
  const view = STANDING.find((v) => v.key === (near.search.view ?? "mine"));
  return (
    <nav className="near" aria-label={say("ticket.neighbours")}>
      <header><Link to="/" search={near.search as never}>‹ {near.own ?? (view ? say(view.word) : say("ticket.back_to_list"))}</Link>{near.list.length > 0 && <span className="m s">{near.at >= 0 ? `${near.at + 1} / ${near.list.length}` : near.list.length}</span>}</header>
      {!near.pending && !near.list.length && <p className="m s near-none">{say("ticket.near_none")}</p>}
      <ul>
        {near.list.map((t) => (
          <li key={t.id} ref={t.id === id ? here : null}>
            <Link to="/tickets/$id" params={{ id: t.id }} className="plain" aria-current={t.id === id ? "true" : undefined}>
              <span className="near-top"><Sign row={t} now={now} open={t.id === id} /><span className="m s cut-text">{near.names[t.account] ?? t.number}</span></span>
              <span className="near-subject">{t.subject}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
function Sign({ row: r, now, open }: { row: Row; now: number; open: boolean }) {
  const say = useSay(), client = useQueryClient();
  // What is open at the right is newer than the list.
  const whole = open ? client.getQueryData<Case>(["ticket", r.id]) : undefined;
  const clock = nearest(whole ? { ...r, ...whole.ticket, clocks: whole.clocks } : r, now);
  if (clock && (r.is_open || open)) return <PromiseSign clock={clock} hint={false} />;
  return <span className="x near-plain"><Severity of={r.severity} /><span className="s m">{term(say, "stage", r.stage)}</span></span>;
}
