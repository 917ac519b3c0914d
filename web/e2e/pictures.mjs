// Pictures of twelve main pages in both themes for the documents: `BASE_CONSOLE=… BASE_PORTAL=… PASSWORD=… node e2e/pictures.mjs ../docs/images`.
// The addresses default to the house `make run` starts.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { BROWSER } from "./house.mjs";

const folder = process.argv[2] ?? "../docs/images";
mkdirSync(folder, { recursive: true });
const bases = { console: process.env.BASE_CONSOLE ?? "http://127.0.0.1:8420", portal: process.env.BASE_PORTAL ?? "http://127.0.0.1:8420" };
const password = process.env.PASSWORD ?? /password (\S+)/.exec(readFileSync(new URL("../../data/demo-sign-in.txt", import.meta.url), "utf8"))[1];
const browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const PAGES = [
  ["queue", "console", "chief", "/?view=all", "zh-CN", "wide"],
  ["ticket", "console", "chief", "/tickets/:case", "zh-CN", "wide"],
  ["board", "console", "chief", "/board", "en", "wide"],
  ["people", "console", "admin", "/people", "en", "wide"],
  ["plan-books", "console", "chief", "/plans", "zh-CN", "wide"],
  ["plan-compare", "console", "chief", "/plans/ali.enterprise.v2?with=ali.enterprise.v1", "en", "wide"],
  ["customer", "console", "chief", "/customers", "en", "wide"],
  ["figures", "console", "chief", "/figures", "zh-CN", "wide"],
  ["portal-home", "portal", "yunfan-manager", "/", "zh-CN", "phone"],
  ["portal-ask", "portal", "northwind", "/ask", "en", "phone"],
  ["portal-case", "portal", "yunfan-manager", "/cases/:case", "zh-CN", "wide"],
  ["portal-plan", "portal", "northwind-manager", "/plan", "en", "wide"],
];
for (const theme of ["light", "dark"]) {
  for (const [name, workspace, login, path, locale, width] of PAGES) {
    const baseURL = bases[workspace];
    const context = await browser.newContext({ baseURL, viewport: width === "phone" ? { width: 390, height: 844 } : { width: 1360, height: 850 }, colorScheme: theme, locale, timezoneId: "Asia/Shanghai" });
    const signed = await context.request.post("/api/v1/sessions", { data: { login, password } });
    if (!signed.ok()) throw new Error(`${login}: ${signed.status()}`);
    const cases = (await (await context.request.get("/api/v1/tickets?open=true&limit=50")).json()).items;
    const most = cases.filter((t) => /[一-鿿]/.test(t.subject) && t.account === (workspace === "portal" ? cases[0].account : t.account)).sort((a, b) => b.messages - a.messages)[0] ?? cases[0];
    const page = await context.newPage();
    await page.goto(`/${workspace}${path.replace(":case", most?.id)}${path.includes("?") ? "&" : "?"}lang=${locale}`);
    await page.locator("main h1").first().waitFor();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
    await context.close();
  }
}
await browser.close();
