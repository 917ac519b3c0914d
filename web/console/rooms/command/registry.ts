/** What can be done right now. A page registers its acts while it is shown; the command bar lists them, single keys run them. */
import { useEffect, useId, useSyncExternalStore } from "react";

export interface Command {
  id: string;
  /** In the reader's language. */
  title: string;
  /** Another line beside the title. */
  more?: string;
  /** A single key (`e`) or two in a row (`g m`), as `KeyboardEvent.key` gives them; `?` and the like as typed. */
  keys?: string;
  /** Why it cannot be done now, in words; it stays listed and does not run. */
  why?: string;
  /** Heading in the bar and on the help sheet. Without one: acts of this page. */
  section?: string;
  /** Known to the keyboard and the help sheet only, e.g. moving in a list. */
  hidden?: boolean;
  run: () => void;
}
const pages = new Map<string, readonly Command[]>();
const watchers = new Set<() => void>();
let all: readonly Command[] = [];
function changed() { all = [...pages.values()].reverse().flat(); for (const w of watchers) w(); }

/** Offers commands while the component is mounted. The newest page comes first, and wins where two want one key. */
export function useCommands(commands: readonly Command[]) {
  const id = useId();
  // Cheap to call with a fresh array on every render: watchers hear of it after the paint, and only when the offer reads differently.
  useEffect(() => {
    const before = pages.get(id);
    pages.set(id, commands);
    if (!before || said(before) !== said(commands)) changed();
    else all = [...pages.values()].reverse().flat();
  });
  useEffect(() => () => { pages.delete(id); changed(); }, [id]);
}
const said = (commands: readonly Command[]) => commands.map((c) => [c.id, c.title, c.more, c.keys, c.why, c.section, c.hidden].join("\u0001")).join("\u0002");

/** Everything on offer, for the bar and the help sheet. */
export const useOffer = () => useSyncExternalStore((f) => { watchers.add(f); return () => watchers.delete(f); }, () => all);
export const offered = () => all;

/** Which of the bar and the sheet is open; only one at a time. */
export type Layer = "bar" | "help" | null;
let layer: Layer = null;
const layers = new Set<() => void>();
export function showLayer(next: Layer) { if (layer !== next) { layer = next; for (const w of layers) w(); } }
export const useLayer = () => useSyncExternalStore((f) => { layers.add(f); return () => layers.delete(f); }, () => layer);
