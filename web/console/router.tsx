/** Addresses of the console. A room is a line here and a folder in `rooms/`; its code is loaded when it is first entered. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Shape, Wrong } from "@ui";
import { Shell } from "./shell";

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Shell, notFoundComponent: Nowhere });
function Nowhere() { return <div className="room"><Wrong error={null} /></div>; }
type Load = () => Promise<{ Page: React.ComponentType }>;
const room = <const P extends string>(path: P, load: Load) => createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, "Page") });

/** What the list shows: a standing view's key or a saved view's id, and filters of `GET /tickets`. */
export interface QueueSearch { view?: string; product?: string; severity?: string; stage?: string; channel?: string; language?: string; account?: string; handler?: string; plan?: string; tier?: number; broken?: boolean; sort?: "due" | "updated" }
const text = (v: unknown) => (typeof v === "string" && v ? v : undefined);
export const queueRoute = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (s: Record<string, unknown>): QueueSearch => ({
    view: text(s.view), ...(typeof s.product === "string" ? { product: s.product } : {}), severity: text(s.severity), stage: text(s.stage), channel: text(s.channel), language: text(s.language),
    account: text(s.account), handler: text(s.handler), plan: text(s.plan), ...(Number(s.tier) > 0 ? { tier: Number(s.tier) } : {}), ...(s.broken === true ? { broken: true } : {}), ...(s.sort === "updated" ? { sort: "updated" as const } : {}),
  }),
  component: lazyRouteComponent(() => import("./rooms/queue/page"), "Page"),
});
/** What is looked for, in the address. */
export interface SearchSearch { q?: string; kind?: string }
export const searchRoute = createRoute({
  getParentRoute: () => root,
  path: "/search",
  validateSearch: (s: Record<string, unknown>): SearchSearch => ({ q: typeof s.q === "number" ? String(s.q) : text(s.q), kind: text(s.kind) }),
  component: lazyRouteComponent(() => import("./rooms/search/page"), "Page"),
});
/** Which shelf of tools, and which one on it. */
const SHELVES = ["templates", "macros", "checklists"] as const;
export const toolsRoute = createRoute({
  getParentRoute: () => root,
  path: "/tools",
  validateSearch: (s: Record<string, unknown>): { shelf?: (typeof SHELVES)[number]; id?: string } => ({ ...(SHELVES.some((x) => x === s.shelf) ? { shelf: s.shelf as (typeof SHELVES)[number] } : {}), ...(text(s.id) ? { id: text(s.id)! } : {}) }),
  component: lazyRouteComponent(() => import("./rooms/tools/page"), "Page"),
});
export const ticketRoute = room("/tickets/$id", () => import("./rooms/ticket/page"));
const routes = [
  queueRoute,
  ticketRoute,
  searchRoute,
  toolsRoute,
  room("/people", () => import("./rooms/people/page")),
  room("/board", () => import("./rooms/board/page")),
  room("/figures", () => import("./rooms/figures/page")),
  room("/plans", () => import("./rooms/plans/page")),
  room("/plans/$id", () => import("./rooms/plans/book")),
  room("/calendars", () => import("./rooms/calendars/page")),
  room("/customers", () => import("./rooms/customers/page")),
  room("/customers/$id", () => import("./rooms/customers/account")),
  room("/guides", () => import("./rooms/guides/page")),
  room("/routing", () => import("./rooms/routing/page")),
  room("/mail", () => import("./rooms/mail/page")),
  createRoute({
    getParentRoute: () => root,
    path: "/reports",
    validateSearch: (s: Record<string, unknown>): { id?: string; all?: boolean } => ({ ...(text(s.id) ? { id: text(s.id)! } : {}), ...(s.all === true ? { all: true } : {}) }),
    component: lazyRouteComponent(() => import("./rooms/reports/page"), "Page"),
  }),
  room("/embeds", () => import("./rooms/embeds/page")),
  room("/webhooks", () => import("./rooms/webhooks/page")),
  room("/me", () => import("./rooms/me/page")),
  room("/house", () => import("./rooms/house/page")),
  room("/gallery", () => import("./rooms/gallery/page")),
];
export const makeRouter = (client: QueryClient) =>
  createRouter({ routeTree: root.addChildren(routes), basepath: "/console", context: { client }, defaultPreload: "intent", defaultPendingComponent: () => <div className="room"><Shape /></div>, scrollRestoration: true });
declare module "@tanstack/react-router" { interface Register { router: ReturnType<typeof makeRouter> } }
