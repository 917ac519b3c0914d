/** Who else is here: said every 20 seconds while the page is looked at, and at once when one begins to write. */
import { useEffect, useRef, useState } from "react";
import { api, got, type Schemas } from "@api";

const EVERY = 20_000, STILL_TYPING = 8_000;
export function usePresence(ticket: string) {
  const [here, setHere] = useState<Schemas["HereOut"][]>([]);
  const typedAt = useRef(0), told = useRef("");
  const beat = useRef(() => {});
  useEffect(() => {
    let alive = true;
    beat.current = () => {
      if (document.visibilityState !== "visible") return;
      const doing = Date.now() - typedAt.current < STILL_TYPING ? "typing" : "reading";
      told.current = doing;
      got(api.PUT("/api/v1/tickets/{id}/presence", { params: { path: { id: ticket } }, body: { doing } })).then((p) => { if (alive) setHere(p.here); }, () => undefined);
    };
    beat.current();
    const t = setInterval(() => beat.current(), EVERY);
    const seen = () => beat.current();
    document.addEventListener("visibilitychange", seen);
    return () => { alive = false; clearInterval(t); document.removeEventListener("visibilitychange", seen); };
  }, [ticket]);
  const typing = () => { typedAt.current = Date.now(); if (told.current !== "typing") beat.current(); };
  return { here, typing };
}
