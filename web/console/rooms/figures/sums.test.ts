import { expect, test } from "vitest";
import { endsOf, gather, placeOf, type Step } from "./sums";

const steps: Step[] = [{ up_to: "PT5M", count: 5 }, { up_to: "PT10M", count: 4 }, { up_to: "PT1H", count: 0 }, { count: 1 }];
test("half are within the step where the sum first reaches half", () => expect(placeOf(steps, 0.5)).toBe(0));
test("nine in ten are within ten minutes, the last one longer", () => expect([placeOf(steps, 0.9), placeOf(steps, 0.99)]).toEqual([1, 3]));
test("the last step has no end", () => expect([endsOf(steps, 0), endsOf(steps, 1), endsOf(steps, 3)]).toEqual([[-1, 300_000], [300_000, 600_000], [3_600_000, Infinity]]));
test("lines of one day are summed", () => expect(gather([{ d: "a", kept: 1, at_risk: 0, broken: 2, running: 0 }, { d: "a", kept: 1, at_risk: 1, broken: 0, running: 0 }], (l) => l.d)).toEqual([["a", { kept: 2, at_risk: 1, broken: 2, running: 0 }]]));
