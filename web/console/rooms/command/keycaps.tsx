import { useSay } from "@ui";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
/** `g m` as keys one presses after another. */
export function Keycaps({ keys }: { keys: string }) {
  const say = useSay();
  const caps = keys.split(" ").map((k) => (k === "mod" ? (MAC ? "⌘" : "Ctrl") : k === "enter" ? "↵" : k === "escape" ? "Esc" : k.length === 1 ? k.toUpperCase() : k));
  return <span className="caps" aria-label={caps.join(keys.startsWith("mod") ? " + " : ` ${say("command.then")} `)}>{caps.map((c, i) => <kbd key={i} aria-hidden="true">{c}</kbd>)}</span>;
}
