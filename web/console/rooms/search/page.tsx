/** Looking for words in everything one may see. The question is in the address, so a search can be sent on. */
import "./search.css";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { Button, Empty, Shape, useNow, useSpeech, Wrong } from "@ui";
import { searchRoute } from "../../router";
import { accountsQuery } from "../queue/list";
import { useCommands } from "../command/registry";

type Hit = Schemas["HitOut"];
const KINDS = ["ticket", "message", "account", "person"] as const;
const PAUSE_MS = 250, PAGE = 30;

export function Page() {
  const { q = "", kind } = searchRoute.useSearch();
  const { say } = useSpeech();
  const go = useNavigate();
  const [text, setText] = useState(q), composing = useRef(false), typed = useRef(q), timer = useRef<ReturnType<typeof setTimeout>>(undefined), field = useRef<HTMLInputElement>(null);
  // The address leads (back, forward, a link); what is being typed follows it only when it did not come from here.
  useEffect(() => { if (q !== typed.current) { typed.current = q; setText(q); } }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (value: string, wait: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { typed.current = value.trim(); void go({ to: "/search", search: { ...(value.trim() ? { q: value.trim() } : {}), ...(kind ? { kind } : {}) }, replace: true }); }, wait);
  };
  const found = useInfiniteQuery({
    queryKey: ["search", "page", q, kind], enabled: !!q, initialPageParam: undefined as string | undefined, staleTime: 60_000,
    queryFn: ({ pageParam, signal }) => got(api.GET("/api/v1/search", { params: { query: { q, limit: PAGE, ...(kind ? { kind } : {}), ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const hits = found.data?.pages.flatMap((p) => p.items) ?? [], bounded = found.data?.pages.some((p) => p.bounded);
  useCommands([{ id: "search.field", title: say("search.to_field"), keys: "/", section: say("search.title"), run: () => field.current?.select() }]);
  return (
    <div className="search">
      <div className="tools"><h1>{say("search.title")}</h1></div>
      <div className="room">
        <form role="search" className="search-form" onSubmit={(e) => { e.preventDefault(); ask(text, 0); }}>
          <input ref={field} type="search" className="field" autoFocus value={text} aria-label={say("search.field")} placeholder={say("search.field")} autoComplete="off" spellCheck={false}
            onChange={(e) => { setText(e.target.value); if (!composing.current) ask(e.target.value, PAUSE_MS); }}
            onCompositionStart={() => { composing.current = true; clearTimeout(timer.current); }} onCompositionEnd={(e) => { composing.current = false; ask(e.currentTarget.value, PAUSE_MS); }}
            onKeyDown={(e) => { if (e.key === "Enter" && (e.nativeEvent.isComposing || e.keyCode === 229)) e.preventDefault(); }} />
        </form>
        <nav className="tabs-bar" aria-label={say("search.kinds")}>
          {[undefined, ...KINDS].map((k) => <Link key={k ?? "all"} to="/search" search={{ ...(q ? { q } : {}), ...(k ? { kind: k } : {}) }} className="plain tab" aria-current={kind === k ? "page" : undefined} data-selected={kind === k || undefined}>{say(k ? `search.kind_${k}` : "search.kind_all")}</Link>)}
        </nav>
        {!q ? <Empty title={say("search.invite")}><span className="q">{say("search.invite_more")}</span></Empty>
          : found.isError && !hits.length ? <Wrong error={found.error} again={() => void found.refetch()} />
          : found.isPending ? <Shape rows={8} />
          : !hits.length && !found.hasNextPage ? <Empty title={say("search.none", { q })}><span className="q">{say("search.none_more")}</span></Empty>
          : <>
              <p className="unseen" role="status">{say("search.found", { count: hits.length })}</p>
              <ol className="rows hits" aria-label={say("search.results")}>{hits.map((h) => <HitRow key={`${h.kind}${h.id}`} hit={h} />)}</ol>
              {bounded && <p className="q s bounded">{say("search.bounded")}</p>}
              {found.hasNextPage && <Button onPress={() => void found.fetchNextPage()} why={found.isFetchingNextPage ? say("state.loading") : null}>{say("search.more")}</Button>}
              {found.isError && <Wrong error={found.error} again={() => void found.fetchNextPage()} />}
            </>}
      </div>
    </div>
  );
}
function HitRow({ hit }: { hit: Hit }) {
  const { say, when } = useSpeech();
  const now = useNow();
  const accounts = useQuery(accountsQuery);
  const of = hit.kind !== "account" && hit.account ? accounts.data?.find((a) => a.id === hit.account)?.name : undefined;
  const body = <><span className="x hit-top">{hit.number && <span className="m">{hit.number}</span>}<b className="hit-title">{hit.title}</b></span></>;
  return (
    <li>
      {hit.kind === "account" ? <Link to="/customers/$id" params={{ id: hit.id }} className="plain">{body}</Link>
        : hit.ticket ? <Link to="/tickets/$id" params={{ id: hit.ticket }} className="plain" {...(hit.kind === "message" ? { hash: hit.id } : {})}>{body}</Link>
        : <Link to="/people" className="plain">{body}</Link>}
      {hit.snippet.length > 0 && <p className="q snippet">{hit.snippet.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>))}</p>}
      <p className="s m x">{<span>{say(KINDS.includes(hit.kind as never) ? `search.one_${hit.kind as (typeof KINDS)[number]}` : "search.kind_all")}</span>}{of && <span>{of}</span>}<time dateTime={hit.at} title={when.full(hit.at)}>{when.short(hit.at, now)}</time></p>
    </li>
  );
}
