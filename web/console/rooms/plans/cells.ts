/** A plan book as the house gives it, and how its cells are said. */
import { lengthMs, type Say, type When } from "@ui";
import { family } from "../desk/kit";

export type Words = Record<string, string>;
export interface Source { document: string; section: string }
export interface Line { id: string; family: string; vendor: string; name: string; rank: number; sale: string; from: string | null; to: string | null; promises: number; unconfirmed: number }
export interface Promised {
  row: string; key: string; channel: string[] | "any"; severity: string[] | "any"; target: string | { working_days: number } | null; cmp: "lt" | "le" | null; calendar: string | null;
  when: "always" | { in_hours: string } | { out_of_hours: string }; recurs: string; words: Words; source: Source; starts: string; kind: string; consumes: string | null; pauses: { why: string }[];
}
export interface Quota { key: string; name: Words; count: number | null; days: number | null; period: string; edition: string | null; lead_working_days: number | null; overrun: string; purchased: boolean; words: Words; source: Source }
export interface Deliverable { id: string; title: Words; words: Words; source: Source; every: string | null; on_demand: boolean; due_working_days: number | null; calendar: string | null }
export interface Item { id: string; words: Words; source: Source; value?: string | null }
export interface Book {
  id: string; family: string; vendor: string; name: Words; rank: number; sale: string; document: Source; effective: { from: string | null; to: string | null };
  channels: { id: string; name: Words; calendar: string | null; source: Source }[]; promises: Promised[]; quotas: Quota[]; deliverables: Deliverable[];
  features: Item[]; not_provided: Item[]; policies: Item[]; unconfirmed: { path: string; standing: string; words: Words; source: Source }[];
  eligibility: { words: Words; source: Source } | null;
  fee: { base: string | null; rate: string | null; model: string; currency: string; refund: string; source: Source };
  scope: { inside: Words[]; outside: Words[]; redirect: Words | null; source: Source; third_party: { name: string; supported: Words; unsupported: Words; source: Source }[]; escort_products: { name: Words; products: string[]; source: Source }[] };
}
export interface Change { code: string; kind: string; path: string; words: string }

/** A target in human words: under 2 h, within 5 working days. */
export function target(p: Promised, say: Say, when: When): string | null {
  if (p.target === null) return null;
  const length = typeof p.target === "string" ? when.length(lengthMs(p.target)) : say("plans.working_days", { n: p.target.working_days });
  return say(p.cmp === "lt" ? "plans.under" : "plans.within", { length });
}
export const calendarName = (id: string, say: Say) => family(say, `calendars.of_${id}`, id);
export const gradeName = (id: string, say: Say) => family(say, `plans.grade_${id}`, id);
export const promiseName = (key: string, say: Say) => family(say, `plans.key_${key}`, key);
/** `ali.enterprise.v2` → `v2`. */
export const edition = (id: string) => id.split(".").pop() ?? id;
