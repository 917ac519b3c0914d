/** Where one writes: to the customer, to colleagues, to an expert. Says what sending does; loses nothing, sends nothing twice. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Switch, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { api, got, newKey, Refusal, useLive, type Schemas } from "@api";
import { Button, Hint, keep, lengthMs, recall, useMe, useNow, useSpeech, useTell, type Say, type When } from "@ui";
import { useCommands, type Command } from "../command/registry";
import { fillTemplate, type Template } from "../tools/tools";
import { PersonPick, type useAct } from "./acts";
import { useDraft, type Tab as Kind } from "./draft";
import { send as sendFile, Uploads, reasonOf, type Upload } from "./files";
import { offered, promiseWord, whyWord } from "./names";
import { usePresence } from "./presence";
import { Holes, insertAt, openHoles, ownFirst, TemplatePick, useTemplates } from "./templates";
import type { Case, Names } from "./types";

/** What is on its way: kept until the house has it, under one key, so that a second try is the same try. */
interface Going { kind: Kind; body: string; asks: boolean; expert?: string; files: string[]; key: string; next: boolean; /** The same words on every part that is open. */ parts?: boolean }
const FULFILS = new Set(["first_response", "next_response", "periodic_update"]);

export function Composer({ whole, names, act, onNext, focus }: { whole: Case; names: Names; act: ReturnType<typeof useAct>; onNext: (() => void) | null; focus: React.RefObject<((kind: Kind) => void) | null> }) {
  const { say, when } = useSpeech(), me = useMe(), now = useNow(), tell = useTell(), client = useQueryClient(), live = useLive();
  const t = whole.ticket, id = t.id;
  const draft = useDraft(id), presence = usePresence(id);
  const { tab } = draft, text = draft.texts[tab];
  const [asks, setAsks] = useState(false), [parts, setParts] = useState(false), [expert, setExpert] = useState<string>();
  const [uploads, setUploads] = useState<Upload[]>(() => whole.attachments.filter((a) => !a.message && a.by === me.id).map((a) => ({ key: a.id, internal: a.internal, name: a.name, bytes: a.bytes, share: 1, done: a })));
  const [error, setError] = useState<string | null>(null), [busy, setBusy] = useState(false), [news, setNews] = useState<Schemas["NewsOut"] | null>(null), [over, setOver] = useState(false);
  const [going, setGoing_] = useState<Going | null>(() => recall<Going | null>(`outbox.${id}`, null));
  const setGoing = (g: Going | null) => { keep(`outbox.${id}`, g); setGoing_(g); };
  const box = useRef<HTMLTextAreaElement>(null), pick = useRef<HTMLInputElement>(null), began = useRef<string | undefined>(undefined), key = useRef(newKey());
  useEffect(() => { focus.current = (kind) => { if (kind !== tab) draft.turn(kind); setTimeout(() => { box.current?.focus(); box.current?.scrollIntoView({ block: "nearest" }); }); }; });
  // Grows with its words, up to a third of the screen.
  useEffect(() => { const b = box.current; if (b) { b.style.height = "auto"; b.style.height = `${Math.min(b.scrollHeight + 2, innerHeight / 3)}px`; } }, [text, tab]);

  const templates = useTemplates(), [picking, setPicking] = useState<"button" | "slash" | null>(null), frame = useRef<HTMLDivElement>(null);
  /** Filled for this case, put where the caret is. */
  async function insert(t: Template) {
    setPicking(null);
    try {
      const filled = await fillTemplate(t.id, id);
      if (tab === "consult") draft.turn("public");
      setTimeout(() => { if (box.current) insertAt(box.current, filled.body, write); });
    } catch (e) { setError(reasonOf(e)); box.current?.focus(); }
  }
  useCommands(!templates || t.merged_into ? [] : [
    { id: "ticket.template", title: say("ticket.insert_template"), keys: "i", run: () => setPicking("button") },
    ...ownFirst(templates, me.id).map((p): Command => ({ id: `ticket.template.${p.id}`, title: say("ticket.insert_template_of", { name: p.name }), section: say("ticket.templates"), run: () => void insert(p) })),
  ]);
  const cannot = (kind: Kind) => { if (t.merged_into) return say("ticket.why_merged"); const o = offered(whole.offers, kind === "public" ? "reply" : kind === "internal" ? "note" : "consult"); return o && !o.possible ? whyWord(say, o.why) : o ? null : say("ticket.not_offered"); };
  const closed = cannot(tab), toParts = parts && tab === "public" && t.open_children > 0;
  const own = uploads.filter((u) => u.internal === (tab === "internal"));
  const ready = own.filter((u) => u.done).map((u) => u.done!.id), under = own.some((u) => !u.done && !u.error);
  const why = closed ?? (busy ? say("ticket.sending") : under ? say("ticket.files_under_way") : !text.trim() ? say("ticket.write_first") : tab === "public" && templates && openHoles(text).length ? say("ticket.fill_first") : tab === "consult" && !expert ? say("ticket.expert_first") : null);

  function write(body: string) {
    if (!began.current && body) began.current = lastMessage(client.getQueryData<Case>(["ticket", id]) ?? whole, client);
    key.current = newKey();
    setError(null);
    presence.typing();
    draft.write(body);
  }
  const put = (files: Iterable<File>, again?: Upload) => { for (const f of files) sendFile(id, f, tab === "internal", (c) => setUploads(c), { failed: say("ticket.file_failed"), offline: say("ticket.file_offline") }, again?.key); };

  async function deliver(g: Going) {
    setBusy(true);
    setError(null);
    try {
      if (g.parts) await act.send({ act: "reply", body: g.body, asks: g.asks, attachments: g.files, with_children: true }, undefined, g.key);
      else if (g.kind === "consult") await act.send({ act: "consult", expert: g.expert!, question: g.body }, undefined, g.key);
      else {
        const { ticket } = await got(api.POST("/api/v1/tickets/{id}/messages", { params: { path: { id }, header: { "Idempotency-Key": g.key } }, body: { body: g.body, kind: g.kind, asks: g.asks, attachments: g.files } }));
        client.setQueryData<Case>(["ticket", id], (old) => (old ? { ...old, ticket } : old));
        await client.invalidateQueries({ queryKey: ["ticket", id] });
        void client.invalidateQueries({ queryKey: ["tickets"] });
      }
      setGoing(null);
      draft.clear(g.kind);
      setUploads((all) => all.filter((u) => !u.done || !g.files.includes(u.done.id)));
      setAsks(false);
      setParts(false);
      began.current = undefined;
      key.current = newKey();
      tell(g.kind === "consult" ? say("ticket.did_consult", { to: names(g.expert)?.name ?? "" }) : g.kind === "internal" ? say("ticket.did_note") : g.parts ? say("ticket.did_reply_all") : g.asks ? say("ticket.did_ask") : say("ticket.did_reply"));
      if (g.next) onNext?.();
    } catch (e) {
      // Not known whether it arrived: it goes again by itself, under the same key.
      if (e instanceof Refusal && (e.offline || e.status >= 500)) setGoing(g);
      else { setGoing(null); key.current = newKey(); setError(whyWord(say, e instanceof Refusal && e.code.startsWith("ticket.") ? e.code : null) ?? reasonOf(e)); void client.invalidateQueries({ queryKey: ["ticket", id] }); }
    } finally { setBusy(false); }
  }
  useEffect(() => {
    if (!going || !live || busy) return;
    const t = setTimeout(() => void deliver(going), 1500);
    return () => clearTimeout(t);
  }, [going, live, busy]);

  async function submit(next = false, sure = false) {
    if (why || going) { if (why && text.trim()) setError(why); return; }
    const g: Going = { kind: tab, body: text, asks: asks && tab === "public", files: tab === "consult" ? [] : ready, key: key.current, next, ...(expert ? { expert } : {}), ...(toParts ? { parts: true } : {}) };
    if (!sure && tab === "public" && began.current) {
      setBusy(true);
      const p = await got(api.GET("/api/v1/tickets/{id}/presence", { params: { path: { id }, query: { since_message: began.current } } })).catch(() => null);
      setBusy(false);
      if (p?.new_messages?.count) { setNews(p.new_messages); return; }
    }
    setNews(null);
    await deliver(g);
  }
  const effect = closed ?? `${effectOf(whole, tab, asks, say, when, now)}${toParts ? say("ticket.effect_parts", { n: t.open_children }) : ""}`;
  const others = presence.here.filter((h) => h.person !== me.id);
  const keptWords = draft.kept === "local" ? say("ticket.draft_local") : draft.kept === "typing" ? say("ticket.draft_saving") : draft.kept ? say("ticket.draft_kept", { at: when.short(draft.kept.at, now) }) : "";
  const sendWord = tab === "internal" ? say("ticket.send_note") : tab === "consult" ? say("ticket.send_consult") : toParts ? say("ticket.send_all", { n: t.open_children + 1 }) : asks ? say("ticket.send_ask") : say("ticket.send_reply");
  return (
    <section className={`write ${tab === "internal" ? "is-note" : ""} ${over ? "over" : ""}`} aria-label={say("ticket.composer")}
      onDragOver={(e) => { if (tab !== "consult" && e.dataTransfer.types.includes("Files")) { e.preventDefault(); setOver(true); } }} onDragLeave={(e) => { if (!e.currentTarget.contains(e.relatedTarget as Node)) setOver(false); }}
      onDrop={(e) => { setOver(false); if (tab !== "consult" && e.dataTransfer.files.length) { e.preventDefault(); put(e.dataTransfer.files); } }}>
      {others.length > 0 && <p className="here s" role="status">{others.map((h) => <span key={h.person} className={h.doing === "typing" ? "typing" : "m"}>{say(h.doing === "typing" ? "ticket.types" : "ticket.reads", { name: h.name })}{!h.is_staff && ` · ${say("ticket.is_customer")}`}</span>)}</p>}
      <Tabs className="write-tabs" selectedKey={tab} onSelectionChange={(k) => { draft.turn(k as Kind); setError(null); }}>
        <div className="write-top">
          <TabList aria-label={say("ticket.write_what")} className="tabs-bar bare-tabs">
            <Tab id="public" className="tab">{say("ticket.tab_reply")}</Tab>
            <Tab id="internal" className="tab">{say("ticket.tab_note")}</Tab>
            <Tab id="consult" className="tab">{say("ticket.tab_consult")}</Tab>
          </TabList>
          <span className="m s draft-state" role="status">{keptWords}</span>
        </div>
      <TabPanel id={tab} className="write-panel">
      {draft.clash && (
        <div className="clash" role="alert">
          <p><b>{say("ticket.clash")}</b></p>
          <blockquote className="s">{draft.clash.body.slice(0, 300)}</blockquote>
          <p className="x"><Button onPress={() => draft.settle("mine")}>{say("ticket.clash_mine")}</Button><Button onPress={() => draft.settle("theirs")}>{say("ticket.clash_theirs")}</Button><Button onPress={() => draft.settle("both")}>{say("ticket.clash_both")}</Button></p>
        </div>
      )}
      {tab === "consult" && <PersonPick label={say("ticket.expert")} {...(expert ? { value: expert } : {})} onChange={(p) => { key.current = newKey(); setExpert(p); }} without={[me.id]} />}
      <div ref={frame} className={`text-box ${closed ? "cannot" : ""}`}>
        <textarea ref={box} className="bare-area" rows={2} value={text} aria-label={tab === "public" ? say("ticket.tab_reply") : tab === "internal" ? say("ticket.tab_note") : say("ticket.question")} placeholder={closed ? "" : (tab === "public" ? say("ticket.placeholder_reply") : tab === "internal" ? say("ticket.placeholder_note") : say("ticket.placeholder_consult"))} readOnly={!!closed || !!going}
          onChange={(e) => write(e.target.value)}
          onPaste={(e) => { if (tab !== "consult" && e.clipboardData.files.length) { e.preventDefault(); put(e.clipboardData.files); } }}
          onKeyDown={(e) => {
            if (e.nativeEvent.isComposing || e.keyCode === 229) return;
            if (e.key === "Enter" && (e.metaKey || e.ctrlKey)) { e.preventDefault(); void submit(e.shiftKey); }
            // At the beginning of a line a slash asks for a template.
            if (e.key === "/" && templates?.length && tab !== "consult" && !closed && !going && (!text || e.currentTarget.value[e.currentTarget.selectionStart - 1] === "\n" || e.currentTarget.selectionStart === 0)) { e.preventDefault(); setPicking("slash"); }
            if (e.key === "Escape") e.currentTarget.blur();
          }} />
        {tab !== "consult" && <Uploads uploads={own} onDrop={(u) => setUploads((all) => all.filter((x) => x.key !== u.key))} onRetry={(u) => u.file && put([u.file], u)} />}
      </div>
      {templates && tab === "public" && <Holes text={text} box={box} />}
      </TabPanel>
      </Tabs>
      {templates && picking && <TemplatePick all={templates} anchor={frame} language={t.language} names={names} onChoose={(p) => void insert(p)} onClose={() => { const slash = picking === "slash"; setPicking(null); setTimeout(() => { if (slash && box.current) insertAt(box.current, "/", write); else box.current?.focus(); }); }} />}
      {news && (
        <div className="clash" role="alert"><p><b>{say("ticket.news_since", { n: news.count, names: news.authors.map((a) => names(a)?.name ?? say("ticket.somebody")).join(say("ticket.and")) })}</b></p>
          <p className="x"><Button onPress={() => { document.getElementById(news.last ?? "")?.scrollIntoView({ block: "center" }); began.current = news.last ?? undefined; setNews(null); }}>{say("ticket.read_first")}</Button><Button kind="go" onPress={() => { void submit(false, true); }}>{say("ticket.send_anyway")}</Button></p></div>
      )}
      {going && !busy && <div className="clash" role="status"><p>{live ? say("ticket.sending_again") : say("ticket.waits_for_line")}</p><p className="x"><Button onPress={() => { setGoing(null); }}>{say("ticket.keep_as_draft")}</Button></p></div>}
      {error && <p role="alert" className="txt-late s">{error}</p>}
      {tab === "public" && t.open_children > 0 && !closed && <Switch className="switch write-parts" isSelected={parts} onChange={(on) => { key.current = newKey(); setParts(on); }}><span className="track-box" aria-hidden="true" />{say("ticket.reply_parts", { n: t.open_children })}</Switch>}
      <p className="s q effect">{effect}</p>
      <div className="write-end">
        {tab !== "consult" && <><input ref={pick} type="file" multiple hidden onChange={(e) => { put(e.target.files ?? []); e.target.value = ""; }} /><Button kind="bare" onPress={() => pick.current?.click()}>{say("ticket.attach")}</Button></>}
        {templates && tab !== "consult" && <Button kind="bare" why={closed} onPress={() => setPicking("button")}>{say("ticket.template")}</Button>}
        {tab === "public" && <Switch className="switch" isSelected={asks} onChange={(on) => { key.current = newKey(); setAsks(on); }}><span className="track-box" aria-hidden="true" />{say("ticket.asks")}</Switch>}
        <span className="grow" />
        {onNext && <Button kind="bare" why={why} keys="⌘/Ctrl + Shift + Enter" className="wide" onPress={() => void submit(true)}>{say("ticket.send_next")}</Button>}
        <Hint text="⌘/Ctrl + Enter"><Button kind="go" why={why} onPress={() => void submit()}>{sendWord}</Button></Hint>
      </div>
    </section>
  );
}
/** The newest message one can have seen when one begins to write. */
function lastMessage(whole: Case, client: ReturnType<typeof useQueryClient>): string | undefined {
  const rest = client.getQueryData<{ id: string }[]>(["ticket", whole.ticket.id, "rest", whole.more_after ?? ""]);
  return (rest?.at(-1) ?? whole.messages.at(-1))?.id;
}
/** What sending does to the promises, in one sentence. */
export function effectOf(whole: Case, tab: Kind, asks: boolean, say: Say, when: When, now: number): string {
  if (tab === "internal") return say("ticket.effect_note");
  if (tab === "consult") return say("ticket.effect_consult");
  const all = whole.clocks.filter((c) => c.kind === "contract" && !c.ended_at && FULFILS.has(c.promise));
  const parts: string[] = [];
  for (const c of all) {
    const promise = promiseWord(say, c.promise), late = c.broken_at ?? (c.due_at && Date.parse(c.due_at) <= now ? c.due_at : null);
    parts.push(late ? say("ticket.effect_late", { promise, length: when.length(now - Date.parse(late)) }) : say("ticket.effect_kept", { promise }));
    if (c.promise === "periodic_update") parts.push(say("ticket.effect_next", { at: when.short(now + lengthMs(c.target), now) }));
  }
  if (asks) parts.push(say("ticket.effect_asks"));
  else if (whole.ticket.stage === "waiting_customer") parts.push(say("ticket.effect_waits_on"));
  return parts.length ? parts.join("") : say("ticket.effect_none");
}
