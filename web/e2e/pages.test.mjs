// Every page on real data: nothing serious for axe, nothing wider than the screen, no script fault, no policy violation.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, openHouse } from "./house.mjs";
import { dataOf, pseudoFaults } from "./pseudo.mjs";

let house, ticket, own;
before(async () => {
  house = await openHouse();
  const customer = await house.person("yunfan");
  const opened = await customer.api("POST", "/tickets", { subject: "数据库主从延迟持续升高，报表读到旧数据", body: "从 06:50 起从库延迟一路涨到 1,900 秒。", severity: "high", product: "rds" });
  own = (opened.ticket ?? opened).id;
  ticket = own;
  const page = await customer.api("GET", `/tickets/${own}`);
  const handler = page.people[page.ticket.handler];
  assert.ok(handler, "somebody is named at once");
  await customer.context.close();
}, { timeout: 120_000 });
after(() => house?.close());

const CONSOLE = ["/", "/?view=all", "/tickets/:ticket", "/search?q=数据库", "/people", "/board", "/figures", "/plans", "/plans/ali.enterprise.v2", "/calendars", "/customers", "/tools", "/tools?shelf=macros", "/tools?shelf=checklists", "/guides", "/routing", "/mail", "/reports", "/embeds", "/webhooks", "/me", "/house", "/gallery"];
const PORTAL = ["/", "/ask", "/cases", "/cases/:ticket", "/plan", "/news", "/me", "/embed"];
const looks = [
  { language: "zh-CN", theme: "light", phone: false },
  { language: "en", theme: "dark", phone: false },
  { language: "zh-CN", theme: "dark", phone: true },
  { language: "en", theme: "light", phone: true },
];
for (const [workspace, login, paths] of [["console", "admin", CONSOLE], ["portal", "yunfan-manager", PORTAL]]) {
  for (const look of looks) {
    test(`${workspace}: ${look.language}, ${look.theme}, ${look.phone ? "360 px" : "wide"}`, { timeout: 240_000 }, async () => {
      const { page, context } = await house.person(login, look);
      const faults = [];
      for (const path of paths) {
        const address = `/${workspace}${path.replace(":ticket", ticket)}`;
        await page.goto(`${address}${address.includes("?") ? "&" : "?"}lang=${look.language}`);
        if (!(await page.locator("main h1").first().waitFor({ timeout: 10_000 }).then(() => true, () => false))) { faults.push(`${address}: no heading: ${(await page.locator("body").innerText()).slice(0, 200).replaceAll("\n", " | ")}`); continue; }
        await page.waitForFunction(() => !document.querySelector(".shape:not(.gallery .shape)"), undefined, { timeout: 10_000 }).catch(() => faults.push(`${address}: something never comes`));
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (over > 0) faults.push(`${address}: ${over} px too wide`);
        for (const fault of await axe(page)) faults.push(`${address}: ${fault}`);
        if (look.language === "zh-CN") {
          const english = await page.evaluate(() => [...document.querySelectorAll("main :is(button, h1, h2, h3, label, th)")].map((e) => e.textContent.trim()).filter((t) => /^[A-Za-z]{4,}( [a-z]+)+$/.test(t)));
          for (const text of new Set(english)) if (!path.startsWith("/plans")) faults.push(`${address}: English in a Chinese page: ${text}`);
        }
      }
      await context.close();
      assert.deepEqual([...faults, ...house.faults.splice(0)], []);
    });
  }
}
for (const [workspace, login, paths] of [["console", "admin", CONSOLE], ["portal", "yunfan-manager", PORTAL]]) {
  for (const phone of [false, true]) {
    test(`${workspace}: words a third longer, ${phone ? "360 px" : "wide"}`, { timeout: 240_000 }, async () => {
      const { page, context } = await house.person(login, { phone, language: "en" });
      const data = dataOf(page), faults = [];
      for (const path of paths.filter((p) => p !== "/gallery")) {
        const address = `/${workspace}${path.replace(":ticket", ticket)}`;
        await page.goto(`${address}${address.includes("?") ? "&" : "?"}lang=en-XA`);
        if (!(await page.locator("main h1").first().waitFor({ timeout: 10_000 }).then(() => true, () => false))) { faults.push(`${address}: no heading`); continue; }
        await page.waitForFunction(() => !document.querySelector(".shape"), undefined, { timeout: 10_000 }).catch(() => faults.push(`${address}: something never comes`));
        for (const fault of await pseudoFaults(page, data)) faults.push(`${address}: ${fault}`);
      }
      await context.close();
      assert.deepEqual([...faults, ...house.faults.splice(0)], []);
    });
  }
}
