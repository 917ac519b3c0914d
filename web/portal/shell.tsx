/** The frame of the portal, phone first. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { noticesQuery, useFreshness } from "@api/queries";
import { Boundary, useMe, useSpeech } from "@ui";
import { callName } from "./story";

export function Shell() {
  const { say, language } = useSpeech(), me = useMe();
  const path = useRouterState({ select: (s) => s.location.pathname });
  useFreshness();
  const news = useQuery(noticesQuery).data?.items.filter((n) => !n.read_at).length ?? 0;
  const here = { activeProps: { "aria-current": "page" as const }, activeOptions: { includeSearch: false } };
  return (
    <div className="portal">
      <a className="skip" href="#room">{say("app.skip")}</a>
      <header className="top noprint">
        <Link to="/" className="mark plain wide">{say("app.name")}</Link>
        <nav aria-label={say("portal.name")}>
          <Link to="/" {...here} activeOptions={{ exact: true, includeSearch: false }}>{say("portal.home")}</Link>
          <Link to="/cases" {...here}>{say("portal.cases")}</Link>
          <Link to="/plan" {...here}>{say("portal.plan")}</Link>
          <Link to="/news" {...here}>{news ? say("portal.news_count", { n: news >= 30 ? "30+" : news }) : say("portal.news")}</Link>
        </nav>
        <span className="grow" />
        <Link to="/me" className="plain who" {...here}><span className="wide">{callName(me.name, language)}</span><span className="slim">{say("portal.me")}</span></Link>
      </header>
      <main id="room" tabIndex={-1} className="page"><Boundary reset={path}><Outlet /></Boundary></main>
    </div>
  );
}
/** The page's name in the window and for who hears it. */
export function useTitle(title: string) {
  const { say } = useSpeech();
  document.title = `${title} · ${say("portal.name")}`;
}
