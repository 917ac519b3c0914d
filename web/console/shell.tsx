/** The frame of the console: the rail with its counters, the room beside it. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useFreshness } from "@api/queries";
import { viewsQuery } from "@api/queries";
import { Boundary, may, useMe, useSay, type Word } from "@ui";
import { Everywhere } from "./rooms/command/everywhere";
import { CommandBar } from "./rooms/command/bar";
import { Shortcuts } from "./rooms/command/keys";
import { countsQuery, standingOf } from "./rooms/queue/standing";

const ROOMS: { keys?: string; to: "/search" | "/board" | "/figures" | "/people" | "/customers" | "/plans" | "/calendars" | "/routing" | "/guides" | "/reports" | "/embeds" | "/mail" | "/tools" | "/webhooks" | "/house"; word: Word; deed?: string }[] = [
  { to: "/board", keys: "g b", word: "console.board" },
  { to: "/figures", keys: "g f", word: "console.figures" },
  { to: "/customers", keys: "g c", word: "console.customers" },
  { to: "/reports", keys: "g o", word: "console.reports", deed: "deliverable.read" },
  { to: "/people", keys: "g p", word: "console.people" },
  { to: "/plans", keys: "g l", word: "console.plans" },
  { to: "/calendars", keys: "g d", word: "console.calendars" },
  { to: "/tools", keys: "g t", word: "console.tools", deed: "tool.own" },
  { to: "/guides", keys: "g k", word: "console.guides", deed: "guide.draft" },
  { to: "/routing", keys: "g r", word: "console.routing", deed: "routing.try" },
  { to: "/mail", keys: "g e", word: "console.mail", deed: "mail.keep" },
  { to: "/embeds", keys: "g n", word: "console.embeds", deed: "embed.keep" },
  { to: "/webhooks", keys: "g w", word: "console.webhooks", deed: "webhook.keep" },
  { to: "/house", keys: "g h", word: "console.house", deed: "house.read" },
];
export function Shell() {
  const say = useSay(), me = useMe();
  const [open, setOpen] = useState(false);
  const path = useRouterState({ select: (s) => s.location.pathname });
  useFreshness();
  return (
    <div className="console">
      <a className="skip" href="#room">{say("app.skip")}</a>
      <nav className={`rail ${open ? "open" : ""}`} aria-label={say("console.views")} onClick={(e) => { if ((e.target as HTMLElement).closest("a")) setOpen(false); }}>
        <Link to="/" search={{}} className="mark plain">{say("app.name")} <span className="s m">{say("console.name")}</span></Link>
        <Views />
        <h2 className="rail-head">{say("console.rooms")}</h2>
        <ul>
          {ROOMS.filter((r) => !r.deed || may(me, r.deed)).map((r) => (
            <li key={r.to}><Link to={r.to} activeProps={{ "aria-current": "page" }}>{say(r.word)}</Link></li>
          ))}
        </ul>
        <Link to="/me" className="me plain" activeProps={{ "aria-current": "page" }}><span>{me.name}</span><span className="s m">{me.away_until ? say("console.away") : say("console.here")}</span></Link>
      </nav>
      <button type="button" className="rail-open btn bare slim" aria-expanded={open} onClick={() => setOpen(!open)}>{say(open ? "form.close" : "console.menu")}</button>
      <main id="room" tabIndex={-1}><Boundary reset={path}><Outlet /></Boundary></main>
      <Everywhere rooms={ROOMS.filter((r) => !r.deed || may(me, r.deed))} />
      <CommandBar />
      <Shortcuts />
    </div>
  );
}
function Views() {
  const say = useSay();
  const counts = useQuery(countsQuery), views = useQuery(viewsQuery);
  const current = useRouterState({ select: (s) => (s.location.pathname === "/" ? ((s.location.search as { view?: string }).view ?? "mine") : null) });
  const link = (key: string, name: string, count?: string) => (
    <li key={key}><Link to="/" search={{ view: key }} aria-current={current === key ? "page" : undefined}><span className="cut-text">{name}</span>{count !== undefined && <span>{count}</span>}</Link></li>
  );
  return (
    <>
      <ul>
        {standingOf(counts.data).map((v) => { const c = counts.data?.[v.key]; return link(v.key, say(v.word), c && (c.more ? `${c.count}+` : String(c.count))); })}
      </ul>
      {!!views.data?.items.length && <h2 className="rail-head">{say("console.saved_views")}</h2>}
      <ul>{views.data?.items.map((v) => link(v.id as string, v.name, String(v.count)))}</ul>
    </>
  );
}
