/** The live stream: one connection a page, resumed without gap or doubling (positions of the log). Read by `fetch`, because an
 *  EventSource hears only the keys it was told beforehand. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Schemas } from "./client";
import { parseEvent } from "./sse";

export type HouseEvent = Schemas["EventOut"];
type Ear = (event: HouseEvent) => void;
const ears = new Set<Ear>(), watchers = new Set<() => void>();
let last: number | undefined;
let state: "live" | "away" = "live";
let stop: AbortController | undefined;

const QUIET_MAX = 45_000, WAIT_MAX = 30_000;
function be(next: typeof state) { if (state !== next) { state = next; for (const w of watchers) w(); } }

async function listen(signal: AbortSignal) {
  let wait = 1000;
  while (!signal.aborted) {
    const turn = new AbortController();
    const end = () => turn.abort();
    signal.addEventListener("abort", end);
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const alive = () => { clearTimeout(quiet); quiet = setTimeout(end, QUIET_MAX); };
    try {
      alive();
      const answer = await fetch(`/api/v1/events${last === undefined ? "" : `?after=${last}`}`, { signal: turn.signal, headers: { accept: "text/event-stream" } });
      if (answer.status === 401) { be("live"); return; }
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      be("live");
      wait = 1000;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        alive();
        rest += value.replaceAll("\r\n", "\n");
        const blocks = rest.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) hear(parseEvent(block));
      }
    } catch { /* the line is gone; what happens meanwhile comes after `last` */ }
    clearTimeout(quiet);
    signal.removeEventListener("abort", end);
    if (signal.aborted) return;
    be("away");
    await new Promise<void>((go) => {
      const t = setTimeout(go, wait);
      addEventListener("online", () => { clearTimeout(t); go(); }, { once: true });
    });
    wait = Math.min(wait * 2, WAIT_MAX);
  }
}
function hear({ id, data }: { id?: string; data?: string }) {
  const pos = Number(id);
  if (id && (last === undefined || pos > last)) last = pos;
  else if (id) return;
  if (!data) return;
  try { const event = JSON.parse(data) as HouseEvent; for (const ear of ears) ear(event); } catch { /* not ours */ }
}
/** Calls `ear` for everything that happens and that this person may see. */
export function useEvents(ear: Ear) {
  const newest = useRef(ear);
  newest.current = ear;
  useEffect(() => {
    const mine: Ear = (event) => newest.current(event);
    ears.add(mine);
    if (!stop) { stop = new AbortController(); void listen(stop.signal); }
    return () => {
      ears.delete(mine);
      // A change of rooms unmounts one listener before it mounts the next: the line stays up in between.
      setTimeout(() => { if (!ears.size) { stop?.abort(); stop = undefined; } }, 2000);
    };
  }, []);
}
/** Begins anew, for another person. */
export function forgetStream() { stop?.abort(); stop = undefined; last = undefined; }
/** Whether the stream is live and the browser online. */
export function useLive(): boolean {
  const stream = useSyncExternalStore((f) => { watchers.add(f); return () => watchers.delete(f); }, () => state);
  const net = useSyncExternalStore(
    (f) => { addEventListener("online", f); addEventListener("offline", f); return () => { removeEventListener("online", f); removeEventListener("offline", f); }; },
    () => navigator.onLine,
  );
  return stream === "live" && net;
}
