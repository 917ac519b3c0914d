import "@ui/styles.css";
import "./portal.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeClient } from "@api/queries";
import { applyTheme, Language, recall, RingShapes, SignedIn, Toasts, wantedLanguage, OfflineBar, type Theme } from "@ui";
import { makeRouter } from "./router";

applyTheme((new URLSearchParams(location.search).get("theme") as Theme | null) ?? recall<Theme>("theme", "system"));
const client = makeClient();
const router = makeRouter(client);
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Language initial={wantedLanguage()}>
        <RingShapes />
        <OfflineBar />
        <Toasts>
          <SignedIn workspace="portal"><RouterProvider router={router} /></SignedIn>
        </Toasts>
      </Language>
    </QueryClientProvider>
  </StrictMode>,
);
