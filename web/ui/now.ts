/** One watch for the whole page: a minute's beat by default, a second's for what is nearly due. Nothing re-renders in between. */
import { useSyncExternalStore } from "react";

let offset = 0;
/** The server's clock is right: what a page says about time is by it. */
export function setServerNow(at: number) { offset = at - Date.now(); }
export const nowMs = () => Date.now() + offset;

function beat(every: number) {
  let at = nowMs();
  const heard = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => { at = nowMs(); for (const f of heard) f(); };
  const seen = () => { if (document.visibilityState === "visible") tick(); };
  return {
    subscribe: (f: () => void) => {
      heard.add(f);
      if (!timer) { at = nowMs(); timer = setInterval(tick, every); document.addEventListener("visibilitychange", seen); }
      return () => {
        heard.delete(f);
        if (!heard.size) { clearInterval(timer); timer = undefined; document.removeEventListener("visibilitychange", seen); }
      };
    },
    get: () => at,
  };
}
const slow = beat(15_000), quick = beat(1_000);
/** The present instant, renewed every 15 seconds, or every second when `exact`. */
export function useNow(exact = false): number {
  const watch = exact ? quick : slow;
  return useSyncExternalStore(watch.subscribe, watch.get);
}
