/** How a person likes the list: kept in this browser, shared by the list, its menu and the command bar. */
import { useSyncExternalStore } from "react";
import { keep, recall } from "@ui";

export type Density = "comfortable" | "compact";
export const COLUMNS = ["severity", "customer", "channel", "handler", "language", "product", "latest"] as const;
export type Column = (typeof COLUMNS)[number];
export interface Prefs { density: Density; columns: Column[] }

let prefs: Prefs = recall<Prefs>("queue.prefs", { density: "comfortable", columns: ["severity", "customer", "channel", "handler", "latest"] });
const watchers = new Set<() => void>();
export function setPrefs(change: Partial<Prefs>) {
  prefs = { ...prefs, ...change };
  keep("queue.prefs", prefs);
  for (const w of watchers) w();
}
export const usePrefs = () => useSyncExternalStore((f) => { watchers.add(f); return () => watchers.delete(f); }, () => prefs);
