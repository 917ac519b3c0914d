// What people do all day, in two languages, in a real browser against the real program.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import { after, afterEach, before, test } from "node:test";
import { axe, openHouse, words } from "./house.mjs";

let house;
before(async () => { house = await openHouse(); }, { timeout: 120_000 });
after(() => house?.close());
afterEach(() => assert.deepEqual(house.faults.splice(0), []));

test("the policy of every page lets nothing foreign in", async () => {
  for (const path of ["/console/", "/portal/"]) {
    const answer = await fetch(`${house.base}${path}`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.doesNotMatch(await answer.text(), /<script(?![^>]* src=)/);
  }
});

for (const language of ["zh-CN", "en"]) {
  test(`a customer at night on a phone sees the answer come by itself (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language);
    const customer = await house.person(language === "en" ? "northwind" : "yunfan", { phone: true, language, theme: "dark", path: "/portal/ask" });
    const asked = language === "en" ? "Replica lag keeps growing" : "从库延迟持续升高";
    const { page } = customer;
    await page.getByLabel(say("portal", "ask.subject")).fill(asked);
    await page.getByLabel(say("portal", "ask.body")).fill(asked);
    await page.locator("#severity-high").check({ force: true });
    // The promise stands there before anything is sent.
    await page.reload();
    await page.getByLabel(say("portal", "ask.subject")).waitFor();
    assert.equal(await page.getByLabel(say("portal", "ask.subject")).inputValue(), asked, "a reload loses nothing that was typed");
    await page.getByRole("button", { name: say("portal", "ask.send"), exact: true }).click();
    await page.waitForURL(/\/portal\/cases\/tkt_/);
    const ticket = new URL(page.url()).pathname.split("/").pop();
    await page.getByRole("heading", { level: 1, name: asked }).waitFor();

    const handler = (await customer.api("GET", `/tickets/${ticket}`)).ticket.handler;
    assert.ok(handler, "somebody is named before the page is there");
    await house.wind(1);
    const engineer = await house.person("chief", { language, path: `/console/tickets/${ticket}` });
    const answer = language === "en" ? "I have it, and will stay with it until it is solved." : "我已接手，会负责到问题解决。";
    await engineer.page.getByRole("textbox", { name: say("console", "ticket.tab_reply") }).fill(answer);
    await engineer.page.keyboard.press("Control+Enter");
    await page.getByText(answer, { exact: true }).first().waitFor();
    await house.wind(1);

    // And back: what the customer says appears at the engineer's.
    const thanks = language === "en" ? "Thank you, it happened again at ten." : "谢谢，十点又发生了一次。";
    await page.getByRole("textbox").last().fill(thanks);
    await page.getByRole("button", { name: say("portal", "case.send"), exact: true }).click();
    await engineer.page.getByText(thanks, { exact: true }).first().waitFor();
    const { messages } = await customer.api("GET", `/tickets/${ticket}`);
    assert.deepEqual(messages.map((m) => m.body), [asked, answer, thanks], "each word once");
    await customer.context.close();
    await engineer.context.close();
  });
}

for (const language of ["zh-CN", "en"]) {
  test(`connection lost for a minute: nothing lost, nothing doubled (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language);
    const customer = await house.person("galaxy", { path: "/portal/" });
    const opened = await customer.api("POST", "/tickets", { subject: "游戏服登录超时", body: "晚高峰登录超时。", severity: "high", product: "ecs" });
    const id = (opened.ticket ?? opened).id;
    const engineer = await house.person("chief", { language, path: `/console/tickets/${id}` });
    const box = engineer.page.getByRole("textbox", { name: say("console", "ticket.tab_reply") });
    await box.fill("先看负载均衡。");
    await engineer.context.setOffline(true);
    await box.fill("先看负载均衡，再看会话保持。");
    await engineer.page.keyboard.press("Control+Enter");
    // Meanwhile the customer goes on.
    await customer.api("POST", `/tickets/${id}/messages`, { body: "又有玩家反馈。", kind: "public", asks: false, attachments: [] }, { "idempotency-key": `offline-${language}` });
    await house.wind(1);
    await engineer.context.setOffline(false);
    await engineer.page.getByText("又有玩家反馈。", { exact: true }).first().waitFor();
    // It goes out by itself, or at a second press if the writer was told of the news first.
    const again = engineer.page.getByRole("button", { name: say("console", "ticket.send_anyway") });
    const said = async () => (await customer.api("GET", `/tickets/${id}`)).messages.map((m) => m.body);
    for (let i = 0; i < 100 && !(await said()).includes("先看负载均衡，再看会话保持。"); i++) {
      if (await again.isVisible().catch(() => false)) await again.click();
      await engineer.page.waitForTimeout(200);
    }
    assert.deepEqual((await said()).sort(), ["先看负载均衡，再看会话保持。", "又有玩家反馈。", "晚高峰登录超时。"].sort());
    await customer.context.close();
    await engineer.context.close();
  });
}

