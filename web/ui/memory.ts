/** What a person chose for this browser (density, columns, theme): kept locally, never needed. */
import { useCallback, useState } from "react";

export function recall<T>(name: string, otherwise: T): T {
  try { const text = localStorage.getItem(`yinuo.${name}`); return text === null ? otherwise : (JSON.parse(text) as T); } catch { return otherwise; }
}
export function keep(name: string, value: unknown) { try { localStorage.setItem(`yinuo.${name}`, JSON.stringify(value)); } catch { /* full or forbidden */ } }
export function useKept<T>(name: string, otherwise: T): [T, (value: T) => void] {
  const [value, set] = useState(() => recall(name, otherwise));
  return [value, useCallback((v: T) => { keep(name, v); set(v); }, [name])];
}
export type Theme = "system" | "light" | "dark";
export function applyTheme(theme: Theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
