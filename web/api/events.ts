/** The live stream: one connection a browser, resumed without gap or doubling (positions of the log). Read by `fetch`, because an
 *  EventSource hears only the keys it was told beforehand. One page holds the line and tells the others: a browser opens six connections
 *  to a host at most over HTTP/1.1, so six pages with a line each would leave none for the seventh. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { reach, type Schemas } from "./client";
import { parseEvent } from "./sse";

export type HouseEvent = Schemas["EventOut"];
type Ear = (event: HouseEvent) => void;
const ears = new Set<Ear>(), watchers = new Set<() => void>();
let last: number | undefined;
type Line = "live" | "away";
let state: Line = "live";
let stop: AbortController | undefined;

const QUIET_MAX = 45_000, WAIT_MAX = 30_000;
/** The pages of this browser among themselves. */
type Talk = { ask: true } | { state: Line; last?: number | undefined } | { id?: string | undefined; data?: string | undefined };
let shared = "yinuo.events";
/** Who comes in by another way than the cookie may be somebody else than whom the cookie tells: they share with their like alone. Before the first ear. */
export const shareAs = (whom: string) => { shared = `yinuo.events.${whom}`; };
/** Set while this page holds the line. */
let tell: ((talk: Talk) => void) | undefined;
function be(next: Line) {
  if (state === next) return;
  state = next;
  tell?.({ state });
  for (const w of watchers) w();
}

/** Holds the line, or hears from the page that does and waits to take its place: when that page closes, from where this one has heard. */
async function share(signal: AbortSignal) {
  // Without a secure context (plain HTTP to another machine) there are no locks: a line of its own then.
  if (!("locks" in navigator) || !("BroadcastChannel" in globalThis)) return listen(signal);
  let channel: BroadcastChannel | undefined, held = false;
  try {
    const line = channel = new BroadcastChannel(shared);
    line.onmessage = ({ data }: MessageEvent<Talk>) => {
      if ("ask" in data) tell?.({ state, last });
      else if (tell) return;
      else if ("state" in data) { last ??= data.last; be(data.state); }
      else hear(data);
    };
    line.postMessage({ ask: true } satisfies Talk);
    await navigator.locks.request(shared, { signal }, async () => {
      held = true;
      tell = (talk) => line.postMessage(talk);
      await listen(signal).finally(() => { tell = undefined; });
    });
  } catch {
    // Given up while waiting; or the browser lets a page inside another one keep nothing, locks included: a line of its own there, too.
    if (!held && !signal.aborted) await listen(signal);
  }
  channel?.close();
}

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
      const answer = await reach(`/api/v1/events${last === undefined ? "" : `?after=${last}`}`, { signal: turn.signal, headers: { accept: "text/event-stream" } });
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
  tell?.({ id, data });
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
    if (!stop) { stop = new AbortController(); void share(stop.signal); }
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
