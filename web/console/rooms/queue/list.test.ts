import { expect, test } from "vitest";
import type { Ticket } from "@api/client";
import { arrange, type Row } from "./list";
import { asFilter, asSaved, matches } from "./standing";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const row = (id: string, more: Partial<Row> = {}): Row => ({ id, is_open: true, stage: "active", first_reply_at: "2026-11-20T08:00:00Z", opened_at: "2026-11-20T08:00:00Z", handler: null, broken: 0, severity: "high", ...more }) as Row;
const clock = (due: string) => ({ verdict: "running", base_at: "2026-11-20T08:00:00Z", due_at: due, target: "PT2H", used: "PT0S" });
const shape = (pages: Row[][], complete: boolean) => arrange(pages, "due", complete, NOW).map((s) => `${s.group}:${s.rows.map((r) => r.id).join("")}`);

const late = row("a", { clocks: [clock("2026-11-20T09:50:00Z")] }), risk = row("b", { clocks: [clock("2026-11-20T10:05:00Z")] });
const ours = row("c", { clocks: [] }), fresh = row("d", { first_reply_at: null, stage: "new", clocks: [clock("2026-11-20T11:50:00Z")] }), waits = row("e", { stage: "waiting_customer", clocks: [] });

test("late, at risk, ours, new, rest", () => expect(shape([[waits, fresh, ours, risk, late]], true)).toEqual(["late:a", "risk:b", "ours:c", "new:d", "rest:e"]));
test("what comes on a later page joins the end, and nothing comes twice", () => expect(shape([[late], [row("f", { first_reply_at: null }), late]], true)).toEqual(["late:a", "rest:f"]));
test("while there is more due, the rest keeps the order of due", () => expect(shape([[ours, fresh]], false)).toEqual(["rest:dc"]));
test("a filter is saved and read back as it was", () => {
  const f = { stage: "new,active", handler: "me", open: true };
  expect(asFilter(asSaved(f))).toEqual(f);
});
test("what the stream tells of is measured by the same filter", () => {
  const t = row("g", { handler: "per_1", product: "oss" } as Partial<Row>) as Ticket;
  expect(matches({ handler: "me", open: true }, t, "per_1")).toBe(true);
  expect(matches({ handler: "me" }, t, "per_2")).toBe(false);
  expect(matches({ stage: "new" }, t, "per_1")).toBe(false);
});
