const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
/** Milliseconds of an ISO 8601 length as the house writes them: `PT1H37M18.03S`, `-PT3M`, `P2D`. */
export function lengthMs(text: string): number {
  const m = /^(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!m) return NaN;
  const n = (i: number) => Number(m[i] ?? 0);
  const ms = n(2) * 7 * DAY + n(3) * DAY + n(4) * HOUR + n(5) * MINUTE + n(6) * 1000;
  return m[1] ? -ms : ms;
}
