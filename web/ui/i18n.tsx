/** Languages: loading words, saying them, and writing instants, lengths and numbers the way the reader's language does. */
import { setupI18n, type I18n, type Messages } from "@lingui/core";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { loaders } from "virtual:words";
import type { Word } from "../generated/words";

export { lengthMs } from "./length";
export type { Word };
export type Values = Record<string, string | number | null | undefined>;
/** Says a word of the catalogue. The key is checked by the compiler. */
export type Say = (word: Word, values?: Values) => string;

const FALLBACK = "en";
export const languages = Object.keys(loaders).filter((l) => l !== "en-XA");

/** The language to show: `?lang=` (for a look), the person's own, what was chosen here before, the browser's. */
export function wantedLanguage(own?: string | null): string {
  const asked = new URLSearchParams(location.search).get("lang") ?? undefined;
  const known = (l: string | null | undefined) => (l && loaders[l] ? l : undefined);
  const near = (l: string | null | undefined) => known(l) ?? languages.find((k) => l && k.split("-")[0] === l.split("-")[0]);
  return near(asked) ?? near(own) ?? known(remembered()) ?? navigator.languages.map(near).find(Boolean) ?? FALLBACK;
}
const KEY = "yinuo.language";
const remembered = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
export function rememberLanguage(language: string) { try { localStorage.setItem(KEY, language); } catch { /* a browser that keeps nothing still shows the page */ } }

async function load(language: string): Promise<I18n> {
  const messages = (await loaders[language]!()).default as Messages;
  return setupI18n({ locale: language, messages: { [language]: messages } });
}
export interface Speech { language: string; zone: string; say: Say; when: When; setLanguage: (l: string) => void; setZone: (z: string) => void }
const Context = createContext<Speech | null>(null);

/** Gives its children a language. Renders nothing until the first one is here (one small file). */
export function Language({ initial, children }: { initial: string; children: ReactNode }) {
  const [wanted, setWanted] = useState(initial);
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [i18n, setI18n] = useState<I18n | null>(null);
  useEffect(() => {
    let here = true;
    void load(wanted).then((loaded) => { if (here) { document.documentElement.lang = wanted; setI18n(loaded); } });
    return () => { here = false; };
  }, [wanted]);
  if (!i18n) return null;
  const language = i18n.locale;
  const say: Say = (word, values) => i18n._(word, values as Record<string, unknown>);
  const setLanguage = (l: string) => { if (loaders[l]) { rememberLanguage(l); setWanted(l); } };
  return (
    <I18nProvider locale={language === "en-XA" ? "en" : language}>
      <Context value={{ language, zone, say, when: new When(language, zone, say), setLanguage, setZone }}>{children}</Context>
    </I18nProvider>
  );
}
export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (!speech) throw new Error("outside <Language>");
  return speech;
}
export const useSay = () => useSpeech().say;
export const useWhen = () => useSpeech().when;

/** Making a formatter takes as long as painting a row; there are some dozens at most. */
const formatters = new Map<string, unknown>();
function kept<F>(key: string, make: () => F): F {
  const found = formatters.get(key) as F | undefined;
  if (found) return found;
  const made = make();
  formatters.set(key, made);
  return made;
}
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
/** Writes instants and lengths. Instants come as RFC 3339; the zone is the reader's. */
export class When {
  constructor(private language: string, readonly zone: string, private say: Say) {}
  private format(at: Date, options: Intl.DateTimeFormatOptions) {
    const language = this.language === "en" || this.language === "en-XA" ? "en-GB" : this.language;
    return kept(`${language} ${this.zone} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, { timeZone: this.zone, ...options })).format(at);
  }
  private day(at: Date) { return this.format(at, { year: "numeric", month: "2-digit", day: "2-digit" }); }
  /** `14:05` today, `19 Nov 14:05` this year, with the year otherwise. */
  short(at: string | number | Date, now: number): string {
    const d = new Date(at), time = this.format(d, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    if (this.day(d) === this.day(new Date(now))) return time;
    const thisYear = this.format(d, { year: "numeric" }) === this.format(new Date(now), { year: "numeric" });
    return `${this.format(d, thisYear ? { month: "short", day: "numeric" } : { year: "numeric", month: "short", day: "numeric" })} ${time}`;
  }
  date(at: string | number | Date): string { return this.format(new Date(at), { year: "numeric", month: "short", day: "numeric" }); }
  /** Everything, with the zone: for hover texts and where an instant may be doubted. */
  full(at: string | number | Date): string {
    return this.format(new Date(at), { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" });
  }
  /** A length in the two largest units that matter: `1 h 12 m`, `2 d 3 h`, `45 s`. Rounded down: nobody is promised a minute more than there is. */
  length(ms: number): string {
    const t = Math.abs(ms);
    if (t < 2 * MINUTE) return t < MINUTE ? this.say("time.s", { s: Math.floor(t / 1000) }) : this.say("time.m_s", { m: 1, s: Math.floor((t - MINUTE) / 1000) });
    if (t < HOUR) return this.say("time.m", { m: Math.floor(t / MINUTE) });
    if (t < DAY) { const h = Math.floor(t / HOUR), m = Math.floor((t % HOUR) / MINUTE); return m ? this.say("time.h_m", { h, m }) : this.say("time.h", { h }); }
    const d = Math.floor(t / DAY), h = Math.floor((t % DAY) / HOUR);
    return h && d < 7 ? this.say("time.d_h", { d, h }) : this.say("time.d", { d });
  }
  /** `3 minutes ago` up to a day, then the date. */
  ago(at: string, now: number): string {
    const t = now - Date.parse(at);
    if (t < MINUTE) return this.say("time.just_now");
    if (t < 2 * MINUTE) return this.say("time.ago", { length: this.say("time.m", { m: 1 }) });
    return t < DAY ? this.say("time.ago", { length: this.length(t - (t % MINUTE)) }) : this.short(at, now);
  }
  number(n: number): string { return new Intl.NumberFormat(this.language === "en-XA" ? "en" : this.language).format(n); }
  bytes(n: number): string {
    const [unit, by] = n < 1000 ? ["byte", 1] : n < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
    return new Intl.NumberFormat(this.language === "en-XA" ? "en" : this.language, { style: "unit", unit: unit as string, unitDisplay: "short", maximumFractionDigits: 1 }).format(n / (by as number));
  }
}
