import { describe, expect, test } from "vitest";
import { byAttention, see, type Clock } from "./promise";
import { lengthMs } from "./length";

const AT = Date.UTC(2026, 0, 5, 2, 0);
const iso = (minutes: number) => new Date(AT + minutes * 60_000).toISOString();
const clock = (more: Partial<Clock>): Clock => ({ verdict: "running", base_at: iso(-60), due_at: iso(60), target: "PT2H", used: "PT1H", left: "PT1H", ...more });

describe("a promise as it is seen", () => {
  test("running shows the share of time left", () => expect(see(clock({}), AT)).toEqual({ face: "safe", share: 50, ms: 3_600_000 }));
  test("is at risk from the book's first warning on, to the instant", () => {
    const c = clock({ warn_at: iso(10) });
    expect(see(c, AT + 10 * 60_000 - 1).face).toBe("safe");
    expect(see(c, AT + 10 * 60_000).face).toBe("risk");
  });
  test("without a warning, the last fifth of the time is at risk", () => {
    expect(see(clock({ due_at: iso(24) }), AT).face).toBe("safe");
    expect(see(clock({ due_at: iso(23) }), AT).face).toBe("risk");
  });
  test("is late at its due instant, before the house has said so", () => expect(see(clock({ due_at: iso(0) }), AT)).toEqual({ face: "late", share: 0, ms: 0 }));
  test("stays late while it is broken and unfulfilled, and counts on", () => expect(see(clock({ verdict: "broken", broken_at: iso(-14) }), AT)).toMatchObject({ face: "late", ms: 14 * 60_000 }));
  test("broken and then fulfilled tells by how much, for ever", () => expect(see(clock({ verdict: "broken", broken_at: iso(-30), ended_at: iso(-16) }), AT + 9e9)).toMatchObject({ face: "broken", ms: 14 * 60_000 }));
  test("paused says why and does not move", () => {
    const c = clock({ verdict: "paused", due_at: null, left: "PT30M", paused: { why: "customer", since: iso(-5) } });
    expect(see(c, AT)).toEqual(see(c, AT + 9e9));
    expect(see(c, AT)).toMatchObject({ face: "paused", why: "customer", share: 25 });
  });
  test("kept tells how long it took", () => expect(see(clock({ verdict: "kept", used: "PT6M", ended_at: iso(-54) }), AT)).toMatchObject({ face: "kept", ms: 360_000 }));
  test("what was not promised is said so", () => expect(see(null, AT).face).toBe("none"));
  test("late comes first, the latest on top; then at risk; then the nearest; kept last", () => {
    const all = [clock({ verdict: "kept" }), clock({ due_at: iso(90) }), clock({ due_at: iso(5) }), clock({ due_at: iso(-1) }), clock({ due_at: iso(-9) }), clock({ due_at: iso(60) })];
    expect(byAttention(all, AT).map((c) => (c.verdict === "kept" ? "kept" : c.due_at))).toEqual([iso(-9), iso(-1), iso(5), iso(60), iso(90), "kept"]);
  });
});
describe("a length as the house writes it", () => {
  test.each([["PT40M", 2_400_000], ["PT1H37M18.033731S", 5_838_033.731], ["-PT3M", -180_000], ["P2D", 172_800_000], ["PT0S", 0]])("%s", (text, ms) => expect(lengthMs(text)).toBeCloseTo(ms, 3));
  test("anything else is not a number, not a wrong one", () => expect(lengthMs("2 hours")).toBeNaN());
});
