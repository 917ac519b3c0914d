import { expect, test } from "vitest";
import { parseEvent } from "./sse";

test("an event has its position and its data", () => expect(parseEvent("id: 17\nevent: ticket.replied\ndata: {\"a\":1}")).toEqual({ id: "17", data: '{"a":1}' }));
test("data over several lines is one text", () => expect(parseEvent("data: a\ndata: b")).toEqual({ data: "a\nb" }));
test("a comment that keeps the line open is nothing", () => expect(parseEvent(": still here")).toEqual({}));