for (const language of ["zh-CN", "en"]) {
  test(`a question half written when the connection goes is there after a reload (${language})`, { timeout: 120_000 }, async () => {
    const { page, context, api } = await house.person("galaxy", { phone: true, language, path: "/portal/ask" });
    const before = (await api("GET", "/tickets?limit=50")).items.length;
    const [subject, body] = ["登录网关超时", "从 20:10 起登录网关超时，重试也不行。"];
    await page.locator("#body").fill(body.slice(0, 8));
    await context.setOffline(true);
    await page.locator("#body").fill(body);
    await page.locator("#subject").fill(subject);
    await page.locator("main input[type=radio]").nth(2).check({ force: true });
    // Kept as one types, a breath later.
    await page.waitForTimeout(1000);
    await context.setOffline(false);
    await page.reload();
    await page.waitForFunction((text) => document.querySelector("#body")?.value === text, body);
    assert.equal(await page.locator("#subject").inputValue(), subject);
    assert.equal(await page.locator("main input[type=radio]:checked").count(), 1, "how bad it is was kept too");
    assert.equal((await api("GET", "/tickets?limit=50")).items.length, before, "nothing went out that nobody sent");
    await context.close();
  });
}

test("eight windows of one person: one line, and every window hears", { timeout: 180_000 }, async () => {
  const say = words("zh-CN");
  const customer = await house.person("galaxy", { path: "/portal/" });
  const opened = await customer.api("POST", "/tickets", { subject: "多窗口值守", body: "请留意。", severity: "medium", product: "ecs" });
  const id = (opened.ticket ?? opened).id;
  const engineer = await house.person("chief", { path: `/console/tickets/${id}` });
  // Each over HTTP/1.1: with a line a window the seventh would never load.
  const windows = [engineer.page];
  while (windows.length < 8) windows.push(await engineer.context.newPage());
  for (const page of windows) {
    if (page !== engineer.page) await page.goto(`/console/tickets/${id}?lang=zh-CN`);
    await page.getByRole("textbox", { name: say("console", "ticket.tab_reply") }).waitFor();
  }
  const { held, pending } = await engineer.page.evaluate(() => navigator.locks.query());
  assert.deepEqual([held.length, pending.length], [1, 7], "one window holds the line, seven would take its place");
  await customer.api("POST", `/tickets/${id}/messages`, { body: "第一句。", kind: "public", asks: false, attachments: [] }, { "idempotency-key": "story-windows-1" });
  for (const page of windows) await page.getByText("第一句。", { exact: true }).first().waitFor();
  // The one that holds the line closes; another takes its place and has missed nothing.
  await windows.shift().close();
  await customer.api("POST", `/tickets/${id}/messages`, { body: "第二句。", kind: "public", asks: false, attachments: [] }, { "idempotency-key": "story-windows-2" });
  for (const page of windows) await page.getByText("第二句。", { exact: true }).first().waitFor();
  await customer.context.close();
  await engineer.context.close();
});

