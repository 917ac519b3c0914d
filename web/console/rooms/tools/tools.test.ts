import { expect, test } from "vitest";
import { holes, isVariable, textFor } from "./tools";

test("the nearest language is chosen", () => {
  const texts = { "zh-CN": "您好", en: "Hello" };
  expect(textFor(texts, "en-GB").body).toBe("Hello");
  expect(textFor(texts, "zh-TW").language).toBe("zh-CN");
  expect(textFor(texts, "fr").body).toBe("您好");
});
test("open variables are found, each once, known or not", () => {
  expect(holes("{{due}} and {{ due }}, {{x}}")).toEqual(["due", "x"]);
  expect(isVariable("due") && !isVariable("x")).toBe(true);
});
