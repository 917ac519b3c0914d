/** The page around, for whatever stands inside. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Host, Stand } from "./host";

export const Around = createContext<Host | null>(null);
export function useAround(): { host: Host; stand: Stand } {
  const host = useContext(Around)!;
  return { host, stand: useSyncExternalStore(host.watch, host.get) };
}
