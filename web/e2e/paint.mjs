// How quickly pages are there, on whatever house runs: `BASE=http://127.0.0.1:8420 node e2e/paint.mjs STAFF CUSTOMER` (PASSWORD, or TOKEN_STAFF and
// TOKEN_CUSTOMER to sign in with). Reports bytes over the wire, times to interactive rows and to a painted case, and layout shifts. A report, no test.
import { chromium } from "playwright-core";
const [staff = "chief", customer = "yunfan"] = process.argv.slice(2);
const base = process.env.BASE ?? "http://127.0.0.1:8420";
const times = Number(process.env.TIMES ?? 7);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const sorted = (xs) => [...xs].sort((a, b) => a - b);
const at = (xs, share) => sorted(xs)[Math.min(xs.length - 1, Math.floor(xs.length * share))];
const line = (what, xs, unit = "ms") => console.log(`${what.padEnd(58)} p50 ${at(xs, 0.5).toFixed(0)} ${unit}, worst ${Math.max(...xs).toFixed(0)} ${unit}, ${xs.length} times`);

/** A browser that has never been here, signed in. Watches shifts from the first frame on. */
async function visitor(person) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  const answer = await context.request.post(`${base}/api/v1/sessions`, { data: { login: person, password: process.env.PASSWORD } });
  if (!answer.ok()) throw new Error(`${person} cannot sign in: ${answer.status()} ${await answer.text()}`);
  await context.addInitScript(() => {
    globalThis.shifts = 0;
    new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) globalThis.shifts += e.value; }).observe({ type: "layout-shift", buffered: true });
  });
  const page = await context.newPage();
  const wire = { js: 0, css: 0, other: 0 };
  const cdp = await context.newCDPSession(page);
  const kinds = new Map();
  await cdp.send("Network.enable");
  cdp.on("Network.responseReceived", ({ requestId, type, response }) => kinds.set(requestId, [type, response.url]));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const [type, url] = kinds.get(requestId) ?? [];
    if (!url || url.includes("/api/")) return;
    wire[type === "Script" ? "js" : type === "Stylesheet" ? "css" : "other"] += encodedDataLength;
  });
  return { context, page, wire };
}
/** Milliseconds from the start of the navigation until `selector` stands there and the next frame is painted. */
const painted = (page, selector) => page.waitForFunction((s) => document.querySelector(s) && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))), selector).then((h) => h.jsonValue());
const kb = (n) => `${(n / 1000).toFixed(1)} kB`;

async function cold(who, path, selector, name) {
  const spans = [], shifts = [];
  let wire;
  for (let i = 0; i < times; i++) {
    const v = await visitor(who);
    await v.page.goto(`${base}${path}`, { waitUntil: "commit" });
    spans.push(await painted(v.page, selector));
    await v.page.waitForTimeout(1200);
    shifts.push(await v.page.evaluate(() => globalThis.shifts));
    wire = v.wire;
    await v.context.close();
  }
  line(`${name}: cold, to painted content`, spans);
  console.log(`${"".padEnd(58)} layout shift worst ${Math.max(...shifts).toFixed(4)}; over the wire ${kb(wire.js + wire.css + wire.other)} (scripts ${kb(wire.js)}, styles ${kb(wire.css)})`);
}

await cold(staff, "/console/?view=all", ".q-row [id^=open-]", "queue");
await cold(customer, "/portal/", "main h1, main h2", "portal home");
await cold(customer, "/portal/cases", "main a[href*='/cases/tkt_']", "portal cases");

{
  const { page, context } = await visitor(staff);
  await page.goto(`${base}/console/?view=all`);
  await page.locator(".q-row [id^=open-]").first().waitFor();
  const ids = await page.locator(".q-row [id^=open-]").evaluateAll((links) => links.slice(0, 12).map((a) => a.id));
  // From the click's own time stamp to the frame after the case's title stands there, inside the page: no wire of the test tool in between.
  const open = (id) => page.evaluate((id) => new Promise((done) => {
    const link = document.getElementById(id);
    const subject = link.querySelector(".q-subject").textContent;
    const from = performance.now();
    link.click();
    const look = () => {
      const title = document.querySelector(".case h1");
      if (title && title.textContent.includes(subject) && document.querySelector(".case .mid")) requestAnimationFrame(() => done(performance.now() - from));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }), id);
  const first = [], again = [];
  for (const round of [first, again]) {
    for (const id of ids) {
      await page.locator(`#${id}`).hover();
      await page.waitForTimeout(round === first ? 400 : 50);
      round.push(await open(id));
      await page.goBack();
      await page.locator(`#${id}`).waitFor();
    }
  }
  line("case: click to painted, first time, after the pointer rested", first);
  line("case: click to painted, cached", again);
  const scroll = await page.evaluate(() => new Promise((done) => {
    const list = [...document.querySelectorAll("*")].find((e) => e.scrollHeight > e.clientHeight + 200 && e.querySelector(".q-row") && getComputedStyle(e).overflowY !== "visible") ?? document.scrollingElement;
    let n = 0, last = performance.now();
    const gaps = [];
    const step = (t) => { gaps.push(t - last); last = t; list.scrollTop += 60; if (++n < 180) requestAnimationFrame(step); else done({ gaps: gaps.slice(1), rows: document.querySelectorAll(".q-row").length }); };
    requestAnimationFrame(step);
  }));
  line(`queue: between frames while scrolling (${scroll.rows} rows in the page)`, scroll.gaps);
  await context.close();
}
await browser.close();
