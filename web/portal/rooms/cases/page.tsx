/** All cases one may see: a contact's own, the whole company's for its manager. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, got } from "@api/client";
import { Empty, PromiseSign, Severity, Shape, term, useMe, useNow, useSpeech, Wrong } from "@ui";
import { listQuery, waitingQuery, type Told } from "../../api";
import { callName, decision, inOrder, nearest } from "../../story";
import { useTitle } from "../../shell";
import "./cases.css";

export function Page() {
  const { say } = useSpeech(), me = useMe();
  const { show, q } = useSearch({ from: "/cases" });
  useTitle(say("portal.cases"));
  return (
    <>
      <div className="cases-top"><div><h1>{say("portal.cases")}</h1><p className="q">{say(me.role === "customer_manager" ? "cases.all_note" : "cases.mine_note")}</p></div><Link to="/ask" className="btn go">{say("portal.ask")}</Link></div>
      <div className="cases-bar">
        <nav className="which" aria-label={say("cases.which")}>
          <Link to="/cases" search={{}} aria-current={!q && !show ? "page" : undefined}>{say("cases.open")}</Link>
          <Link to="/cases" search={{ show: "closed" }} aria-current={!q && show ? "page" : undefined}>{say("cases.closed")}</Link>
        </nav>
        <Find key={q ?? ""} q={q ?? ""} />
      </div>
      {q ? <Found q={q} /> : <List key={show ?? "open"} kind={show ?? "open"} />}
    </>
  );
}
function Find({ q }: { q: string }) {
  const { say } = useSpeech(), go = useNavigate();
  const [text, setText] = useState(q);
  return (
    <form role="search" onSubmit={(e) => { e.preventDefault(); void go({ to: "/cases", search: text.trim() ? { q: text.trim() } : {} }); }}>
      <input className="field" type="search" aria-label={say("cases.search")} placeholder={say("cases.search_hint")} value={text} onChange={(e) => setText(e.target.value)} />
      <button className="btn">{say("cases.find")}</button>
    </form>
  );
}
export function List({ kind }: { kind: "open" | "closed" }) {
  const { say } = useSpeech(), now = useNow();
  const list = useInfiniteQuery(listQuery(kind)), mine = useQuery({ ...waitingQuery, enabled: kind === "open" });
  const pages = list.data?.pages ?? [], rest = pages.flatMap((p) => (kind === "open" ? inOrder(p.items, now) : p.items));
  // What waits for its customer's word stays on top of the open ones; a page that comes later goes below, never between.
  const all = kind === "open" ? [...(mine.data?.items ?? []), ...rest.filter(decision), ...rest.filter((c) => !decision(c))] : rest;
  const wrong = (!list.data && list.error) || (kind === "open" && !mine.data && mine.error);
  if (wrong) return <Wrong error={wrong} again={() => { void list.refetch(); void mine.refetch(); }} />;
  if (list.isPending || (kind === "open" && mine.isPending)) return <Shape rows={6} tall />;
  if (!all.length) return <Empty title={say(kind === "open" ? "cases.none_open" : "cases.none_closed")}>{kind === "open" ? <Link to="/ask" className="btn">{say("portal.ask")}</Link> : <Link to="/cases" className="btn">{say("cases.open")}</Link>}</Empty>;
  return (
    <>
      <div className="rows">{all.map((c) => <Row key={c.ticket.id} c={c} />)}</div>
      {list.hasNextPage && <button type="button" className="btn" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{say(list.isFetchingNextPage ? "cases.loading" : "cases.more")}</button>}
    </>
  );
}
function Row({ c }: { c: Told }) {
  const { say, when, language } = useSpeech(), me = useMe(), now = useNow(), t = c.ticket;
  const what = decision(c), clock = t.is_open ? nearest(c, now) : null;
  const sign = what === "confirm" ? say("case.sign_confirm") : what === "lower" ? say("case.sign_lower") : what ? say("case.sign_waits") : null;
  const by = t.requester === me.id ? undefined : c.people[t.requester], who = t.handler ? c.people[t.handler] : undefined;
  return (
    <div className="case-row">
      <h2><Link to="/cases/$id" params={{ id: t.id }}>{t.subject}</Link>{c.unread && <span className="fresh">{say("cases.unread")}</span>}</h2>
      <div className="when">{sign ? <span className="txt-slate">{sign}</span> : clock ? <PromiseSign clock={clock} /> : <span className="q">{term(say, "stage", t.stage)}</span>}</div>
      <p className="s m x"><span>{t.number}</span><Severity of={t.severity} />{!sign && clock && <span>{term(say, "stage", t.stage)}</span>}{t.product && <span>{t.product}</span>}{who && t.is_open && <span>{say("cases.with", { who: callName(who.name, language) })}</span>}{by && <span>{say("cases.by", { who: callName(by.name, language) })}</span>}<span>{say("cases.updated", { ago: when.ago(t.updated_at, now) })}</span>{t.broken > 0 && <span>{say("cases.broken", { n: t.broken })}</span>}</p>
    </div>
  );
}
function Found({ q }: { q: string }) {
  const { say, when } = useSpeech(), now = useNow();
  const hits = useInfiniteQuery({
    queryKey: ["search", q],
    queryFn: ({ pageParam }) => got(api.GET("/api/v1/search", { params: { query: { q, limit: 25, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (hits.isPending) return <Shape rows={6} tall />;
  if (hits.isError) return <Wrong error={hits.error} again={() => void hits.refetch()} />;
  // One case may be found by several of its messages: it is told once, by its best.
  const seen = new Set<string>();
  const all = hits.data.pages.flatMap((p) => p.items).filter((h) => h.ticket && !seen.has(h.ticket) && seen.add(h.ticket));
  if (!all.length) return <Empty title={say("cases.none_found", { q })}><Link to="/cases" className="btn">{say("cases.clear")}</Link></Empty>;
  return (
    <>
      <p className="s x found"><span className="m" role="status">{say("cases.found", { n: all.length })}</span><Link to="/cases">{say("cases.clear")}</Link></p>
      <div className="rows">
        {all.map((h) => (
          <div key={h.id} className="case-row">
            <h2><Link to="/cases/$id" params={{ id: h.ticket! }}>{h.title}</Link></h2>
            <div className="when q">{when.ago(h.at, now)}</div>
            <p className="m">{h.number} · {h.snippet.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : p.text))}</p>
          </div>
        ))}
      </div>
      {hits.hasNextPage && <button type="button" className="btn" onClick={() => void hits.fetchNextPage()}>{say("cases.more")}</button>}
    </>
  );
}
