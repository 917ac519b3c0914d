import { expect, test } from "vitest";
import { asNumber, fit } from "./find";

test("the beginning of a title fits best", () => expect(fit("我的", "我的工单")).toBeGreaterThan(fit("工单", "我的工单")));
test("letters may be skipped, but not strewn", () => {
  expect(fit("plbk", "Plan books")).toBeGreaterThan(0);
  expect(fit("xyz", "Plan books")).toBe(0);
});
test("a case's number is known however it is typed", () => {
  expect(asNumber("yn-10001")).toBe("10001");
  expect(asNumber(" 10001 ")).toBe("10001");
  expect(asNumber("10.0.0.1")).toBeNull();
});
