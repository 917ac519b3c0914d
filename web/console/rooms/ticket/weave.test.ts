import { expect, test } from "vitest";
import { pieces, weave } from "./weave";

const at = (m: number) => new Date(Date.UTC(2026, 0, 1, 10, m)).toISOString();
const event = (pos: number, m: number, key: string, body: object = {}) => ({ pos, at: at(m), key, actor: null, body }) as never;
const message = (id: string, m: number) => ({ id, at: at(m), kind: "public", body: id, language: "en" }) as never;

test("what was said comes before what it did at the same instant", () => {
  const thread = weave([message("a", 0), message("b", 5)], [event(1, 0, "ticket.assigned"), event(2, 5, "ticket.wait_began", { why: "customer" })], []);
  expect(thread.map((s) => s.id)).toEqual(["a", "e1", "b", "e2"]);
});
test("a wait knows when it ended", () => {
  const [wait] = weave([], [event(1, 0, "ticket.wait_began"), event(2, 30, "ticket.wait_ended")], []);
  expect(wait).toMatchObject({ at: at(0), until: at(30) });
});
test("the rungs of one promise are one line", () => {
  const rung = (pos: number, tell: string) => event(pos, pos, "clock.escalated", { clock: "c", more: { tell } });
  const thread = weave([], [rung(1, "owner"), rung(2, "group"), rung(3, "duty_chief")], []);
  expect(thread).toHaveLength(1);
  expect(thread[0]).toMatchObject({ told: ["owner", "group", "duty_chief"] });
});
test("pauses are cut out of a promise's bar", () => {
  const clock = { id: "c", base_at: at(0), due_at: at(60) };
  const events = [event(1, 10, "clock.paused", { clock: "c", at: at(10) }), event(2, 30, "clock.resumed", { clock: "c", at: at(30) })];
  expect(pieces(clock, events, Date.parse(at(40))).map((p) => [p.state, p.ms / 60_000])).toEqual([["on", 10], ["off", 20], ["on", 10], ["left", 20]]);
});
test("what runs past its due is over", () => {
  expect(pieces({ id: "c", base_at: at(0), due_at: at(20) }, [], Date.parse(at(50))).map((p) => p.state)).toEqual(["on", "over"]);
});
test("what was said on a case that went into this one stands in its place, marked", () => {
  const thread = weave([message("a", 0), message("c", 9)], [event(1, 5, "ticket.absorbed", { other: "t2" })], [], [{ ticket: "t2", number: "YN-2", messages: [message("b", 3)], files: [] }]);
  expect(thread.map((s) => s.id)).toEqual(["a", "b", "e1", "c"]);
  expect(thread[1]).toMatchObject({ from: { ticket: "t2", number: "YN-2" } });
});
test("going into another case is told once", () => {
  expect(weave([], [event(1, 0, "ticket.closed", { how: "merged" }), event(2, 0, "ticket.merged", { into: "t1" })], []).map((s) => s.id)).toEqual(["e2"]);
});
test("a customer's call for a person, checks and hours are told where they happened", () => {
  const keys = ["ticket.person_asked", "ticket.checks_added", "ticket.check_done", "ticket.time_logged"];
  expect(weave([], keys.map((k, i) => event(i + 1, i, k)), []).map((s) => s.kind === "system" && s.what)).toEqual(keys);
});
