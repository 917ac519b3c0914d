/** Every key that works here and now. */
import "./command.css";
import { Dialog, useSay } from "@ui";
import { Keycaps } from "./keycaps";
import { showLayer, useOffer, type Command } from "./registry";

export default function Help() {
  const say = useSay(), all = useOffer();
  const sections = new Map<string, Command[]>();
  const taken = new Set<string>();
  for (const c of all) {
    if (!c.keys || taken.has(c.keys)) continue;
    taken.add(c.keys);
    const at = c.section ?? say("command.here");
    sections.set(at, [...(sections.get(at) ?? []), c]);
  }
  return (
    <Dialog title={say("command.help")} open onClose={() => showLayer(null)} wide>
      <p className="q">{say("command.help_lead")}</p>
      <div className="help">
        {[...sections].map(([title, commands]) => (
          <section key={title}><h3>{title}</h3>
            <ul>{commands.map((c) => <li key={c.id} className={c.why ? "m" : ""}><span>{c.title}{c.why && <span className="s m"> {c.why}</span>}</span><Keycaps keys={c.keys!} /></li>)}</ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
