/** One act on many cases. Each case answers for itself: what was refused is told with its reason and harms no other. */
import { useSyncExternalStore } from "react";
import { api, got, newKey, type Schemas } from "@api/client";
import type { Row } from "./list";

export type Act = Schemas["ActIn"];
export type BulkRow = Schemas["BulkRowOut"];
/** So many at once, and no more. */
export const MOST = 100;
export const bulk = (rows: readonly Row[], act: Act, dry: boolean, key: string = newKey()) =>
  got(api.POST("/api/v1/tickets/bulk", { params: { header: { "Idempotency-Key": key } }, body: { tickets: rows.map((r) => r.id), act, dry_run: dry } }));
export const takeBack = (undo: string) => got(api.POST("/api/v1/tickets/bulk/{id}/undo", { params: { path: { id: undo } } }));

/** The last one, as long as it can be taken back: the toast goes sooner. */
export interface Last { undo: string; until: number; words: string; done: string[] }
let last: Last | null = null;
const watchers = new Set<() => void>();
export function remember(next: Last | null) { last = next; for (const w of watchers) w(); }
export const useLast = () => useSyncExternalStore((f) => { watchers.add(f); return () => watchers.delete(f); }, () => last);
