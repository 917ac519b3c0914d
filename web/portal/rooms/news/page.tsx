/** What the house told this person, newest first. Reading the list down marks nothing; the person does. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, got } from "@api/client";
import { Empty, Shape, useNow, useSpeech, Wrong, type Word } from "@ui";
import { useTitle } from "../../shell";

export function Page() {
  const { say, when } = useSpeech(), now = useNow(), client = useQueryClient();
  useTitle(say("portal.news"));
  const list = useInfiniteQuery({
    queryKey: ["notices", "all"],
    queryFn: ({ pageParam }) => got(api.GET("/api/v1/notices", { params: { query: { limit: 30, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const all = list.data?.pages.flatMap((p) => p.items) ?? [];
  const unread = all.filter((n) => !n.read_at);
  const read = async () => { await got(api.POST("/api/v1/notices/read", { body: { up_to: all[0]!.id } })); await client.invalidateQueries({ queryKey: ["notices"] }); };
  return (
    <>
      <div className="hello x"><h1 className="grow">{say("portal.news")}</h1>{unread.length > 0 && <button type="button" className="btn" onClick={() => void read()}>{say("news.read_all")}</button>}</div>
      <p className="q">{!all.length ? null : unread.length ? say("news.unread", { n: unread.length }) : say("news.all_read")} <Link to="/me">{say("news.choose")}</Link></p>
      {list.isPending ? <Shape rows={6} tall /> : list.isError ? <Wrong error={list.error} again={() => void list.refetch()} /> : !all.length ? <Empty title={say("news.none")}><Link to="/" className="btn">{say("portal.home")}</Link></Empty> : (
        <ul className="rows">
          {all.map((n) => {
            const body = n.body as Record<string, string>, word = `news.topic_${n.topic.replaceAll(".", "_")}` as Word, said = say(word, { subject: body.subject, number: body.number });
            return (
              <li key={n.id}>
                <p>{!n.read_at && <b className="m">{say("news.new")} </b>}{n.ticket ? <Link to="/cases/$id" params={{ id: n.ticket }}>{body.subject ?? body.number}</Link> : <span>{body.subject ?? ""}</span>}</p>
                <p className="q">{said === word ? say("news.topic_other") : said}</p>
                <p className="s m">{body.number ? `${body.number} · ` : ""}<time dateTime={n.at} title={when.full(n.at)}>{when.ago(n.at, now)}</time></p>
              </li>
            );
          })}
        </ul>
      )}
      {list.hasNextPage && <button type="button" className="btn" onClick={() => void list.fetchNextPage()}>{say("cases.more")}</button>}
    </>
  );
}
