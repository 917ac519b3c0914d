// A real house for a story: the binary with the demo vendor, its own folder and port; and people with browsers.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { messages } from "../catalogue.mjs";

const freePort = () => new Promise((give, fail) => { const s = createServer(); s.on("error", fail); s.listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => give(port)); }); });
export const BROWSER = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync) ?? process.env.CHROMIUM;

export async function openHouse({ wound = true } = {}) {
  const binary = process.env.YINUO_BIN;
  if (!binary) throw new Error("YINUO_BIN says which program to test");
  const folder = mkdtempSync(join(tmpdir(), "yinuo-pages-"));
  const port = await freePort(), base = `http://127.0.0.1:${port}`;
  const env = { ...process.env, YINUO_HTTP__LISTEN: `127.0.0.1:${port}`, YINUO_HTTP__PUBLIC_URL: base, YINUO_DATABASE__URL: `sqlite:${folder}/yinuo.db`, YINUO_FILES__DIR: `${folder}/files`, YINUO_SEARCH__DIR: `${folder}/search`,
    YINUO_SECRETS__HOUSE_KEY: `${folder}/house.key`, YINUO_HTTP__SIGN_IN_PER_MINUTE: "1000", YINUO_LOG__FILTER: "warn", ...(wound ? { YINUO_WATCH: "wound" } : {}) };
  let said = "", ended;
  const child = spawn(binary, ["serve", "--demo"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { said = (said + chunk).slice(-4000); });
  child.on("exit", (code) => { ended = code ?? "a signal"; });
  for (let i = 0; ; i++) {
    if (await fetch(`${base}/readyz`).then((r) => r.ok, () => false)) break;
    if (ended !== undefined || i > 600) { child.kill("SIGKILL"); throw new Error(`the house does not get ready (${ended ?? "still starting"}):\n${said}`); }
    await new Promise((r) => setTimeout(r, 100));
  }
  const password = /password (\S+)/.exec(readFileSync(join(folder, "demo-sign-in.txt"), "utf8"))[1];
  const browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const faults = [];
  const house = {
    base, password, browser, faults,
    /** Moves the house's watch on; promises fall due on the way. */
    async wind(minutes) {
      const answer = await fetch(`${base}/drill/wind`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ seconds: Math.round(minutes * 60) }) });
      if (!answer.ok) throw new Error(`winding: ${answer.status} ${await answer.text()}`);
    },
    /** Somebody at a browser, signed in through the page itself when `at` is a path. */
    async person(login, { phone = false, language = "zh-CN", theme = "light", path } = {}) {
      const context = await browser.newContext({ baseURL: base, viewport: phone ? { width: 360, height: 740 } : { width: 1440, height: 900 }, hasTouch: phone, isMobile: phone, colorScheme: theme, locale: language, timezoneId: "Asia/Shanghai" });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      page.on("pageerror", (e) => faults.push(`${login}: ${e.message}`));
      page.on("console", (m) => { if (m.type() === "error" && /Content Security Policy|Refused to/.test(m.text())) faults.push(`${login}: ${m.text()}`); });
      const answer = await context.request.post("/api/v1/sessions", { data: { login, password }, headers: { origin: base } });
      if (!answer.ok()) throw new Error(`${login} cannot sign in: ${answer.status()} ${await answer.text()}`);
      const me = (await answer.json()).person;
      const api = async (method, url, data, headers = {}) => {
        const r = await context.request.fetch(`/api/v1${url}`, { method, data, headers: { origin: base, ...headers } });
        if (!r.ok()) throw new Error(`${method} ${url}: ${r.status()} ${await r.text()}`);
        return r.status() === 204 ? null : r.json();
      };
      if (path) await page.goto(`${path}${path.includes("?") ? "&" : "?"}lang=${language}`);
      return { page, context, api, me, login };
    },
    async close() {
      await browser.close();
      child.removeAllListeners("exit");
      child.kill("SIGTERM");
      await new Promise((r) => child.once("exit", r));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return house;
}
const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** Serious and critical findings of axe (WCAG 2.2 A and AA) on a page as it stands. */
export async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} — ${n.failureSummary?.split("\n")[1]?.trim() ?? ""}`).join("; ")}`);
}
/** What a page says in a language: `words("en")("portal", "ask.send")`. */
export const words = (language) => (workspace, key) => {
  const text = messages(language, workspace)[key];
  if (!text) throw new Error(`no word ${key} in ${language}`);
  return text;
};
