/** The one sign of a promise: a ring whose form and colour say its state, always with words beside it. */
import { useSpeech, type Say } from "./i18n";
import { nowMs, useNow } from "./now";
import { term } from "./terms";
import { see, type Clock, type Seen } from "./promise";

/** The shapes, once a page; rings refer to them. */
export function RingShapes() {
  const hatch = "M3 4.4l10-10M3 6l10-10M3 7.6l10-10M3 9.2l10-10M3 10.8l10-10M3 12.4l10-10M3 14l10-10M3 15.6l10-10M3 17.2l10-10M3 18.8l10-10M3 20.4l10-10M3 22l10-10";
  return (
    <svg width="0" height="0" className="shapes" aria-hidden="true">
      <symbol id="ring-run" viewBox="0 0 16 16"><circle className="track" cx="8" cy="8" r="6.25" /><circle className="arc" cx="8" cy="8" r="6.25" pathLength="100" transform="rotate(-90 8 8)" /></symbol>
      <symbol id="ring-late" viewBox="0 0 16 16"><path className="disc" d="M9 1.07A7 7 0 1 1 7 1.07V8a1 1 0 0 0 2 0Z" /></symbol>
      <symbol id="ring-paused" viewBox="0 0 16 16"><clipPath id="ring-two"><path d="M4 3h2.75v10H4zM9.25 3H12v10H9.25z" /></clipPath><path className="bars" d="M4 3h2.75v10H4zM9.25 3H12v10H9.25z" /><path className="cut" clipPath="url(#ring-two)" d={hatch} /></symbol>
      <symbol id="ring-kept" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.25" /><path d="M5 8.2l2.1 2.1L11 6.2" /></symbol>
      <symbol id="ring-broken" viewBox="0 0 16 16"><circle className="in" cx="8" cy="8" r="6.25" /><path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" /></symbol>
      <symbol id="ring-none" viewBox="0 0 16 16"><circle className="dots" cx="8" cy="8" r="6.25" pathLength="100" /></symbol>
    </svg>
  );
}
const SHAPE = { safe: "run", risk: "run", late: "late", paused: "paused", kept: "kept", broken: "broken", none: "none" } as const;
export type Size = "s" | "b" | "w";

export function Ring({ seen, size = "s" }: { seen: Seen; size?: Size }) {
  return (
    <svg className={size === "s" ? "ring" : `ring ${size}`} style={{ "--left": Math.round(seen.share) } as React.CSSProperties} aria-hidden="true">
      <use href={`#ring-${SHAPE[seen.face]}`} />
    </svg>
  );
}
/** What is beside a ring. */
export function ringWords(seen: Seen, say: Say, length: (ms: number) => string): string {
  switch (seen.face) {
    case "safe": case "risk": return say("ring.left", { length: length(seen.ms) });
    case "late": return say("ring.late", { length: length(seen.ms) });
    case "paused": return say("ring.paused", { why: pauseWords(seen.why ?? "", say) });
    case "kept": return say("ring.kept", { length: length(seen.ms) });
    case "broken": return say("ring.broken", { length: length(seen.ms) });
    case "none": return say("ring.none");
  }
}
export function pauseWords(why: string, say: Say): string {
  switch (why) {
    case "customer": return say("ring.waits_customer");
    case "vendor": return say("ring.waits_vendor");
    case "product": return say("ring.waits_product");
    default: return say("ring.waits");
  }
}
/** Ring and words of a clock. Ticks by itself: every second in the last two minutes, otherwise slowly. */
export function PromiseSign({ clock, size = "s", at, hint = true }: { clock: Clock | null | undefined; size?: Size; at?: number; hint?: boolean }) {
  const close = !!clock?.due_at && !clock.paused && Math.abs(Date.parse(clock.due_at) - nowMs()) < 150_000 && !clock.ended_at;
  const live = useNow(close);
  const { say, when } = useSpeech();
  const seen = see(clock, at ?? live);
  const title = hint && clock?.due_at && ["safe", "risk", "late"].includes(seen.face) ? say("ring.due", { at: when.full(clock.due_at) }) : undefined;
  return (
    <span className={`p ${seen.face}`} title={title}>
      <Ring seen={seen} size={size} />
      <span>{ringWords(seen, say, (ms) => when.length(ms))}</span>
    </span>
  );
}
/** Severity: a word and one to five short bars, no hue. */
const BARS: Record<string, number> = { low: 1, medium: 2, high: 3, urgent: 4, critical: 5, general_consult: 1, general_problem: 3, business_down: 5 };
export function Severity({ of }: { of: string }) {
  const { say } = useSpeech();
  return <span className="sev" style={{ "--n": BARS[of] ?? 1 } as React.CSSProperties}>{term(say, "severity", of)}</span>;
}
