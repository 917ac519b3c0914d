/** Single keys. They never fire in a field, during a composition, with a modifier, or under a dialog; a key pressed twice in a row names a place. */
import { lazy, Suspense, useEffect } from "react";
import { offered, showLayer, useLayer } from "./registry";

const Help = lazy(() => import("./help"));
const SECOND_KEY_MS = 1200;
/** Where keys belong to the control: fields, and lists that find by typing. */
const OWN_KEYS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=''], [contenteditable=true], [role=textbox], [role=combobox], [role=listbox], [role=menu], [role=grid]";

export function Shortcuts() {
  const layer = useLayer();
  useEffect(() => {
    let first = "", timer: ReturnType<typeof setTimeout> | undefined;
    const hear = (e: KeyboardEvent) => {
      if (e.isComposing || e.keyCode === 229 || e.defaultPrevented) return;
      if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") { e.preventDefault(); showLayer("bar"); return; }
      if (e.ctrlKey || e.metaKey || e.altKey || e.repeat && !/^[jk]$/.test(e.key)) return;
      const at = e.target as HTMLElement | null;
      if (at?.closest?.(OWN_KEYS) || document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]")) return;
      // An upper-case letter is the same key held with shift: not ours. Signs (`?`) come as they are typed.
      if (e.shiftKey && /^[a-z]$/i.test(e.key)) return;
      const pressed = first ? `${first} ${e.key.toLowerCase()}` : e.key.toLowerCase();
      clearTimeout(timer);
      const all = offered();
      const hit = all.find((c) => c.keys === pressed && !c.why);
      const begins = !hit && !first && all.some((c) => c.keys?.startsWith(`${pressed} `));
      first = begins ? pressed : "";
      if (begins) { timer = setTimeout(() => { first = ""; }, SECOND_KEY_MS); e.preventDefault(); }
      if (hit) { e.preventDefault(); hit.run(); }
    };
    addEventListener("keydown", hear);
    return () => { removeEventListener("keydown", hear); clearTimeout(timer); };
  }, []);
  return layer === "help" ? <Suspense fallback={null}><Help /></Suspense> : null;
}
