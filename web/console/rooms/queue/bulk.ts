/** One act on many cases. Each case answers for itself: what was refused is told with its reason and harms no other. */
import { useSyncExternalStore } from "react";
import { api, got, newKey, Refusal, type Schemas } from "@api/client";
import { ask } from "../tools/tools";
import type { Row } from "./list";

export type Act = Schemas["ActIn"];
export interface BulkRow { ticket: string; number: string | null; subject: string | null; possible: boolean; done: boolean; why: string | null; /** In words already. */ said?: string }
export interface Bulk { dry_run: boolean; items: BulkRow[]; undo: string | null; undo_until?: string | null }
/** So many at once, and no more. */
export const MOST = 100;
const AT_ONCE = 4;
let known = true;

export async function bulk(rows: readonly Row[], act: Act, dry: boolean, key: string = newKey()): Promise<Bulk> {
  if (known) {
    try { return await ask<Bulk>("POST", "/tickets/bulk", { body: { tickets: rows.map((r) => r.id), act, dry_run: dry }, key }); }
    catch (e) { if (!(e instanceof Refusal) || (e.status !== 404 && e.status !== 405)) throw e; known = false; }
  }
  return oneByOne(rows, act, dry);
}
/** A house that takes no bulk: the same act on each, and nothing can be said beforehand. */
async function oneByOne(rows: readonly Row[], act: Act, dry: boolean): Promise<Bulk> {
  const items = rows.map((r): BulkRow => ({ ticket: r.id, number: r.number, subject: r.subject, possible: true, done: false, why: null }));
  const waiting = dry ? [] : [...items];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      try { await got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id: item.ticket }, header: { "Idempotency-Key": newKey() } }, body: act })); item.done = true; }
      catch (e) { item.possible = false; if (e instanceof Refusal) { item.why = e.code; item.said = e.detail ?? e.title; } else item.said = String(e); }
    }
  }));
  return { dry_run: dry, items, undo: null };
}
export const takeBack = (undo: string) => ask<Bulk>("POST", `/tickets/bulk/${undo}/undo`);

/** The last one, as long as it can be taken back: the toast goes sooner. */
export interface Last { undo: string; until: number; words: string; done: string[] }
let last: Last | null = null;
const watchers = new Set<() => void>();
export function remember(next: Last | null) { last = next; for (const w of watchers) w(); }
export const useLast = () => useSyncExternalStore((f) => { watchers.add(f); return () => watchers.delete(f); }, () => last);
