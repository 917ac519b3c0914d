/** Addresses of the portal. A room is a line here and a folder in `rooms/`. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Shape, Wrong } from "@ui";
import { Shell } from "./shell";

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Shell, notFoundComponent: () => <Wrong error={null} /> });
type Load = () => Promise<{ Page: React.ComponentType }>;
const room = <const P extends string>(path: P, load: Load) => createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, "Page") });
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);
const routes = [
  room("/", () => import("./rooms/home/page")),
  createRoute({ getParentRoute: () => root, path: "/ask", component: lazyRouteComponent(() => import("./rooms/ask/page"), "Page"), validateSearch: (q: Record<string, unknown>) => ({ product: text(q.product), instance: text(q.instance) }) as { product?: string; instance?: string } }),
  createRoute({ getParentRoute: () => root, path: "/cases", component: lazyRouteComponent(() => import("./rooms/cases/page"), "Page"), validateSearch: (q: Record<string, unknown>) => ({ show: q.show === "closed" ? ("closed" as const) : undefined, q: text(q.q) }) as { show?: "closed"; q?: string } }),
  room("/cases/$id", () => import("./rooms/cases/case")),
  room("/plan", () => import("./rooms/plan/page")),
  room("/news", () => import("./rooms/news/page")),
  room("/me", () => import("./rooms/me/page")),
];
export const makeRouter = (client: QueryClient) =>
  createRouter({ routeTree: root.addChildren(routes), basepath: "/portal", context: { client }, defaultPreload: "intent", defaultPendingComponent: () => <Shape />, scrollRestoration: true });
declare module "@tanstack/react-router" { interface Register { router: ReturnType<typeof makeRouter> } }
