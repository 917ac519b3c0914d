/** The queue: one calm list over all promises, in order of attention. What happens meanwhile waits in a pill; nothing moves under the reader. */
import "./queue.css";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, got } from "@api/client";
import { caseQuery, plansQuery, viewsQuery } from "@api/queries";
import { useEvents, useLive } from "@api/events";
import { Button, Empty, keep, nowMs, Shape, useMe, useNow, useSpeech, useTell, Wrong } from "@ui";
import { queueRoute, type QueueSearch } from "../../router";
import { showLayer, useCommands } from "../command/registry";
import { FILTERS, Filters } from "./filters";
import { arrange, groupOf, listQuery, type Group, type Row } from "./list";
import { ManyBar, UndoMany } from "./many";
import { COLUMNS, setPrefs, usePrefs, type Column } from "./prefs";
import { CaseRow } from "./row";
import { asFilter, countsQuery, matches, questionOf, STANDING, standingOf, type Filter } from "./standing";
import { ViewActs } from "./views";

const NewCase = lazy(() => import("./new_case").then((m) => ({ default: m.NewCase })));
const WIDTHS: Record<Column, string> = { severity: "var(--severity)", customer: "minmax(160px, .4fr)", channel: "76px", handler: "84px", language: "64px", product: "88px", latest: "132px" };
const NARROW = "(max-width: 900px)";
function useNarrow() {
  const [narrow, set] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => { const m = matchMedia(NARROW), f = () => set(m.matches); m.addEventListener("change", f); return () => m.removeEventListener("change", f); }, []);
  return narrow;
}
type Item = { at: "group"; group: Group; count: number } | { at: "row"; row: Row; index: number };

