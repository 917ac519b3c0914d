/** Acts on a case: done at once where nothing is asked, by a dialog where something is; told in words, undone where an inverse exists. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useRef, useState } from "react";
import { Checkbox, ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";
import { api, got, newKey, Refusal, type Schemas } from "@api";
import { Button, Dialog, Select, TextBox, TextLine, term, useMe, useNow, useSpeech, useTell } from "@ui";
import { actWord, readable, saidOr, whyWord } from "./names";
import { staffQuery } from "./queries";
import { scaleOf } from "./split";
import type { ActIn, Case, Names } from "./types";

/** Acts that want to be told something first. */
export const ASKS = new Set(["transfer", "hand_over", "consult", "resolve", "wait_for", "raise_severity", "lower_severity", "reopen", "withdraw", "agree_update", "snooze"]);
const INVERSE: Record<string, string> = { follow: "unfollow", unfollow: "follow", join: "leave", leave: "join", wait_for: "take_up", snooze: "wake" };

export type Send = (body: ActIn, seen?: number, key?: string) => Promise<Schemas["SaidOut"]>;
export function useAct(whole: Case, names: Names) {
  const client = useQueryClient(), tell = useTell(), { say } = useSpeech();
  const id = whole.ticket.id;
  const send = useCallback<Send>(async (body, seen, key) => {
    const header = { ...(key ? { "Idempotency-Key": key } : {}), ...(seen === undefined ? {} : { "If-Match": `"${seen}"` }) };
    const done = await got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id }, header }, body }));
    client.setQueryData<Case>(["ticket", id], (old) => (old ? { ...old, ticket: done.ticket } : old));
    void client.invalidateQueries({ queryKey: ["ticket", id] });
    void client.invalidateQueries({ queryKey: ["tickets"] });
    return done;
  }, [client, id]);
  /** Tells what was done, with a way back where there is one. */
  const told = useCallback((body: ActIn) => {
    const before = whole.ticket.handler, inverse = INVERSE[body.act];
    const back: ActIn | null = inverse ? ({ act: inverse } as ActIn) : body.act === "transfer" && before ? { act: "transfer", to: before, reason: say("ticket.undone") } : null;
    const to = body.act.endsWith("_severity") ? term(say, "severity", body.to ?? "") : names(body.to ?? body.expert)?.name ?? "";
    const undo = back && (() => { send(back).catch((e) => tell(e instanceof Refusal ? (e.detail ?? e.title) : String(e))); });
    tell(body.with_children ? say("ticket.did_resolve_all") : saidOr(say, `ticket.did_${body.act}`, actWord(say, body.act), { to }), undo ?? undefined);
  }, [whole.ticket.handler, say, names, send, tell]);
  return { send, told };
}
/** One dialog for every act that asks; its fields follow from the act. Kept what was typed, whatever the house answers. */
export function ActDialog({ act, whole, onClose, act_: { send, told } }: { act: string; whole: Case; onClose: () => void; act_: ReturnType<typeof useAct> }) {
  const { say, when } = useSpeech(), now = useNow(), client = useQueryClient();
  const t = whole.ticket;
  const [form, setForm] = useState<{ to?: string; tier?: string; reason: string; cause: string; body: string; question: string; why: string; until: string; parts?: boolean }>({ reason: "", cause: t.cause, body: "", question: "", why: "product", until: "" });
  const [missing, setMissing] = useState<string[]>([]);
  const seen = useRef(t.version), key = useRef(newKey());
  const set = (change: Partial<typeof form>) => { key.current = newKey(); setMissing([]); setForm((f) => ({ ...f, ...change })); };
  const scale = scaleOf(t.severity);
  const rank = scale.indexOf(t.severity);
  const needs: Record<string, (keyof typeof form)[]> = { transfer: ["to", "reason"], hand_over: ["to", "reason"], consult: ["to", "question"], resolve: ["cause", "body"], wait_for: ["why"], raise_severity: ["to"], lower_severity: ["to", "reason"], reopen: ["reason"], withdraw: ["reason"], agree_update: ["until"], snooze: ["until", "reason"] };
  const has = (f: keyof typeof form) => needs[act]?.includes(f);
  const doing = useMutation({
    mutationFn: async () => {
      const iso = form.until ? new Date(form.until).toISOString() : undefined;
      const body: Record<string, unknown> = { act };
      if (act === "consult") { body.expert = form.to; body.question = form.question; }
      else {
        if (has("to")) body.to = form.to;
        if (has("reason")) body.reason = form.reason;
        if (has("cause")) body.cause = form.cause;
        if (has("why")) body.why = form.why;
        if (has("until")) body.until = iso;
        if (act === "transfer" && form.tier) body.tier = Number(form.tier);
      }
      if (form.body.trim()) body.body = form.body;
      if (form.parts) body.with_children = true;
      await send(body as ActIn, seen.current, key.current);
      return body as ActIn;
    },
    onSuccess: (body) => { told(body); onClose(); },
    // Somebody was faster: the page is read again, the words stay, the next try is over what is true now.
    onError: async (e) => {
      if (e instanceof Refusal && !e.offline && e.status < 500) key.current = newKey();
      if (e instanceof Refusal && e.status === 412) { await client.refetchQueries({ queryKey: ["ticket", t.id], exact: true }); seen.current = client.getQueryData<Case>(["ticket", t.id])?.ticket.version ?? seen.current; }
    },
  });
  // One part that refuses refuses all.
  const words_ = (why: string) => (form.parts ? say("ticket.part_refused", { why }) : why);
  const refusal = doing.error instanceof Refusal ? doing.error : null;
  const wrong = (field: string) => refusal?.field(field) ?? (missing.includes(field) ? say("form.missing") : null);
  const general = refusal && !refusal.fields.length ? (refusal.offline ? say("state.offline_detail") : refusal.status === 412 ? say("ticket.changed_meanwhile") : words_(whyWord(say, refusal.code.startsWith("ticket.") ? refusal.code : null) ?? refusal.detail ?? refusal.title)) : null;
  function go() {
    const empty = (needs[act] ?? []).filter((f) => !String(form[f] ?? "").trim());
    if (guarded) return;
    if (empty.length) setMissing(empty.map((f) => (act === "consult" && f === "to" ? "expert" : f)));
    else if (!doing.isPending) doing.mutate();
  }
  // The guard: while parts are open, resolving takes them along or does not happen.
  const parts = act === "resolve" ? t.open_children : 0, openParts = whole.links.filter((l) => l.kind === "child" && l.is_open);
  const guarded = parts > 0 && !form.parts;
  const open = whole.clocks.filter((c) => c.kind === "contract" && !c.ended_at && !c.paused).length;
  const quick = (hours: number, name: string) => <Button kind="bare" onPress={() => set({ until: localInput(now + hours * 3600_000) })}>{name}</Button>;
  return (
    <Dialog title={actWord(say, act)} open onClose={onClose}>
      <form className="act-form" onSubmit={(e) => { e.preventDefault(); go(); }} onKeyDown={(e) => { if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && !e.nativeEvent.isComposing) { e.preventDefault(); go(); } }} noValidate>
        <p className="q">{saidOr(say, `ticket.about_${act}`, "", { n: open })}</p>
        {parts > 0 && (
          <div className="clash guard">
            <p><b>{say("ticket.guard", { n: parts })}</b></p>
            <ul className="plainlist s">{openParts.map((l) => <li key={l.ticket}><Link to="/tickets/$id" params={{ id: l.ticket }} onClick={onClose}>{l.number}</Link> {l.subject}<span className="m"> · {term(say, "stage", l.stage)}</span></li>)}</ul>
            <Checkbox className="check" isSelected={!!form.parts} onChange={(on) => set({ parts: on })}><span className="tick" aria-hidden="true" />{say("ticket.with_parts", { n: parts })}</Checkbox>
            <p className="s q">{say("ticket.guard_more")}</p>
          </div>
        )}
        {(act === "transfer" || act === "hand_over" || act === "consult") && <PersonPick label={act === "consult" ? say("ticket.expert") : say("ticket.to_whom")} value={form.to} onChange={(to) => set({ to })} error={wrong(act === "consult" ? "expert" : "to")} without={[act === "hand_over" ? t.owner : act === "transfer" ? t.handler : null]} />}
        {act.endsWith("_severity") && <Select label={say("ticket.new_severity")} value={form.to ?? null} onChange={(to) => set({ to })} error={wrong("to")} choices={scale.filter((_, i) => (act === "raise_severity" ? i > rank : i < rank)).map((s) => ({ id: s, name: term(say, "severity", s) }))} />}
        {act === "transfer" && <Select label={say("ticket.tier")} optional value={form.tier ?? null} onChange={(tier) => set({ tier })} error={wrong("tier")} choices={[1, 2, 3, 4].map((n) => ({ id: String(n), name: say("ticket.tier_n", { n }) }))} />}
        {has("why") && <Select label={say("ticket.wait_for_whom")} value={form.why} onChange={(why) => set({ why })} error={wrong("why")} choices={[{ id: "product", name: say("ring.waits_product") }, { id: "vendor", name: say("ring.waits_vendor") }]} />}
        {has("question") && <TextBox label={say("ticket.question")} value={form.question} onChange={(question) => set({ question })} error={wrong("question")} />}
        {has("cause") && <TextBox label={say("ticket.cause")} rows={2} help={say("ticket.cause_help")} value={form.cause} onChange={(cause) => set({ cause })} error={wrong("cause")} />}
        {has("until") && (
          <div>
            <TextLine label={say("ticket.until")} type="datetime-local" value={form.until} onChange={(until) => set({ until })} error={wrong("until")} help={say("ticket.until_zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })} />
            <p className="x quick">{quick(1, when.length(3600_000))}{quick(4, when.length(4 * 3600_000))}{quick(24, say("ticket.tomorrow"))}{act === "snooze" && quick(72, say("ticket.in_days", { n: 3 }))}</p>
          </div>
        )}
        {has("reason") && <TextBox label={say("ticket.reason")} rows={2} value={form.reason} onChange={(reason) => set({ reason })} error={wrong("reason")} />}
        {(act === "resolve" || act === "wait_for") && <TextBox label={act === "resolve" ? say("ticket.resolve_body") : say("ticket.wait_body")} optional={act === "wait_for"} rows={5} value={form.body} onChange={(body) => set({ body })} error={wrong("body")} />}
        {general && <p role="alert" className="txt-late">{general}</p>}
        {refusal?.fields.filter((f) => !["to", "reason", "cause", "body", "question", "expert", "why", "until", "tier"].includes(f.field)).map((f) => <p key={f.field} role="alert" className="txt-late">{readable(f.field)}: {f.message}</p>)}
        <p className="x act-end"><span className="grow" /><Button onPress={onClose}>{say("form.cancel")}</Button><Button kind="go" type="submit" why={doing.isPending ? say("ticket.sending") : guarded ? say("ticket.guard_why") : null}>{form.parts && parts > 0 ? say("ticket.resolve_all", { n: parts + 1 }) : actWord(say, act)}</Button></p>
      </form>
    </Dialog>
  );
}
/** An instant as a `datetime-local` field wants it. */
const localInput = (ms: number) => { const d = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000); return d.toISOString().slice(0, 16); };

