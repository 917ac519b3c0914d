import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "@api/client";
import { Host, type Bearer } from "./host";

const HOST = "https://console.vendor.example";
type Ear = (event: Partial<MessageEvent>) => void;
function around(answer: (token: string, times: number) => Bearer | Refusal = (token) => ({ token: `bearer-${token}`, lasts: 900_000, me: { id: "per_1" } as never })) {
  const said: { word: Record<string, unknown>; to: string }[] = [], entered: string[][] = [];
  let ear: Ear = () => {};
  const parent = { postMessage: (word: Record<string, unknown>, to: string) => said.push({ word, to }) };
  const here = { parent, addEventListener: (_: string, heard: Ear) => { ear = heard; } };
  const host = new Host(here as never, new URLSearchParams({ embed: "emb_1", origin: HOST }), async (...how) => {
    entered.push(how);
    const got = answer(how[1], entered.length);
    if (got instanceof Refusal) throw got;
    return got;
  });
  host.start();
  const tell = (data: unknown, from: Partial<MessageEvent> = {}) => ear({ source: parent as never, origin: HOST, data, ...from });
  return { host, said, entered, tell, count: (name: string) => said.filter((s) => s.word.yinuo === name).length };
}
const settled = () => vi.advanceTimersByTimeAsync(0);
beforeEach(() => { vi.useFakeTimers(); vi.stubGlobal("addEventListener", () => {}); });
afterEach(() => { vi.useRealTimers(); vi.unstubAllGlobals(); });

test("says ready to one origin, again and again, and gives up after ten seconds", async () => {
  const { host, said, count } = around();
  await vi.advanceTimersByTimeAsync(2_100);
  expect(count("ready")).toBe(5);
  expect(new Set(said.map((s) => s.to))).toEqual(new Set([HOST]));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(host.get().trouble).toEqual({ kind: "silent" });
  expect(count("ready")).toBe(20);
  host.again();
  expect(count("ready")).toBe(21);
});
test("hears the window around it alone, from its origin alone, and one greeting", async () => {
  const { host, tell, entered } = around();
  tell({ yinuo: "hello", token: "x" }, { origin: "https://evil.example" });
  tell({ yinuo: "hello", token: "x" }, { source: {} as never });
  tell({ hello: "hello", token: "x" });
  tell("hello");
  await settled();
  expect(entered).toEqual([]);
  tell({ yinuo: "hello", embed: "emb_1", token: "a", product: "ecs", instance: 7 });
  tell({ yinuo: "hello", embed: "emb_1", token: "b" });
  await settled();
  expect(entered).toEqual([["emb_1", "a", HOST]]);
  expect(host.get()).toMatchObject({ me: { id: "per_1" }, about: { product: "ecs", instance: "" }, trouble: null });
});
test("asks for another token a minute before the end, and once for many who were refused", async () => {
  const { host, tell, count } = around();
  tell({ yinuo: "hello", token: "a" });
  await settled();
  expect(await host.now()).toBe("bearer-a");
  await vi.advanceTimersByTimeAsync(839_000);
  expect(count("token?")).toBe(0);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(count("token?")).toBe(1);
  tell({ yinuo: "token", token: "b" });
  await settled();
  expect(await host.now()).toBe("bearer-b");
  expect(await host.fresh("bearer-a"), "renewed meanwhile").toBe("bearer-b");
  const both = Promise.all([host.fresh("bearer-b"), host.fresh("bearer-b")]);
  tell({ yinuo: "token", token: "c" });
  expect(await both).toEqual(["bearer-c", "bearer-c"]);
  expect(count("token?")).toBe(2);
});
test("a host that cannot vouch, or says nothing, keeps nobody waiting", async () => {
  const { host, tell } = around();
  tell({ yinuo: "hello", error: "no session" });
  await settled();
  expect(host.get().trouble).toEqual({ kind: "unvouched", why: "no session" });
  host.again();
  expect(host.get().trouble).toBe(null);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(host.get().trouble).toEqual({ kind: "silent" });
  await expect(host.now()).rejects.toMatchObject({ status: 401 });
  host.again();
  tell({ yinuo: "token", token: "a" });
  await settled();
  expect(host.get()).toMatchObject({ me: { id: "per_1" }, trouble: null });
});
test("what the house refuses is told, and who was in stays in until the bearer is over", async () => {
  const { host, tell, count } = around((token, times) => (times === 1 ? { token: "one", lasts: 120_000, me: { id: "per_1" } as never } : new Refusal(401, "embed_used", token, null, [], "")));
  tell({ yinuo: "hello", token: "a" });
  await settled();
  await vi.advanceTimersByTimeAsync(60_000);
  tell({ yinuo: "token", token: "a" });
  await settled();
  expect(host.get()).toMatchObject({ me: { id: "per_1" }, trouble: { kind: "refused", error: { code: "embed_used" } } });
  expect(await host.now()).toBe("one");
  await vi.advanceTimersByTimeAsync(61_000);
  await expect(host.now()).rejects.toMatchObject({ status: 401 });
  await expect(host.fresh("one")).rejects.toMatchObject({ status: 401 });
  expect(count("token?"), "after a no nobody is asked again").toBe(1);
});
test("a line that was down while renewing is tried with the next question", async () => {
  const { host, tell, count } = around((token, times) => (times === 2 ? new Refusal(0, "offline", "", null, [], "") : { token, lasts: 120_000, me: { id: "per_1" } as never }));
  tell({ yinuo: "hello", token: "a" });
  await vi.advanceTimersByTimeAsync(60_000);
  tell({ yinuo: "token", token: "b" });
  await settled();
  expect(host.get().trouble).toMatchObject({ kind: "refused", error: { offline: true } });
  await vi.advanceTimersByTimeAsync(61_000);
  const now = host.now();
  tell({ yinuo: "token", token: "c" });
  expect(await now).toBe("c");
  expect(host.get().trouble).toBe(null);
  expect(count("token?")).toBe(2);
});
test("opened by itself it knows", () => {
  const here = { addEventListener: () => {} } as { parent?: unknown };
  here.parent = here;
  const host = new Host(here as never, new URLSearchParams(), async () => { throw new Error("never"); });
  host.start();
  expect(host.get().trouble).toEqual({ kind: "alone" });
});