for (const language of ["zh-CN", "en"]) {
  test(`two engineers on one ticket: each sees the other, neither writes past news unseen (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language);
    const customer = await house.person("yunfan", { path: "/portal/" });
    const opened = await customer.api("POST", "/tickets", { subject: "专线切换后丢包", body: "跨可用区丢包 0.4%。", severity: "high", product: "vpc" });
    const id = (opened.ticket ?? opened).id;
    const li = await house.person("li", { language, path: `/console/tickets/${id}` });
    const boxLi = li.page.getByRole("textbox", { name: say("console", "ticket.tab_reply") });
    await boxLi.fill("我先核对路由表。");
    const mia = await house.person("mia", { language, path: `/console/tickets/${id}` });
    await mia.page.getByText(language === "en" ? "Li Xiang" : "李想").first().waitFor();
    await house.wind(1);
    await mia.api("POST", `/tickets/${id}/messages`, { body: "路由表已核对，没有问题。", kind: "public", asks: false, attachments: [] }, { "idempotency-key": `two-${language}` });
    await li.page.getByText("路由表已核对，没有问题。").first().waitFor();
    await boxLi.focus();
    await li.page.keyboard.press("Control+Enter");
    const anyway = li.page.getByRole("button", { name: say("console", "ticket.send_anyway") });
    await anyway.waitFor();
    assert.equal(await boxLi.inputValue(), "我先核对路由表。", "what was written is still there");
    await anyway.click();
    for (let i = 0; i < 50 && (await customer.api("GET", `/tickets/${id}`)).messages.length < 3; i++) await li.page.waitForTimeout(200);
    assert.equal((await customer.api("GET", `/tickets/${id}`)).messages.length, 3);
    for (const p of [customer, li, mia]) await p.context.close();
  });
}

for (const language of ["zh-CN", "en"]) {
  test(`merge and undo: two cases of one customer become one, and stand as before afterwards (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language);
    const customer = await house.person(language === "en" ? "northwind" : "yunfan", { language, path: "/portal/" });
    const open = async (subject, body, severity) => { const made = await customer.api("POST", "/tickets", { subject, body, severity, product: "rds" }); return (made.ticket ?? made).id; };
    const [asked, again] = language === "en" ? ["Reports time out", "Three more reports failed just now."] : ["报表任务超时", "刚才又有三个报表任务失败。"];
    const whole = await open(asked, asked, "high"), part = await open(`${asked} (2)`, again, "medium");
    const engineer = await house.person("li", { language, path: `/console/tickets/${part}` });
    const { page } = engineer;
    const answer = language === "en" ? "I am looking at the slow queries." : "我在看慢查询。";
    await engineer.api("POST", `/tickets/${whole}/messages`, { body: answer, kind: "public", asks: false, attachments: [] }, { "idempotency-key": `merge-${language}` });
    /** What stands of a case: its stage, level and promises. */
    const stands = async (id) => {
      const { ticket, clocks, links } = await engineer.api("GET", `/tickets/${id}`);
      return { stage: ticket.stage, severity: ticket.severity, into: ticket.merged_into, links: links.length, clocks: clocks.filter((c) => c.verdict !== "cancelled").map((c) => [c.promise, c.verdict, c.due_at]).sort() };
    };
    const before = [await stands(whole), await stands(part)];
    const number = (await engineer.api("GET", `/tickets/${whole}`)).ticket.number, other = (await engineer.api("GET", `/tickets/${part}`)).ticket.number;

    // By keyboard to the choice; what happens then is said before it happens.
    await page.getByRole("heading", { level: 1, name: `${asked} (2)` }).waitFor();
    await page.keyboard.press("m");
    const dialog = page.getByRole("dialog");
    await dialog.getByText(number).first().click();
    await dialog.getByRole("heading", { name: say("console", "ticket.merge_then") }).waitFor();
    await dialog.getByRole("button", { name: say("console", "ticket.merge_do").replace("{number}", number) }).click();

    // One thread: the other's words stand in it, and say where they were written.
    await page.waitForURL(new RegExp(whole));
    const moved = page.getByRole("article").filter({ hasText: again });
    await moved.getByRole("link", { name: other }).waitFor();
    await page.getByRole("article").filter({ hasText: answer }).waitFor();
    assert.equal((await stands(part)).into, whole);
    assert.equal((await stands(part)).stage, "closed");

    // And back, from where one is told of it.
    await page.locator(".toasts").getByRole("button", { name: say("console", "form.undo") }).click();
    await page.waitForURL(new RegExp(part));
    await page.getByText(say("console", "ticket.unmerged").replace("{part}", other).replace("{whole}", number)).waitFor();
    assert.deepEqual([await stands(whole), await stands(part)], before);
    await page.goto(`/console/tickets/${whole}?lang=${language}`);
    await page.getByRole("article").filter({ hasText: answer }).waitFor();
    assert.equal(await page.getByRole("article").filter({ hasText: again }).count(), 0);
    await engineer.context.close();
    await customer.context.close();
  });
}

