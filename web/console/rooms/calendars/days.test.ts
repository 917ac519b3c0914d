import { expect, test } from "vitest";
import { piecesOf, spansOf, weeksOf, type Day } from "./days";

const day = (date: string, kind: Day["kind"], name?: string): Day => ({ date, kind, windows: [], ...(name ? { name: { en: name } } : {}) });
test("a month that begins on a Thursday leaves three gaps", () => expect(weeksOf([day("2026-10-01", "holiday")])[0]!.findIndex(Boolean)).toBe(3));
test("days of one holiday that follow on each other are one span", () => {
  const spans = spansOf([day("2026-10-01", "holiday", "National Day"), day("2026-10-02", "holiday", "National Day"), day("2026-10-03", "off"), day("2026-10-05", "holiday", "National Day"), day("2026-10-10", "make_up")]);
  expect(spans.map((s) => [s.first.date, s.last.date, s.count])).toEqual([["2026-10-01", "2026-10-02", 2], ["2026-10-05", "2026-10-05", 1], ["2026-10-10", "2026-10-10", 1]]);
});
test("a window past midnight is two pieces of the day", () => expect(piecesOf([{ from: "18:00", to: "06:00" }, { from: "00:00", to: "24:00" }])).toEqual([[0.75, 1], [0, 0.25], [0, 1]]));
