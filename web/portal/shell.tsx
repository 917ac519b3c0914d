/** The frame of the portal, phone first. */
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useFreshness } from "@api/queries";
import { Boundary, useMe, useSay } from "@ui";

export function Shell() {
  const say = useSay(), me = useMe();
  const path = useRouterState({ select: (s) => s.location.pathname });
  useFreshness();
  const here = { activeProps: { "aria-current": "page" as const } };
  return (
    <div className="portal">
      <a className="skip" href="#room">{say("app.skip")}</a>
      <header className="top">
        <Link to="/" className="mark plain">{say("app.name")}</Link>
        <nav aria-label={say("portal.name")}>
          <Link to="/" activeOptions={{ exact: true }} {...here}>{say("portal.home")}</Link>
          <Link to="/cases" {...here}>{say("portal.cases")}</Link>
          <Link to="/plan" {...here}>{say("portal.plan")}</Link>
        </nav>
        <span className="grow" />
        <Link to="/me" className="plain" {...here}>{me.name}</Link>
      </header>
      <main id="room" tabIndex={-1} className="page"><Boundary reset={path}><Outlet /></Boundary></main>
    </div>
  );
}