for (const language of ["zh-CN", "en"]) {
  test(`a manager's worst hour: what falls due unseen turns late on the page by itself (${language})`, { timeout: 240_000 }, async () => {
    const say = words(language);
    const customer = await house.person("galaxy", { path: "/portal/" });
    const opened = await customer.api("POST", "/tickets", { subject: "支付回调超时", body: "下单成功率降到 61%。", severity: "critical", product: "slb" });
    const id = (opened.ticket ?? opened).id;
    const chief = await house.person("chief", { language, path: `/console/tickets/${id}` });
    await chief.page.getByRole("heading", { level: 1, name: "支付回调超时" }).waitFor();
    const { clocks } = await chief.api("GET", `/tickets/${id}`);
    const first = clocks.find((c) => c.promise === "first_response");
    assert.equal(first.verdict, "running");
    const left = (Date.parse(first.due_at) - Date.parse(first.base_at)) / 60_000;
    await house.wind(left + 1);
    for (let i = 0; i < 100; i++) {
      const now = (await chief.api("GET", `/tickets/${id}`)).clocks.find((c) => c.promise === "first_response");
      if (now.verdict === "broken") break;
      await chief.page.waitForTimeout(200);
    }
    const after = (await chief.api("GET", `/tickets/${id}`)).clocks.find((c) => c.promise === "first_response");
    assert.equal(after.verdict, "broken");
    assert.equal(after.broken_at, after.due_at, "it broke when it was due, whenever it was noticed");
    await chief.page.getByText(say("console", "ticket.sys_clock_breached").split("}").pop()).first().waitFor();
    // Whoever has it hands it on from the board, with the keyboard alone; the case says why, and the board shows it where it is now.
    const to = (await chief.api("GET", "/people?limit=200")).items.find((p) => p.login === (language === "en" ? "mia" : "wang"));
    await chief.page.goto(`/console/board?lang=${language}`);
    const { number } = opened.ticket ?? opened;
    const hand = chief.page.getByRole("button", { name: say("console", "board.hand_name").replace("{number}", number) });
    await hand.focus();
    await chief.page.keyboard.press("Enter");
    const choice = chief.page.getByRole("menuitem").filter({ hasText: to.name }).first();
    await choice.focus();
    await chief.page.keyboard.press("Enter");
    await chief.page.getByRole("dialog").waitFor();
    await chief.page.keyboard.insertText(language === "en" ? "Takes over for this hour." : "这一小时由您接手。");
    await chief.page.keyboard.press("Tab");
    await chief.page.getByRole("dialog").getByRole("button", { name: say("console", "board.do_hand") }).focus();
    await chief.page.keyboard.press("Enter");
    await chief.page.getByText(say("console", "board.handed").replace("{number}", number).replace("{name}", to.name)).first().waitFor();
    assert.equal((await chief.api("GET", `/tickets/${id}`)).ticket.handler, to.id);
    await chief.page.getByRole("region", { name: to.name }).getByRole("link", { name: "支付回调超时" }).first().waitFor();
    await chief.context.close();
    await customer.context.close();
  });
}

