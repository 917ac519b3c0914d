// A look at pages: `node e2e/look.mjs PERSON /console/ out-prefix [wide|narrow] [light|dark] [lang]` signs in on the running house and takes a picture.
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
const [person, path, out, width = "wide", theme = "light", lang] = process.argv.slice(2);
const base = process.env.BASE ?? "http://127.0.0.1:5173";
const password = process.env.PASSWORD ?? /password (\S+)/.exec(readFileSync(new URL("../../data/demo-sign-in.txt", import.meta.url), "utf8"))[1];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const page = await browser.newPage({ viewport: width === "wide" ? { width: 1440, height: 900 } : { width: 390, height: 844 }, colorScheme: theme, locale: lang ?? "zh-CN", timezoneId: "Asia/Shanghai" });
page.on("pageerror", (e) => console.error("page error:", e.message));
page.on("console", (m) => { if (["error", "warning"].includes(m.type())) console.error(m.type(), m.text().slice(0, 400)); });
await page.request.post(`${base}/api/v1/sessions`, { data: { login: person, password } });
const url = new URL(path, base);
if (lang) url.searchParams.set("lang", lang);
await page.goto(url.href, { waitUntil: "load" });
await page.waitForTimeout(Number(process.env.WAIT ?? 1500));
const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
if (over > 0) console.error(`the page is ${over} px too wide`);
await page.screenshot({ path: out, fullPage: !!process.env.FULL });
await browser.close();
