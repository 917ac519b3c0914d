/** Writing one: both languages beside each other, and each as the customer sees it. What is not saved is kept in this browser. */
import { useEffect, useState } from "react";
import { keep, recall, bookWords, Button, Empty, languages, may, Prose, Select, TextBox, TextLine, useMe, useNow, useSpeech, useTell, useWhen } from "@ui";
import { Confirm, Frame, Refused, useDeed, useNames } from "../desk/kit";
import { wire, type Guide, type GuideState } from "../desk/wire";
import { Good, languageName } from "./page";

interface Draft { kind: Guide["kind"]; product: string; symptoms: string; titles: Record<string, string>; bodies: Record<string, string> }
const of = (g: Guide | null): Draft => ({ kind: g?.kind ?? "guide", product: g?.product ?? "", symptoms: g?.symptoms.join(", ") ?? "", titles: { ...(g?.titles as Record<string, string>) }, bodies: { ...(g?.bodies as Record<string, string>) } });
const filled = (texts: Record<string, string>) => Object.fromEntries(Object.entries(texts).map(([l, t]) => [l, t.trim()]).filter(([, t]) => t));
/** Symptoms are phrases: only commas and lines part them. */
const phrases = (text: string) => text.split(/[\n,，、;；]+/).map((t) => t.trim()).filter(Boolean);
export function Editor({ guide, onLeave }: { guide: Guide | null; onLeave: (id?: string) => void }) {
  const { say, language } = useSpeech(), me = useMe(), when = useWhen(), now = useNow(), names = useNames(), tell = useTell();
  const place = `guides.${guide?.id ?? "new"}`, left = recall<{ version: number; draft: Draft } | null>(place, null);
  const [restored, setRestored] = useState(!!left), [draft, setDraft] = useState<Draft>(left?.draft ?? of(guide)), [shown, setShown] = useState(false), [wrong, setWrong] = useState<string | null>(null), [dropping, setDropping] = useState(false);
  const version = guide?.version ?? 0, changed = JSON.stringify(draft) !== JSON.stringify(of(guide));
  useEffect(() => { keep(place, changed ? { version, draft } : null); }, [place, version, changed, draft]);
  const set = (change: Partial<Draft>) => { setWrong(null); setDraft((d) => ({ ...d, ...change })); };
  const mayKeep = may(me, "guide.keep"), state = guide?.state ?? "draft", why = mayKeep ? null : say("guides.keep_only");
  const told: Record<GuideState, string> = { draft: say(state === "draft" ? "guides.saved" : "guides.was_drafted"), published: say(state === "published" ? "guides.saved" : "guides.was_published"), ended: say(state === "ended" ? "guides.saved" : "guides.was_ended") };
  const deed = useDeed(async (to: GuideState, key: string) => {
    const body = { product: draft.product.trim() || null, symptoms: phrases(draft.symptoms), titles: filled(draft.titles), bodies: filled(draft.bodies), state: to };
    return guide ? wire.patch<Guide>(`/api/v1/guides/${guide.id}`, body, version, key) : wire.post<Guide>("/api/v1/guides", { ...body, kind: draft.kind }, key);
  }, { old: [["guides"], ["guide"]], then: (g, to) => { keep(place, null); setRestored(false); setDraft(of(g)); tell(told[to]); if (!guide) onLeave(g.id); } });
  const drop = useDeed((_: undefined, key: string) => wire.drop(`/api/v1/guides/${guide!.id}`, guide!.version, key), { old: [["guides"]], told: say("guides.was_dropped"), then: () => { keep(place, null); onLeave(); } });
  const save = (to: GuideState) => {
    const titles = filled(draft.titles), bodies = filled(draft.bodies);
    if (languages.some((l) => !titles[l] !== !bodies[l])) return setWrong(say("guides.both_needed"));
    if (!Object.keys(titles).length) return setWrong(say("guides.one_needed"));
    void deed.run(to);
  };
  const fault = (f: string) => deed.refusal?.field(f) ?? null, busy = deed.busy ? say("desk.busy") : null;
  const title = bookWords(filled(draft.titles), language) || say(guide ? "guides.untitled" : "guides.new");
  return (
    <Frame title={<span className="g-title">{title}</span>} tools={<>
      <Button kind="bare" onPress={() => onLeave()}>{say("guides.back")}</Button><Button kind="bare" aria-pressed={shown} onPress={() => setShown(!shown)}>{say(shown ? "guides.preview_off" : "guides.preview")}</Button>
    </>}>
      <form className="g-form" noValidate onSubmit={(e) => { e.preventDefault(); save(state); }}>
        {restored && changed && <p className="g-restored x"><span>{say("guides.restored")}</span><button type="button" className="link" onClick={() => { setDraft(of(guide)); setRestored(false); }}>{say("guides.forget")}</button></p>}
        <div className="g-meta">
          {guide ? <div className="item"><span className="q">{say("guides.kind")}</span><span className="g-fixed">{say(`guides.${guide.kind}`)} <span className="tag on">{say(`guides.${state}`)}</span></span></div>
            : <Select label={say("guides.kind")} help={say(`guides.${draft.kind}_help`)} value={draft.kind} onChange={(k) => set({ kind: k as Guide["kind"] })} choices={[{ id: "guide", name: say("guides.guide") }, { id: "trouble", name: say("guides.trouble") }]} error={fault("kind")} />}
          <TextLine label={say("guides.product")} optional value={draft.product} onChange={(product) => set({ product })} help={say("guides.product_help")} error={fault("product")} />
          <TextLine label={say("guides.symptoms")} optional value={draft.symptoms} onChange={(symptoms) => set({ symptoms })} help={say("guides.symptoms_help")} error={fault("symptoms")} />
        </div>
        <div className="g-both">
          {[...languages].sort((a, b) => Number(b === language) - Number(a === language)).map((l) => (
            <fieldset key={l} lang={l}><legend>{languageName(l, language)}</legend>
              <TextLine label={say("guides.title_field")} value={draft.titles[l] ?? ""} onChange={(t) => set({ titles: { ...draft.titles, [l]: t } })} error={fault(`titles.${l}`)} />
              <TextBox label={say("guides.body_field")} rows={12} value={draft.bodies[l] ?? ""} onChange={(t) => set({ bodies: { ...draft.bodies, [l]: t } })} help={say("guides.body_help")} error={fault(`bodies.${l}`)} />
              {shown && <Seen kind={draft.kind} title={draft.titles[l] ?? ""} body={draft.bodies[l] ?? ""} since={guide?.since ? when.short(guide.since, now) : null} />}
            </fieldset>
          ))}
        </div>
        {wrong && <p role="alert" className="txt-late">{wrong}</p>}
        <Refused error={deed.refusal} shown={["kind", "product", "symptoms", ...languages.flatMap((l) => [`titles.${l}`, `bodies.${l}`])]} />
        {state === "published" && <p className="s q">{say("guides.live_note")}</p>}
        <div className="x g-acts">
          {state === "draft" ? <><Button kind="go" onPress={() => save("published")} why={why ?? busy}>{say("guides.publish")}</Button><Button type="submit" why={busy}>{say(guide ? "guides.save" : "guides.save_draft")}</Button></>
            : state === "published" ? <><Button kind="go" type="submit" why={why ?? busy ?? (changed ? null : say("guides.saved"))}>{say("guides.save")}</Button><Button onPress={() => save("ended")} why={why ?? busy}>{say("guides.end")}</Button><Button kind="bare" onPress={() => save("draft")} why={why ?? busy}>{say("guides.to_draft")}</Button></>
            : <><Button kind="go" onPress={() => save("published")} why={why ?? busy}>{say("guides.again")}</Button><Button type="submit" why={why ?? busy}>{say("guides.save")}</Button></>}
          {guide && state !== "published" && <Button kind="bare" onPress={() => setDropping(true)} why={state === "draft" ? null : why}>{say("guides.drop")}</Button>}
          <span className="s m" role="status">{changed ? `${say("guides.unsaved")} · ${say("guides.kept_here")}` : ""}</span>
        </div>
      </form>
      {guide && <section><h2>{say("guides.facts")}</h2><Good g={guide} />{guide.by && <p className="s m">{say("guides.by")} {names.person(guide.by) || guide.by}</p>}</section>}
      <Confirm title={say("guides.drop")} words={say("guides.drop_words", { title })} act={say("guides.drop")} open={dropping} onClose={() => setDropping(false)} deed={drop} />
    </Frame>
  );
}
/** As the customer's page shows it; its buttons do nothing here. */
function Seen({ kind, title, body, since }: { kind: Guide["kind"]; title: string; body: string; since: string | null }) {
  const { say } = useSpeech();
  return (
    <div className="g-seen" role="group" aria-label={say("guides.preview")}>
      {!title.trim() && !body.trim() ? <Empty title={say("guides.preview_empty")} /> : (
        <>
          <p className={`s ${kind === "trouble" ? "txt-risk" : "m"}`}>{say(kind === "trouble" ? "guides.customer_trouble" : "guides.customer_guide")}{since && ` · ${say("guides.customer_since", { at: since })}`}</p>
          <p className="g-seen-title">{title}</p>
          <Prose text={body} />
          <p className="x g-ask"><span className="q">{say("guides.customer_ask")}</span><span className="btn" aria-hidden="true">{say("guides.customer_yes")}</span><span className="btn" aria-hidden="true">{say("guides.customer_no")}</span></p>
        </>
      )}
    </div>
  );
}