for (const language of ["zh-CN", "en"]) {
  test(`keyboard only: from the queue to an answer without a mouse (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language);
    const customer = await house.person("deepblue", { path: "/portal/" });
    const opened = await customer.api("POST", "/tickets", { subject: "容器节点扩容后一直等待", body: "扩容后 Pod 一直 Pending。", severity: "medium", product: "ack" });
    const number = (opened.ticket ?? opened).number, id = (opened.ticket ?? opened).id;
    const chief = await house.person("chief", { language, path: "/console/" });
    await chief.page.getByRole("heading", { level: 1 }).first().waitFor();
    await chief.page.keyboard.press("Control+k");
    await chief.page.getByRole("dialog").waitFor();
    await chief.page.keyboard.type(number);
    await chief.page.waitForTimeout(600);
    await chief.page.keyboard.press("Enter");
    await chief.page.waitForURL(new RegExp(id));
    await chief.page.getByRole("heading", { level: 1, name: "容器节点扩容后一直等待" }).waitFor();
    await house.wind(1);
    await chief.page.keyboard.press("r");
    await chief.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await chief.page.keyboard.insertText("我在看节点事件。");
    // Enter that chooses a word of the input method must not send.
    await chief.page.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, isComposing: true, bubbles: true, cancelable: true })));
    assert.equal((await customer.api("GET", `/tickets/${id}`)).messages.length, 1);
    await chief.page.keyboard.press("Control+Enter");
    for (let i = 0; i < 50 && (await customer.api("GET", `/tickets/${id}`)).messages.length < 2; i++) await chief.page.waitForTimeout(200);
    assert.equal((await customer.api("GET", `/tickets/${id}`)).messages[1].body, "我在看节点事件。");
    await chief.context.close();
    await customer.context.close();
  });
}
for (const language of ["zh-CN", "en"]) {
  test(`screen at 360 px: an engineer on the way answers from a phone (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language);
    const customer = await house.person("orange", { path: "/portal/" });
    const subject = language === "en" ? "Invoices cannot be downloaded" : "发票无法下载";
    const opened = await customer.api("POST", "/tickets", { subject, body: subject, severity: "high", product: "oss" });
    const id = (opened.ticket ?? opened).id;
    await house.wind(1);
    const phone = await house.person("chief", { phone: true, language, theme: "dark", path: "/console/?view=all" });
    // Rows further down are drawn when they are reached.
    const row = phone.page.locator(`#open-${id}`);
    for (let i = 0; i < 40 && !(await row.count()); i++) {
      await phone.page.evaluate(() => { for (const e of document.querySelectorAll("*")) if (e.scrollHeight > e.clientHeight + 40) e.scrollTop += 400; });
      await phone.page.waitForTimeout(150);
    }
    await row.tap();
    await phone.page.getByRole("heading", { level: 1, name: subject }).waitFor();
    const box = phone.page.getByRole("textbox", { name: say("console", "ticket.tab_reply") });
    const answer = language === "en" ? "Mended; please try once more." : "已修复，请再试一次。";
    await box.fill(answer);
    const over = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${over} px too wide`);
    await phone.page.getByRole("button", { name: say("console", "ticket.send_reply"), exact: true }).first().tap();
    for (let i = 0; i < 50 && (await customer.api("GET", `/tickets/${id}`)).messages.length < 2; i++) await phone.page.waitForTimeout(200);
    assert.equal((await customer.api("GET", `/tickets/${id}`)).messages[1].body, answer);
    await phone.context.close();
    await customer.context.close();
  });
}

/** A console of the vendor's own on another origin: a page that loads the script, and a server that signs who is at the screen. */
async function openConsole(house, signed) {
  const server = createServer(async (asked, answer) => {
    if (asked.url === "/token") { answer.setHeader("content-type", "text/plain"); return answer.end(await signed()); }
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Console</title><h1>i-0abc123</h1><button id="help">Help</button>
      <script src="${house.base}/embed.js" data-embed="${server.embed}" data-button="off" async></script>
      <script>help.onclick = () => Yinuo.open({ product: "ecs", instance: "i-0abc123", language: server_language(), token: () => fetch("/token").then((r) => r.text()) });
      function server_language() { return new URLSearchParams(location.search).get("language"); }</script>`);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  return { server, registered: `http://localhost:${port}`, stranger: `http://127.0.0.1:${port}` };
}
for (const language of ["zh-CN", "en"]) {
  test(`a question from inside the vendor's own console (${language})`, { timeout: 180_000 }, async () => {
    const say = words(language), login = language === "en" ? "northwind" : "yunfan";
    const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const admin = await house.person("admin"), customer = await house.person(login);
    const part = (o) => Buffer.from(JSON.stringify(o)).toString("base64url");
    const signed = async (more = {}) => {
      // By the house's watch, which these stories wind.
      const iat = Math.floor(Date.parse((await customer.api("GET", "/ask/choices")).at) / 1000);
      const text = `${part({ alg: "ES256", typ: "JWT" })}.${part({ iss: host.server.embed, sub: login, aud: house.base, iat, exp: iat + 300, jti: randomUUID(), ...more })}`;
      return `${text}.${sign("sha256", Buffer.from(text), { key: keys.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
    };
    const host = await openConsole(house, signed);
    const embed = await admin.api("POST", "/embeds", { name: `Console ${language}`, origins: [host.registered], key: { alg: "ES256", public_key: keys.publicKey.export({ type: "spki", format: "pem" }) } }, { "idempotency-key": randomUUID() });
    host.server.embed = embed.id;

    // A browser that never was at the support site.
    const context = await house.browser.newContext({ locale: language, timezoneId: "Asia/Shanghai" });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on("pageerror", (e) => house.faults.push(`console: ${e.message}`));
    page.on("console", (m) => { if (m.type() === "error" && /Content Security Policy|Refused to/.test(m.text())) house.faults.push(`console: ${m.text()}`); });
    await page.goto(`${host.registered}/?language=${language}`);
    await page.locator("#help").click();
    const inside = page.frameLocator("iframe");
    const asked = language === "en" ? "Logins are refused" : "登录被拒绝";
    await inside.getByLabel(say("portal", "ask.subject")).fill(asked);
    assert.match(await inside.locator(".about").innerText(), /ecs · i-0abc123/, "what the page around is about is known");
    await inside.getByLabel(say("portal", "ask.body")).fill(asked);
    await inside.locator("#severity-high").check();
    const [before, behind] = say("portal", "ask.answer_by").split("{at}");
    await inside.locator(".why").filter({ hasText: behind || before }).waitFor();
    assert.deepEqual(await axe(page.frames()[1]), []);
    await inside.getByRole("button", { name: say("portal", "ask.send"), exact: true }).click();

    // The case, and its promise, as the house has them.
    await inside.getByRole("heading", { level: 1, name: asked }).waitFor();
    const { items } = await customer.api("GET", "/tickets?limit=20"), made = items.find((t) => t.subject === asked && t.instance === "i-0abc123");
    assert.ok(made, "the case is the customer's");
    assert.equal(made.product, "ecs");
    const { clocks } = await customer.api("GET", `/tickets/${made.id}`), first = clocks.find((c) => c.promise === "first_response");
    const due = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: customer.me.tz ?? "Asia/Shanghai" }).format(new Date(first.due_at));
    await inside.locator(".now").filter({ hasText: due }).waitFor();
    assert.deepEqual(await axe(page.frames()[1]), []);

    // The answer comes by itself, and the page around is told of it; nothing was left in the browser that opens a door.
    await house.wind(1);
    const engineer = await house.person("chief"), answer = language === "en" ? "I have it." : "我已接手。";
    await engineer.api("POST", `/tickets/${made.id}/messages`, { body: answer, kind: "public", asks: false, attachments: [] }, { "idempotency-key": randomUUID() });
    await inside.getByText(answer, { exact: true }).first().waitFor();
    assert.deepEqual(await context.cookies(), []);

    // Closed and opened again, it is where it was.
    await page.frames()[1].locator("#room").focus();
    await page.keyboard.press("Escape");
    await page.locator("iframe").waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.id), "help");
    await page.locator("#help").click();
    await inside.getByRole("heading", { level: 1, name: asked }).waitFor();

    // The quarter of an hour is over: another word of the host's, and nobody notices.
    await house.wind(20);
    await inside.getByRole("textbox").last().fill(asked);
    await inside.getByRole("button", { name: say("portal", "case.send"), exact: true }).click();
    for (let i = 0; i < 50 && (await customer.api("GET", `/tickets/${made.id}`)).messages.length < 3; i++) await page.waitForTimeout(200);
    assert.equal((await customer.api("GET", `/tickets/${made.id}`)).messages.length, 3);

    // A page of another origin gets nothing: no frame, and no door by its word either.
    const policy = async (path) => /frame-ancestors ([^;]+)/.exec((await fetch(`${house.base}${path}`)).headers.get("content-security-policy"))[1].split(" ");
    assert.ok((await policy("/portal/embed")).includes(host.registered) && !(await policy("/portal/embed")).includes(host.stranger));
    assert.deepEqual(await policy("/portal/"), ["'none'"]);
    const foreign = await context.newPage(), tried = [];
    foreign.on("request", (r) => { if (r.url().includes("/api/")) tried.push(r.url()); });
    await foreign.goto(`${host.stranger}/?language=${language}`);
    await foreign.locator("#help").click();
    await foreign.waitForFunction(() => document.querySelector("iframe"));
    await foreign.waitForTimeout(1500);
    assert.match(foreign.frames()[1]?.url() ?? "chrome-error:", /^chrome-error:/);
    assert.deepEqual(tried, []);
    const refused = async (body) => { const r = await fetch(`${house.base}/api/v1/sessions/embed`, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": randomUUID() }, body: JSON.stringify(body) }); return [r.status, (await r.json()).code]; };
    assert.deepEqual(await refused({ embed: embed.id, token: await signed(), origin: host.stranger }), [401, "embed_origin"]);
    assert.deepEqual(await refused({ embed: embed.id, token: await signed({ sub: "li" }), origin: host.registered }), [401, "embed_person_unknown"]);
    host.server.closeAllConnections();
    host.server.close();
    for (const c of [context, engineer.context, customer.context, admin.context]) await c.close();
  });
}
