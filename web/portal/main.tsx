import "@ui/styles.css";
import "./portal.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { makeClient } from "@api/queries";
import { applyTheme, Language, recall, RingShapes, SignedIn, Toasts, wantedLanguage, OfflineBar, type Theme } from "@ui";
import { makeRouter } from "./router";

applyTheme((new URLSearchParams(location.search).get("theme") as Theme | null) ?? recall<Theme>("theme", "system"));
// Letters lead to two pages for who is not inside yet.
const by = /^\/portal\/(link|invitation)\/?$/.exec(location.pathname)?.[1] as "link" | "invitation" | undefined;
// And a page of the vendor's own shows one inside it.
const within = /^\/portal\/embed\/?$/.test(location.pathname);
const Embed = lazy(() => import("./embed/page"));
const Enter = lazy(async () => ({ default: (await import("./door")).Enter }));
const AskLink = lazy(() => import("./door"));
const client = makeClient();
const router = makeRouter(client);
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Language initial={wantedLanguage()}>
        <RingShapes />
        <OfflineBar />
        <Toasts>
          {within ? <Suspense><Embed /></Suspense> : by ? <Suspense><Enter by={by} /></Suspense> : <SignedIn workspace="portal" more={<Suspense><AskLink /></Suspense>}><RouterProvider router={router} /></SignedIn>}
        </Toasts>
      </Language>
    </QueryClientProvider>
  </StrictMode>,
);
