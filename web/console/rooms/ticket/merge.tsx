/** Two cases become one, and two again. The case that goes in closes; its words are read in the other, in their place. */
import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useRef, useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { api, got, newKey, Refusal, type Message } from "@api";
import { caseQuery } from "@api/queries";
import { Button, Dialog, Severity, Shape, term, TextLine, useMe, useNow, useSpeech, useTell, Wrong, type Say, type When } from "@ui";
import { reasonOf } from "./files";
import { promiseWord, whyOf } from "./names";
import { restQuery } from "./queries";
import { mayTie } from "./ties";
import type { Attachment, Case, HouseEvent, Names, Ticket } from "./types";

/** So long a merge can be taken back. */
const BACK_MS = 7 * 24 * 3600_000;

/** What a case took in: the other's words and files, and those it had taken in itself. */
export interface Absorbed { ticket: string; number: string; subject: string; messages: Message[]; files: Attachment[]; people: Case["people"] }
export const absorbedQuery = (client: QueryClient, whole: Case | undefined) => {
  const from = whole?.links.filter((l) => l.kind === "merged_from").map((l) => l.ticket) ?? [];
  return queryOptions({
    queryKey: ["absorbed", whole?.ticket.id ?? "", ...from],
    enabled: from.length > 0,
    staleTime: 5 * 60_000,
    queryFn: async () => {
      const all: Absorbed[] = [], queue = [...from], seen = new Set(queue);
      for (let id = queue.shift(); id; id = queue.shift()) {
        const other = await client.fetchQuery({ ...caseQuery(id), staleTime: 60_000 });
        const rest = other.more_after ? await client.fetchQuery({ ...restQuery(client, id, other.more_after), staleTime: 60_000 }) : [];
        all.push({ ticket: id, number: other.ticket.number, subject: other.ticket.subject, messages: [...other.messages, ...rest], files: other.attachments, people: other.people });
        for (const l of other.links) if (l.kind === "merged_from" && !seen.has(l.ticket)) { seen.add(l.ticket); queue.push(l.ticket); }
      }
      return all;
    },
  });
};
/** Why this case cannot go into another, before one tries. */
export function whyNotMerge(whole: Case, me: Parameters<typeof mayTie>[0], say: Say): string | null {
  const t = whole.ticket;
  if (!mayTie(me)) return say("ticket.why_not_yours");
  if (t.merged_into) return say("ticket.why_merged");
  if (t.stage === "closed") return say("ticket.why_already_closed");
  return t.open_children > 0 ? say("ticket.why_merge_has_parts") : null;
}
export function useMerge(whole: Case) {
  const client = useQueryClient(), tell = useTell(), { say, when } = useSpeech(), me = useMe(), now = useNow(), go = useNavigate(), id = whole.ticket.id;
  const fresh = useCallback(async (other: string) => {
    void client.invalidateQueries({ queryKey: ["tickets"] });
    await Promise.all([id, other].map((t) => client.invalidateQueries({ queryKey: ["ticket", t] })));
  }, [client, id]);
  const wrong = useCallback((e: unknown) => tell(whyOf(say, e) ?? reasonOf(e)), [say, tell]);
  const show = (ticket: string) => void go({ to: "/tickets/$id", params: { id: ticket } });
  /** Takes back that `part` went into another, and goes where the reader then wants to be. */
  const unmerge = async (part: string, then?: string) => {
    const { ticket, other } = await got(api.POST("/api/v1/tickets/{id}/unmerge", { params: { path: { id: part } } }));
    await Promise.all([fresh(part), fresh(other.id)]);
    tell(say("ticket.unmerged", { part: ticket.number, whole: other.number }));
    if (then) show(then);
  };
  return {
    merge: async (into: Ticket, key: string) => {
      const done = await got(api.POST("/api/v1/tickets/{id}/merge", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: { into: into.id } }));
      await fresh(into.id);
      tell(done.undo_until ? say("ticket.merged", { part: done.ticket.number, whole: done.other.number, at: when.short(done.undo_until, now) }) : say("ticket.merged_plain", { part: done.ticket.number, whole: done.other.number }), () => void unmerge(id, id).catch(wrong));
      show(into.id);
    },
    unmerge: (part: string) => void unmerge(part).catch(wrong),
    /** Until when a merge of that instant can be taken back, if it can. */
    until: (at: string | null | undefined) => (at && mayTie(me) && Date.parse(at) + BACK_MS > now ? Date.parse(at) + BACK_MS : null),
  };
}
/** When each case came in, as the record tells. */
export const absorbedAt = (events: readonly HouseEvent[], other: string) => events.findLast((e) => e.key === "ticket.absorbed" && (e.body as { other?: string }).other === other)?.at;