/** Colleagues by name, skill or login; each with what they have in hand. */
export function PersonPick({ label, value, onChange, error, without = [] }: { label: string; value?: string; onChange: (id: string, person?: Schemas["PersonOut"]) => void; error?: string | null; without?: (string | null | undefined)[] }) {
  const { say, when } = useSpeech(), me = useMe(), now = useNow();
  const staff = useQuery(staffQuery);
  const [text, setText] = useState("");
  const all = (staff.data ?? []).filter((p) => p.active && !without.includes(p.id) && ["engineer", "tam", "duty_chief", "administrator"].includes(p.role));
  const sought = text.trim().toLowerCase();
  const chosen = all.find((p) => p.id === value);
  const found = all.filter((p) => !sought || chosen?.name === text || [p.name, p.login, ...p.skills].some((w) => w.toLowerCase().includes(sought))).sort((a, b) => Number(!!a.away_until) - Number(!!b.away_until) || a.load / (a.capacity || 1) - b.load / (b.capacity || 1));
  return (
    <ComboBox className="item" items={found} inputValue={text} onInputChange={setText} value={value ?? null} onChange={(k) => { if (k) { onChange(String(k), all.find((p) => p.id === k)); setText(all.find((p) => p.id === k)?.name ?? ""); } }} isInvalid={!!error} menuTrigger="focus" allowsEmptyCollection>
      <Label>{label}</Label>
      <Input className="field" placeholder={say("ticket.find_person")} />
      {error && <Text slot="errorMessage" className="s txt-late">{error}</Text>}
      <Popover className="pop" offset={4}>
        <ListBox className="menu" renderEmptyState={() => <p className="m menu-item">{say("ticket.nobody_found")}</p>}>
          {(p: Schemas["PersonOut"]) => (
            <ListBoxItem id={p.id} textValue={p.name} className="menu-item">
              <span>{p.name}{p.id === me.id && <span className="m"> {say("ticket.me")}</span>}</span>
              <span className="s m">{[term(say, "role", p.role), p.tier ? say("ticket.tier_n", { n: p.tier }) : "", p.capacity ? say("ticket.load", { n: p.load, of: p.capacity }) : "", p.away_until ? say("ticket.away_until", { at: when.short(p.away_until, now) }) : "", p.skills.slice(0, 4).join(" ")].filter(Boolean).join(" · ")}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
