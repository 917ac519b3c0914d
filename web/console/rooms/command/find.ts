/** How well words fit a title: 0 does not fit, more is better. Letters may be skipped; Chinese is found by any of its characters in order. */
export function fit(asked: string, title: string, also = ""): number {
  const q = asked.trim().toLowerCase();
  if (!q) return 1;
  const t = title.toLowerCase(), at = t.indexOf(q);
  if (at === 0) return 100;
  if (at > 0) return /[\s·.\-—/]/.test(t[at - 1]!) ? 80 : 60;
  const words = q.split(/\s+/);
  if (words.length > 1 && words.every((w) => t.includes(w))) return 50;
  if (also.toLowerCase().includes(q)) return 30;
  let from = 0, gaps = 0;
  for (const c of q.replaceAll(" ", "")) {
    const next = t.indexOf(c, from);
    if (next < 0) return 0;
    gaps += next - from;
    from = next + 1;
  }
  // Letters strewn over a whole sentence are chance.
  return gaps > q.length * 4 ? 0 : Math.max(1, 25 - gaps);
}
/** `YN-10001`, `yn10001`, `10001`: a case's number as people type it. */
export const asNumber = (text: string): string | null => /^\s*(?:[a-z]{1,4}\s*-?\s*)?(\d{3,})\s*$/i.exec(text)?.[1] ?? null;