/** Above the thread of a case that went into another. */
export function MergedBanner({ whole }: { whole: Case }) {
  const { say, when } = useSpeech(), now = useNow(), { unmerge, until } = useMerge(whole), t = whole.ticket;
  const into = whole.links.find((l) => l.kind === "merged_into"), other = useQuery({ ...caseQuery(t.merged_into ?? ""), enabled: !!t.merged_into }).data?.ticket;
  if (!t.merged_into) return null;
  const back = other && other.stage === "closed" ? null : until(t.closed_at);
  return (
    <div className="merged" role="status">
      <p className="grow"><b>{say("ticket.merged_here", { number: into?.number ?? other?.number ?? "" })}</b><br /><span className="s q">{say("ticket.merged_more")}{back ? say("ticket.merged_until", { at: when.short(back, now) }) : ""}</span></p>
      <Link to="/tickets/$id" params={{ id: t.merged_into }} className="btn">{say("ticket.open_case", { number: into?.number ?? other?.number ?? "" })}</Link>
      {back && <Button onPress={() => unmerge(t.id)}>{say("ticket.unmerge")}</Button>}
    </div>
  );
}
/** Chooses the case this one goes into, and says what happens then. */
export function MergeDialog({ whole, names, onClose, onTie }: { whole: Case; names: Names; onClose: () => void; onTie: () => void }) {
  const { say, when } = useSpeech(), now = useNow(), t = whole.ticket, { merge } = useMerge(whole);
  const [to, setTo] = useState<string | null>(null), [sought, setSought] = useState("");
  const key = useRef(newKey());
  const list = useQuery({
    queryKey: ["tickets", "of", t.account, t.requester],
    queryFn: () => got(api.GET("/api/v1/tickets", { params: { query: { account: t.account, requester: t.requester, open: true, sort: "updated", limit: 100 } } })),
  });
  const all = (list.data?.items ?? []).filter((c) => c.id !== t.id && c.stage !== "closed"), q = sought.trim().toLowerCase();
  const shown = all.filter((c) => !q || c.id === to || `${c.number} ${c.subject}`.toLowerCase().includes(q));
  const into = useQuery({ ...caseQuery(to ?? ""), enabled: !!to });
  const doing = useMutation({
    mutationFn: () => merge(into.data!.ticket, key.current),
    onSuccess: onClose,
    onError: (e) => { if (e instanceof Refusal && !e.offline && e.status < 500) key.current = newKey(); },
  });
  const who = names(t.requester)?.name ?? say("ticket.somebody");
  return (
    <Dialog title={say("ticket.merge_case", { number: t.number })} open onClose={onClose} wide>
      <form className="act-form" onSubmit={(e) => { e.preventDefault(); if (into.data && !doing.isPending) doing.mutate(); }}>
        <p className="q">{say("ticket.merge_lead", { name: who })}</p>
        {list.isError ? <Wrong error={list.error} again={() => void list.refetch()} /> : list.isPending ? <Shape rows={3} tall /> : !all.length ? (
          <div className="empty"><p>{say("ticket.merge_none", { name: who })}</p><Button onPress={onTie}>{say("ticket.tie_case")}</Button></div>
        ) : (
          <>
            {all.length > 6 && <TextLine label={say("ticket.find_case")} value={sought} onChange={setSought} />}
            <RadioGroup className="choices" aria-label={say("ticket.merge_into")} value={to} onChange={(v) => { setTo(v); key.current = newKey(); doing.reset(); }}>
              {shown.map((c) => (
                <Radio key={c.id} value={c.id} className="choice">
                  <span className="dot" aria-hidden="true" />
                  <span className="grow cut-text">{c.subject}</span>
                  <span className="s m choice-line"><span>{c.number}</span><Severity of={c.severity} /><span>{term(say, "stage", c.stage)}</span><span className="wide">{when.ago(c.updated_at, now)}</span></span>
                </Radio>
              ))}
            </RadioGroup>
            {!shown.length && <p className="m">{say("ticket.no_case_found")}</p>}
          </>
        )}
        {to && (into.data ? (
          <div className="preview" aria-live="polite">
            <h3>{say("ticket.merge_then")}</h3>
            <ul className="plainlist">{outcome(whole, into.data, names, say, when, now).map((line, i) => <li key={i}>{line}</li>)}</ul>
          </div>
        ) : into.isError ? <Wrong error={into.error} /> : <Shape rows={4} />)}
        {doing.error && <p role="alert" className="txt-late">{whyOf(say, doing.error) ?? reasonOf(doing.error)}</p>}
        <p className="x act-end"><span className="grow" /><Button onPress={onClose}>{say("form.cancel")}</Button>{all.length > 0 && <Button kind="go" type="submit" why={!to ? say("ticket.choose_case") : !into.data ? say("ticket.looking") : doing.isPending ? say("ticket.sending") : null}>{into.data && to ? say("ticket.merge_do", { number: into.data.ticket.number }) : say("ticket.act_merge")}</Button>}</p>
      </form>
    </Dialog>
  );
}
/** What merging does to these two, in sentences. */
function outcome(part: Case, into: Case, names: Names, say: Say, when: When, now: number): string[] {
  const b = part.ticket, a = into.ticket, lines: string[] = [];
  const both = { part: b.number, whole: a.number };
  lines.push(say("ticket.merge_closes", both), say("ticket.merge_words", { ...both, n: b.messages }));
  const owed = (c: Case, promise: string) => c.clocks.find((k) => k.kind === "contract" && k.promise === promise && !k.ended_at && !k.broken_at);
  for (const c of part.clocks.filter((k) => k.kind === "contract" && !k.ended_at)) {
    const promise = promiseWord(say, c.promise), other = owed(into, c.promise);
    if (c.broken_at) lines.push(say("ticket.merge_broken", { ...both, promise }));
    else if (other?.due_at && c.due_at) lines.push(say("ticket.merge_earlier", { ...both, promise, at: when.short(Math.min(Date.parse(other.due_at), Date.parse(c.due_at)), now) }));
    else if (other) lines.push(say("ticket.merge_shared", { ...both, promise }));
    else lines.push(c.due_at ? say("ticket.merge_moves", { ...both, promise, at: when.short(c.due_at, now) }) : say("ticket.merge_moves_paused", { ...both, promise }));
  }
  if (a.severity !== b.severity) lines.push(say("ticket.merge_severity", { ...both, own: term(say, "severity", a.severity), other: term(say, "severity", b.severity) }));
  lines.push(say("ticket.merge_people", { ...both, name: names(a.handler)?.name ?? say("ticket.nobody") }), say("ticket.merge_back", both));
  return lines;
}
