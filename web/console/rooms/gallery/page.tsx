/** Every primitive in all its states: the ring, the controls, the states of a page. */
import { useState } from "react";
import { ActMenu, Button, Dialog, Empty, PromiseSign, Select, Severity, Shape, TextBox, TextLine, Wrong, useSay, useSpeech, useTell, type Clock } from "@ui";

const AT = Date.UTC(2026, 0, 5, 2, 18);
const iso = (minutes: number) => new Date(AT + minutes * 60_000).toISOString();
const clock = (more: Partial<Clock>): Clock => ({ verdict: "running", base_at: iso(-60), due_at: iso(72), target: "PT2H", used: "PT48M", left: "PT72M", ...more });
const STATES: [string, Clock | null][] = [
  ["safe", clock({})],
  ["risk", clock({ due_at: iso(8) })],
  ["late", clock({ due_at: iso(-14) })],
  ["paused", clock({ verdict: "paused", paused: { why: "customer", since: iso(-20) }, due_at: null })],
  ["kept", clock({ verdict: "kept", used: "PT6M", ended_at: iso(-54) })],
  ["broken", clock({ verdict: "broken", broken_at: iso(-28), ended_at: iso(-14) })],
  ["none", null],
];
export function Page() {
  const say = useSay(), tell = useTell();
  const { language, setLanguage } = useSpeech();
  const [open, setOpen] = useState(false), [choice, setChoice] = useState<string | null>("b");
  return (
    <div className="room gallery">
      <div className="x"><h1>{say("gallery.title")}</h1><Button onPress={() => setLanguage(language === "en" ? "zh-CN" : "en")}>{language === "en" ? "中文" : "English"}</Button></div>
      {(["light", "dark"] as const).map((theme) => (
        <section key={theme} data-theme={theme} className="half">
          <h2>{say("gallery.rings")}</h2>
          <table>
            <tbody>
              {STATES.map(([name, c]) => (
                <tr key={name}><td><PromiseSign clock={c} at={AT} /></td><td><PromiseSign clock={c} at={AT} size="b" /></td><td className="wide"><PromiseSign clock={c} at={AT} size="w" /></td></tr>
              ))}
            </tbody>
          </table>
          <h2>{say("gallery.severities")}</h2>
          <div className="x">{["low", "medium", "high", "urgent", "critical"].map((s) => <Severity key={s} of={s} />)}</div>
          <h2>{say("gallery.controls")}</h2>
          <div className="x">
            <Button kind="go" onPress={() => tell(say("gallery.done"), () => tell(say("gallery.undone")))}>{say("gallery.primary")}</Button>
            <Button>{say("gallery.plain")}</Button>
            <Button kind="bare">{say("gallery.bare")}</Button>
            <Button why={say("gallery.why")}>{say("gallery.cannot")}</Button>
            <Button onPress={() => setOpen(true)}>{say("gallery.dialog")}</Button>
            <ActMenu label={say("gallery.menu")} choices={[{ id: "a", name: say("gallery.one") }, { id: "b", name: say("gallery.two"), why: say("gallery.why") }]} onChoose={() => tell(say("gallery.done"))} />
          </div>
          <div className="pair">
            <TextLine label={say("gallery.line")} help={say("gallery.help")} />
            <TextLine label={say("gallery.line")} error={say("form.missing")} />
            <Select label={say("gallery.choice")} value={choice} onChange={setChoice} choices={[{ id: "a", name: say("gallery.one") }, { id: "b", name: say("gallery.two"), more: say("gallery.help") }]} />
            <TextBox label={say("gallery.box")} optional />
          </div>
          <h2>{say("gallery.states")}</h2>
          <div className="pair"><Shape rows={4} /><Empty title={say("gallery.empty")}><Button>{say("gallery.primary")}</Button></Empty><Wrong error={null} again={() => undefined} /></div>
        </section>
      ))}
      <Dialog title={say("gallery.dialog")} open={open} onClose={() => setOpen(false)}><p>{say("gallery.empty")}</p></Dialog>
    </div>
  );
}
