/** The frame of the window inside another page: two views and one case, moved about in without an address of its own. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { useFreshness } from "@api/queries";
import { Boundary, Shape, useMe, useSpeech } from "@ui";
import { listQuery, waitingQuery } from "../api";
import { callName } from "../story";
import { useAround } from "./around";
import type { Stand } from "./host";
import { Told } from "./told";
import { AskView, CaseView, CasesView } from "./views";

/** Tells the page around how tall the content is. It fills the window at least, so that the window grows and never shrinks under the pointer. */
export function useHeight(box: RefObject<HTMLElement | null>) {
  const { host } = useAround();
  useLayoutEffect(() => {
    if (!box.current) return;
    let told = 0;
    const eye = new ResizeObserver(([row]) => {
      const px = Math.ceil(row!.borderBoxSize[0]!.blockSize);
      // Put away it has no height; that is nobody's news.
      if (px !== told && px > 0) host.say({ yinuo: "height", px: (told = px) });
    });
    eye.observe(box.current);
    return () => eye.disconnect();
  }, [host, box]);
}
/** Closing: by the button, or by Escape where nothing else is open. An Escape that ends a word of the input method is not meant for the window. */
export function useLeaving(): () => void {
  const { host } = useAround();
  const close = useCallback(() => host.say({ yinuo: "close" }), [host]);
  useEffect(() => {
    const key = (e: KeyboardEvent) => { if (e.key === "Escape" && !e.defaultPrevented && !e.isComposing && e.keyCode !== 229) close(); };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [close]);
  return close;
}
/** Where to go on: the first line not written yet, else the view itself. A finger's keyboard comes only when it is asked for. */
function focusView() {
  const field = matchMedia("(pointer: coarse)").matches ? null : ["subject", "body"].map((id) => document.getElementById(id) as HTMLInputElement | null).find((f) => f && !f.value && f.checkVisibility());
  (field ?? document.getElementById("room"))?.focus();
}
function Shell() {
  const { say, language } = useSpeech(), me = useMe(), { host, stand } = useAround();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const asking = !path.includes("/cases"), [asked, setAsked] = useState(0), go = useNavigate();
  document.title = `${say(asking ? "portal.ask" : "portal.cases")} · ${say("portal.name")}`;
  const box = useRef<HTMLDivElement>(null), close = useLeaving();
  useHeight(box);
  useFreshness();
  useEffect(() => { focusView(); }, [stand.shown]);
  // Another view begins at its top, and is heard.
  const first = useRef(path);
  useEffect(() => { if (first.current !== path) { first.current = path; scrollTo(0, 0); document.getElementById("room")?.focus({ preventScroll: true }); } }, [path]);
  const waits = useQuery(waitingQuery).data, open = useInfiniteQuery(listQuery("open")).data, ready = waits && open;
  const all = ready ? [...waits.items, ...open.pages.flatMap((p) => p.items)] : [], unread = all.filter((c) => c.unread).length;
  useEffect(() => { if (ready) host.say({ yinuo: "unread", n: unread }); }, [host, ready, unread]);
  const here = { activeProps: { "aria-current": "page" as const } };
  return (
    <div ref={box} className="portal embed">
      <header className="embed-top">
        <nav aria-label={say("portal.name")}>
          <Link to="/ask" {...here}>{say("portal.ask")}</Link>
          <Link to="/cases" {...here} aria-current={asking ? undefined : "page"}>{say("portal.cases")}{all.length > 0 && <span className="m"> {waits?.next || open?.pages.at(-1)?.next ? `${all.length}+` : all.length}</span>}{unread > 0 && <><span className="dot" aria-hidden="true" /><span className="unseen">{say("cases.unread")}</span></>}</Link>
        </nav>
        <span className="grow" />
        <button type="button" className="btn bare" onClick={close}>{say("form.close")}</button>
      </header>
      {stand.trouble && <Told trouble={stand.trouble} bar />}
      <main id="room" tabIndex={-1} className="embed-room">
        {/* What is written, and the files with it, stays while somebody looks at their cases. */}
        <div hidden={!asking}><Boundary><AskView key={asked} onMade={async (id) => { await go({ to: "/cases/$id", params: { id } }); setAsked((n) => n + 1); }} /></Boundary></div>
        <Boundary reset={path}><Outlet /></Boundary>
      </main>
      <footer className="embed-end s m"><span>{say("embed.as", { who: callName(me.name, language) })}</span><a href={hrefOf(path, stand)} target="_blank" rel="noopener">{say(path.includes("/cases/") ? "embed.open_case" : "embed.open")}</a></footer>
    </div>
  );
}
/** The same in the portal itself. */
function hrefOf(path: string, { about }: Stand) {
  const asked = new URLSearchParams(Object.entries({ product: about.product, instance: about.instance }).filter(([, v]) => v)).toString();
  return `/portal${path}${path === "/ask" && asked ? `?${asked}` : ""}`;
}
const Nothing = () => null;
/** Rooms have the portal's own names, so that its parts lead where they should. */
export function makeEmbedRouter() {
  const root = createRootRoute({ component: Shell, notFoundComponent: Nothing });
  const room = (path: string, component: () => React.ReactNode) => createRoute({ getParentRoute: () => root, path, component });
  const routes = [room("/ask", Nothing), room("/cases", CasesView), room("/cases/$id", CaseView)];
  return createRouter({ routeTree: root.addChildren(routes), basepath: "/portal", history: createMemoryHistory({ initialEntries: ["/portal/ask"] }), defaultPendingComponent: () => <Shape /> });
}