export function Page() {
  const search = queueRoute.useSearch();
  const { say, language } = useSpeech();
  const me = useMe(), client = useQueryClient();
  const view = search.view ?? "mine";
  const saved = view.startsWith("viw_");
  const views = useQuery(viewsQuery), counts = useQuery(countsQuery), plans = useQuery(plansQuery);
  const own = views.data?.items.find((v) => v.id === view);
  // The reader's narrowing goes over what the view asks.
  const narrowing = useMemo(() => Object.fromEntries(FILTERS.map((f) => [f, search[f]]).filter(([, v]) => v !== undefined)) as Filter, [search]);
  const counter = counts.data?.[view];
  const standing = useMemo(() => questionOf(view, counter?.filter), [view, view === "due_soon" ? counter : counter?.filter]);
  const base: Filter | null = saved ? (own ? asFilter(own.filter) : null) : standing;
  const filter = useMemo(() => (base ? { ...base, ...narrowing } : null), [JSON.stringify(base), narrowing]);
  const sort = search.sort ?? "due";
  useEffect(() => { keep("queue.last", search); }, [search]);

  const list = useInfiniteQuery({ ...listQuery(client, view, filter ?? {}, sort), enabled: !!filter });
  const names = useMemo(() => Object.assign({}, ...(list.data?.pages.map((p) => p.names) ?? [])) as Record<string, string>, [list.data]);
  // What the stream said since: the row in its place, never moved; who is new waits in the pill.
  const [since, setSince] = useState<{ rows: Map<string, Row>; fresh: Set<string> }>({ rows: new Map(), fresh: new Set() });
  const key = JSON.stringify([view, narrowing, sort]);
  useEffect(() => setSince({ rows: new Map(), fresh: new Set() }), [key, list.dataUpdatedAt]);
  const loaded = useMemo(() => list.data?.pages.flatMap((p) => p.rows) ?? [], [list.data]);
  const dueComplete = list.data?.pages[0]?.next?.of !== "due";
  // The order is of the moment of loading: time alone does not move a row.
  const sections = useMemo(() => arrange(list.data?.pages.map((p) => p.rows) ?? [], sort, dueComplete, list.dataUpdatedAt ? nowMs() : 0), [list.data, sort, dueComplete, list.dataUpdatedAt]);
  const rows = useMemo(() => sections.flatMap((s) => s.rows), [sections]);
  const items = useMemo(() => {
    let index = 0;
    return sections.flatMap((s): Item[] => [...(s.group ? [{ at: "group" as const, group: s.group, count: s.rows.length }] : []), ...s.rows.map((row) => ({ at: "row" as const, row, index: index++ }))]);
  }, [sections]);
  useHappenings(rows, filter, me.id, setSince);
  const current = (r: Row) => since.rows.get(r.id) ?? r;
  const left = (r: Row) => { const now = since.rows.get(r.id); return !!now && !!filter && !matches({ ...filter, due_before: undefined } as Filter, now, me.id); };
  const moved = useMoved(sections, since.rows, !dueComplete || (list.data?.pages.length ?? 0) > 1);

  const refresh = () => { void client.resetQueries({ queryKey: ["tickets", "queue"] }); void client.invalidateQueries({ queryKey: ["counts"] }); scroller.current?.scrollTo({ top: 0 }); };
  const scroller = useRef<HTMLDivElement>(null);
  const go = useNavigate();
  const set = useCallback((change: Partial<QueueSearch>) => void go({ to: "/", search: (s: QueueSearch) => ({ ...s, ...change }) as QueueSearch, replace: true }), [go]);
  const [asking, setAsking] = useState(false);
  const [cursor, setCursor] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  useEffect(() => { setChosen(new Set()); setCursor(null); scroller.current?.scrollTo({ top: 0 }); }, [key]);
  const anchor = useRef<string | null>(null);
  const select = useCallback((id: string, range: boolean) => {
    const from = range && anchor.current ? rows.findIndex((r) => r.id === anchor.current) : -1, to = rows.findIndex((r) => r.id === id);
    anchor.current = id;
    setChosen((had) => {
      const next = new Set(had);
      if (from >= 0 && to >= 0) for (const r of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(r.id);
      else if (!next.delete(id)) next.add(id);
      return next;
    });
  }, [rows]);

  const narrow = useNarrow(), prefs = usePrefs();
  const columns = narrow ? (["severity", "customer", "handler"] as Column[]) : prefs.columns;
  const height = narrow ? 96 : prefs.density === "compact" ? 32 : 40;
  const virtual = useVirtualizer({
    count: items.length, getScrollElement: () => scroller.current, overscan: 12,
    estimateSize: (i) => (items[i]!.at === "group" ? (i === 0 ? 32 : 40) : height),
    getItemKey: (i) => { const it = items[i]!; return it.at === "group" ? it.group : it.row.id; },
  });
  useEffect(() => virtual.measure(), [height, items]);
  const shown = virtual.getVirtualItems();
  const end = shown.at(-1)?.index ?? 0;
  useEffect(() => { if (list.hasNextPage && !list.isFetching && items.length && end >= items.length - 20) void list.fetchNextPage(); }, [end, items.length, list.hasNextPage, list.isFetching]);

  const focus = (id: string) => {
    setCursor(id);
    const at = items.findIndex((i) => i.at === "row" && i.row.id === id);
    if (at < 0) return;
    virtual.scrollToIndex(at, { align: "auto" });
    // The row may have to be drawn first.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(`open-${id}`)?.focus({ preventScroll: true })));
  };
  const step = (by: number) => {
    const at = rows.findIndex((r) => r.id === cursor);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next) focus(next.id);
  };
  const here = rows.find((r) => r.id === cursor);
  const take = useTake((id) => void patch(id));
  const patch = useCallback(async (id: string) => {
    const fresh = await client.fetchQuery({ ...caseQuery(id), staleTime: 0 }).catch(() => null);
    if (fresh) setSince((s) => ({ ...s, rows: new Map(s.rows).set(id, { ...fresh.ticket, clocks: fresh.clocks }) }));
  }, [client]);
  const patchAll = (ids: string[]) => { for (const id of ids) void patch(id); };
  const nobody = say("queue.none_chosen");
  useCommands([
    { id: "queue.down", title: say("queue.key_down"), keys: "j", section: say("queue.list"), hidden: true, run: () => step(1) },
    { id: "queue.up", title: say("queue.key_up"), keys: "k", section: say("queue.list"), hidden: true, run: () => step(-1) },
    { id: "queue.pick", title: say("queue.key_pick"), keys: "x", section: say("queue.list"), hidden: true, run: () => { if (cursor) select(cursor, false); } },
    { id: "queue.take", title: here ? say("queue.take_one", { number: here.number }) : say("queue.take"), keys: "e", section: say("queue.list"), ...(here ? (here.handler === me.id ? { why: say("queue.many_mine") } : {}) : { why: nobody }), run: () => { if (here) take(current(here)); } },
    { id: "queue.reply", title: here ? say("queue.reply_one", { number: here.number }) : say("queue.reply"), keys: "r", section: say("queue.list"), ...(here ? {} : { why: nobody }), run: () => { if (here) void go({ to: "/tickets/$id", params: { id: here.id }, hash: "reply" }); } },
    { id: "queue.new", title: say("queue.new_case"), keys: "c", section: say("queue.list"), run: () => setAsking(true) },
    { id: "queue.refresh", title: say("queue.refresh"), keys: ".", section: say("queue.list"), run: refresh },
  ]);

  const title = saved ? (own?.name ?? say("queue.saved")) : say(STANDING.find((v) => v.key === view)?.title ?? "queue.all_title");
  const planWords = useMemo(() => new Map((plans.data?.items as { id: string; name: string }[] | undefined)?.map((p) => [p.id, p.name])), [plans.data]);
  // The whole name of a plan is long; the list says its kind and version.
  const plan = (id: string) => { const version = /\.(v\d+|\d{4})$/.exec(id)?.[1] ?? "", name = planWords.get(id) ?? ""; return `${name.replace(/(支持计划|服务|支持| support plan| plan| support)$/i, "")} ${version}`.trim(); };
  const gone = saved && views.isSuccess && !own;
  const products = useMemo(() => [...new Set(loaded.map((r) => r.product).filter(Boolean))].sort(), [loaded]);
  const languages = useMemo(() => [...new Set(["zh-CN", "en", ...loaded.map((r) => r.language)])], [loaded]);
  const chosenRows = rows.filter((r) => chosen.has(r.id)).map(current);
  const grid = `20px 152px ${COLUMNS.slice(0, 1).filter((c) => columns.includes(c)).map((c) => WIDTHS[c]).join(" ")} minmax(200px, 1fr) ${COLUMNS.slice(1).filter((c) => columns.includes(c)).map((c) => WIDTHS[c]).join(" ")}`;
  const pill = since.fresh.size ? say("queue.fresh", { count: since.fresh.size }) : moved ? say("queue.moved", { count: moved }) : null;
  const filtered = Object.keys(narrowing).length > 0;
  return (
    <div className={`queue ${narrow ? "narrow" : ""} ${prefs.density}`} style={{ "--cols": grid } as React.CSSProperties}>
      <header className="tools q-top">
        <h1>{title}</h1>
        {pill && <button type="button" className="btn q-pill" onClick={refresh}>{pill}</button>}
        <span className="unseen" role="status">{pill}</span>
        <Filters search={search} set={set} products={products} languages={languages} />
        {filter && <ViewActs view={own} filter={filter} changed={filtered} />}
        <span className="grow" />
        <button type="button" className="btn bare slim" onClick={() => showLayer("bar")}>{say("queue.search")}</button>
        <button type="button" className="field q-search wide" onClick={() => showLayer("bar")}><span>{say("queue.search_or_run")}</span><kbd>{say(/Mac|iPhone|iPad/.test(navigator.platform) ? "queue.bar_keys_mac" : "queue.bar_keys")}</kbd></button>
        <span className="wide"><Button onPress={() => setAsking(true)} keys={say("queue.key_hint", { keys: "C" })}>{say("queue.new_case")}</Button></span>
      </header>
      {narrow && <nav className="q-tabs" aria-label={say("console.views")}>{standingOf(counts.data).map((v) => { const c = counts.data?.[v.key]; return <Link key={v.key} to="/" search={{ view: v.key }} aria-current={view === v.key ? "page" : undefined} className="plain">{say(v.word)}{c && <span> {c.more ? `${c.count}+` : c.count}</span>}</Link>; })}</nav>}
      <div className="q-scroll" ref={scroller}>
        {gone ? <Empty title={say("queue.view_gone")}><Link to="/" search={{}} className="btn">{say("queue.to_mine")}</Link></Empty>
          : list.isError && !rows.length ? <Wrong error={list.error} again={() => void list.refetch()} />
          : list.isPending ? <div className="q-wait"><Shape rows={10} /></div>
          : !rows.length ? <Nothing view={view} filtered={filtered} clear={() => set(Object.fromEntries(FILTERS.map((f) => [f, undefined])))} />
          : (
            <div role="table" aria-label={title} aria-rowcount={list.hasNextPage ? -1 : rows.length + 1}>
              <div role="rowgroup" className="q-head-group"><div role="row" className="q-row q-head wide">
                <span role="columnheader"><span className="unseen">{say("queue.chosen")}</span></span>
                <span role="columnheader">{say("queue.promise")}</span>
                {columns.includes("severity") && <span role="columnheader">{say("queue.severity")}</span>}
                <span role="columnheader">{say("queue.issue")}</span>
                {COLUMNS.slice(1).filter((c) => columns.includes(c)).map((c) => <span role="columnheader" key={c}>{say(`queue.${c}`)}</span>)}
              </div></div>
              <div role="rowgroup" className="q-body" style={{ height: virtual.getTotalSize() }}>
                {shown.map((v) => {
                  const it = items[v.index]!;
                  return (
                    <div key={v.key} className="q-at" role="presentation" style={{ transform: `translateY(${v.start}px)`, height: v.size }}>
                      {it.at === "group" ? <div role="row" className="q-group"><span role="cell">{say(it.group === "ours" && view !== "mine" && view !== "first_ask" ? "queue.group_ours_all" : `queue.group_${it.group}`)} {list.hasNextPage && it.group === "rest" ? "" : it.count}</span></div>
                        : <CaseRow row={current(it.row)} index={it.index} me={me.id} account={names[it.row.account] ?? ""} handler={names[current(it.row).handler ?? ""] ?? (current(it.row).handler ? say("queue.somebody") : "")} plan={plan(it.row.plan)}
                            columns={columns} selected={chosen.has(it.row.id)} left={left(it.row)} current={cursor === it.row.id} onSelect={select} onFocus={setCursor} />}
                    </div>
                  );
                })}
              </div>
            </div>
          )}
        {list.isFetchingNextPage && <div className="q-wait"><Shape rows={3} /></div>}
        {list.isError && rows.length > 0 && <div className="q-wait"><Wrong error={list.error} again={() => void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch())} /></div>}
      </div>
      {chosenRows.length > 0 ? <ManyBar rows={chosenRows} clear={() => setChosen(new Set())} done={patchAll} /> : <Foot language={language} />}
      <UndoMany done={patchAll} />
      {asking && <Suspense fallback={null}><NewCase onClose={() => setAsking(false)} /></Suspense>}
    </div>
  );
}
function Nothing({ view, filtered, clear }: { view: string; filtered: boolean; clear: () => void }) {
  const { say } = useSpeech();
  if (filtered) return <Empty title={say("queue.empty_filtered")}><button type="button" className="btn" onClick={clear}>{say("queue.clear")}</button></Empty>;
  return (
    <Empty title={say(view === "mine" ? "queue.empty_mine" : view === "unassigned" ? "queue.empty_unassigned" : view === "due_soon" ? "queue.empty_due" : "queue.empty")}>
      {view === "mine" ? <Link to="/" search={{ view: "unassigned" }} className="btn">{say("queue.to_unassigned")}</Link> : <Link to="/" search={{}} className="btn">{say("queue.to_mine")}</Link>}
    </Empty>
  );
}
/** Keys, density, the zone of the times, whether the page is in step with the house. */
function Foot({ language }: { language: string }) {
  const { say, when } = useSpeech();
  const now = useNow(), live = useLive(), prefs = usePrefs();
  const zone = useMemo(() => new Intl.DateTimeFormat(language === "en-XA" ? "en" : language, { timeZone: when.zone, timeZoneName: "shortOffset" }).formatToParts(now).find((p) => p.type === "timeZoneName")?.value ?? when.zone, [language, when.zone]);
  return (
    <footer className="q-foot s m wide">
      <span>{say("queue.foot_move")}</span><span>{say("queue.foot_open")}</span><span>{say("queue.foot_take")}</span><span>{say("queue.foot_reply")}</span>
      <button type="button" className="link" onClick={() => showLayer("help")}>{say("queue.foot_help")}</button>
      <span className="grow" />
      <span className="x">
        {(["compact", "comfortable"] as const).map((d) => <button key={d} type="button" className="link" aria-pressed={prefs.density === d} onClick={() => setPrefs({ density: d })}>{say(`queue.${d}`)}</button>)}
      </span>
      <span>{when.short(now, now)} {zone} · {live ? say("queue.in_step") : say("queue.out_of_step")}</span>
    </footer>
  );
}
/** Taking a case into one's own hands, with the way back. */
function useTake(done: (id: string) => void) {
  const { say } = useSpeech();
  const me = useMe(), tell = useTell();
  return (row: Row) => {
    const act = (to: string, reason: string) => got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id: row.id } }, body: { act: "transfer", to, reason } })).then(() => done(row.id));
    const before = row.handler;
    act(me.id, say("queue.take_reason")).then(
      () => tell(say("queue.taken", { number: row.number }), before ? () => void act(before, say("queue.undo_reason")).catch((e: Error) => tell(e.message)) : undefined),
      (e: Error) => tell(say("queue.not_taken", { number: row.number, why: e.message })),
    );
  };
}
const MOST_AT_ONCE = 20, BREATH = 500;
/** Listens to the stream: rows here are renewed in place, cases that would belong here are counted. */
function useHappenings(rows: Row[], filter: Filter | null, me: string, set: React.Dispatch<React.SetStateAction<{ rows: Map<string, Row>; fresh: Set<string> }>>) {
  const client = useQueryClient();
  const heard = useRef(new Set<string>()), timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ rows, filter });
  latest.current = { rows, filter };
  const work = useCallback(async () => {
    timer.current = undefined;
    const ids = [...heard.current].slice(0, MOST_AT_ONCE);
    for (const id of ids) heard.current.delete(id);
    const cases = await Promise.all(ids.map((id) => client.fetchQuery({ ...caseQuery(id), staleTime: 0 }).catch(() => null)));
    const { rows, filter } = latest.current, here = new Map(rows.map((r) => [r.id, r]));
    set((s) => {
      const next = { rows: new Map(s.rows), fresh: new Set(s.fresh) };
      for (const c of cases) {
        if (!c) continue;
        const old = here.get(c.ticket.id);
        if (old) next.rows.set(c.ticket.id, { ...c.ticket, clocks: c.clocks, ...(c.ticket.messages > old.messages ? { unread: old.unread === true ? true : (old.unread ?? 0) + c.ticket.messages - old.messages } : old.unread ? { unread: old.unread } : {}) });
        else if (filter && matches(filter, c.ticket, me)) next.fresh.add(c.ticket.id);
        else next.fresh.delete(c.ticket.id);
      }
      return next;
    });
    if (heard.current.size) timer.current = setTimeout(() => void work(), BREATH);
  }, [client, me, set]);
  useEvents((e) => {
    if (!e.ticket) return;
    heard.current.add(e.ticket);
    timer.current ??= setTimeout(() => void work(), BREATH);
  });
  useEffect(() => () => { clearTimeout(timer.current); timer.current = undefined; }, []);
}
/** How many rows would stand in another group by now. */
function useMoved(sections: { group: Group | null; rows: Row[] }[], renewed: Map<string, Row>, partial: boolean) {
  const now = useNow();
  return useMemo(() => sections.reduce((n, s) => n + (s.group === null ? 0 : s.rows.filter((r) => { const g = groupOf(renewed.get(r.id) ?? r, now); return g !== s.group && (!partial || g === "late" || g === "risk"); }).length), 0), [sections, renewed, now, partial]);
}
