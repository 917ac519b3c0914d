// What a page shows in the pseudo-language: words a third longer, each in marks. Text without marks was never translated, unless the house sent it.
/** Keeps what the house answers to a page: text that stands in it is data. */
export function dataOf(page) {
  let said = "";
  const waiting = new Set();
  page.on("response", (answer) => {
    // The stream of events never ends; only whole answers are read.
    if (!answer.url().includes("/api/") || !/json/.test(answer.headers()["content-type"] ?? "")) return;
    const reading = answer.text().then((text) => { said += `\n${text.replaceAll('\\"', '"')}`; }, () => {}).finally(() => waiting.delete(reading));
    waiting.add(reading);
  });
  return async () => { await Promise.all(waiting); return said; };
}
/** Words that are the same in every language: keys on a keyboard, formats, names of languages in themselves. */
const SAME = /^(⌘|Ctrl|Esc|Enter|Shift|Alt|CSV|JSON|PDF|URL|API|HTML|English|中文|简体中文|\W|\d)+$/;
/** Days, as the reader's calendar writes them. */
const DAYS = /^\d+ \p{L}{3,9}( \d{4})?( – \d+ \p{L}{3,9}( \d{4})?)?$/u;
/** What of a page in the pseudo-language is clipped, too wide, or not translated. */
export async function pseudoFaults(page, data) {
  const { over, wide, clipped, texts } = await page.evaluate(() => {
    const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && e.getClientRects().length > 0;
    const inside = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll/.test(getComputedStyle(p).overflowX)) return true; return false; };
    const name = (e) => `${e.tagName.toLowerCase()}${e.className && typeof e.className === "string" ? `.${e.className.trim().replaceAll(/\s+/g, ".")}` : ""} "${e.textContent.trim().slice(0, 40)}"`;
    const over = document.documentElement.scrollWidth - innerWidth;
    const wide = over > 0 ? [...document.querySelectorAll("body *")].filter((e) => seen(e) && !inside(e) && e.getBoundingClientRect().right > innerWidth + 1).slice(-3).map(name) : [];
    const clipped = [...document.querySelectorAll("button, a.btn, [role=tab], h1, h2, h3, label, th")].filter((e) => {
      const s = getComputedStyle(e), r = e.getBoundingClientRect();
      return seen(e) && r.width > 4 && r.height > 4 && e.scrollWidth > e.clientWidth + 1 && s.display !== "inline" && s.overflowX !== "visible" && s.textOverflow !== "ellipsis";
    }).map(name);
    const texts = [...document.querySelectorAll("button, label, th, nav a, h1, h2, h3, dt, legend, [role=tab]")].filter((e) => seen(e) && !e.closest("[lang], .gallery, kbd, code")?.matches("[lang]:not(html), .gallery, kbd, code")).map((e) => e.textContent.trim()).filter((t) => t && !/[[\]·]/.test(t) && /\p{L}{3}|\p{Script=Han}/u.test(t));
    return { over, wide, clipped: [...new Set(clipped)], texts: [...new Set(texts)] };
  });
  const said = await data();
  const known = (t) => SAME.test(t) || DAYS.test(t) || said.includes(t) || t.split(/\s+/).every((w) => SAME.test(w) || said.includes(w));
  return [...(over > 0 ? [`${over} px too wide: ${wide.join("; ")}`] : []), ...clipped.map((c) => `clipped: ${c}`), ...texts.filter((t) => !known(t)).map((t) => `not translated: ${t.slice(0, 80)}`)];
}
