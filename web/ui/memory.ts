/** What a person chose for this browser (density, columns, theme): kept locally, never needed. */
import { useCallback, useState } from "react";

/** For a browser that keeps nothing (full, forbidden, inside another page): remembered while the page stands. */
const meanwhile = new Map<string, string>();
export function recall<T>(name: string, otherwise: T): T {
  try { const text = meanwhile.get(name) ?? localStorage.getItem(`yinuo.${name}`); return text === null ? otherwise : (JSON.parse(text) as T); } catch { return otherwise; }
}
export function keep(name: string, value: unknown) {
  const text = JSON.stringify(value);
  try { localStorage.setItem(`yinuo.${name}`, text); meanwhile.delete(name); } catch { meanwhile.set(name, text); }
}
/** Whether what is kept outlives the page. */
export function keepsLonger(): boolean { try { return !meanwhile.size && !!localStorage; } catch { return false; } }
export function useKept<T>(name: string, otherwise: T): [T, (value: T) => void] {
  const [value, set] = useState(() => recall(name, otherwise));
  return [value, useCallback((v: T) => { keep(name, v); set(v); }, [name])];
}
export type Theme = "system" | "light" | "dark";
export function applyTheme(theme: Theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
