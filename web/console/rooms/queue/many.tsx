/** Acts on many cases at once. Each case answers for itself: what was refused is listed with its reason. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, newKey, Refusal, type Schemas } from "@api/client";
import { Button, Dialog, Select, TextLine, useMe, useSay, useTell } from "@ui";
import { staffQuery, type Row } from "./list";

type Act = Schemas["ActIn"];
interface Refused { row: Row; why: string }
const AT_ONCE = 4;

export function ManyBar({ rows, clear, done }: { rows: Row[]; clear: () => void; done: (ids: string[]) => void }) {
  const say = useSay(), me = useMe(), tell = useTell();
  const [busy, setBusy] = useState(false), [refused, setRefused] = useState<Refused[]>([]), [handing, setHanding] = useState(false);
  const run = async (act: (row: Row) => Act | null, words: (count: number) => string, undo?: (row: Row) => Act | null) => {
    setBusy(true);
    const failed: Refused[] = [], well: Row[] = [], waiting = [...rows];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) {
        const body = act(row);
        if (!body) continue;
        try { await got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id: row.id }, header: { "Idempotency-Key": newKey() } }, body })); well.push(row); }
        catch (e) { failed.push({ row, why: e instanceof Refusal && e.offline ? say("state.offline_title") : e instanceof Error ? e.message : String(e) }); }
      }
    }));
    setBusy(false);
    setRefused(failed);
    done(well.map((r) => r.id));
    if (well.length) tell(words(well.length), undo && (() => void Promise.all(well.map((r) => { const body = undo(r); return body ? got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id: r.id } }, body })).catch(() => undefined) : undefined; })).then(() => done(well.map((r) => r.id)))));
    if (!failed.length) clear();
  };
  const back = (reason: string) => (r: Row): Act | null => (r.handler ? { act: "transfer", to: r.handler, reason } : null);
  const mine = rows.every((r) => r.handler === me.id), wait = busy ? say("queue.many_busy") : null;
  return (
    <>
      <div className="q-many" role="toolbar" aria-label={say("queue.many")}>
        <b>{say("queue.many_chosen", { count: rows.length })}</b>
        <Button why={wait ?? (mine ? say("queue.many_mine") : null)} onPress={() => void run((r) => (r.handler === me.id ? null : { act: "transfer", to: me.id, reason: say("queue.take_reason") }), (count) => say("queue.many_taken", { count }), back(say("queue.undo_reason")))}>{say("queue.take")}</Button>
        <Button why={wait} onPress={() => setHanding(true)}>{say("queue.transfer")}</Button>
        <Button why={wait} onPress={() => void run(() => ({ act: "follow" }), (count) => say("queue.many_followed", { count }), () => ({ act: "unfollow" }))}>{say("queue.follow")}</Button>
        <span className="grow" />
        <Button kind="bare" onPress={clear}>{say("queue.many_clear")}</Button>
      </div>
      {handing && <HandOver count={rows.length} onClose={() => setHanding(false)} go={(to, reason, name) => { setHanding(false); void run((r) => (r.handler === to ? null : { act: "transfer", to, reason }), (count) => say("queue.many_transferred", { count, name }), back(say("queue.undo_reason"))); }} />}
      {refused.length > 0 && (
        <Dialog title={say("queue.many_refused", { count: refused.length })} open onClose={() => setRefused([])}>
          <ul className="rows">{refused.map((f) => <li key={f.row.id}><span className="m">{f.row.number}</span> {f.row.subject}<br /><span className="txt-late s">{f.why}</span></li>)}</ul>
          <p className="q s">{say("queue.many_refused_next")}</p>
        </Dialog>
      )}
    </>
  );
}
function HandOver({ count, onClose, go }: { count: number; onClose: () => void; go: (to: string, reason: string, name: string) => void }) {
  const say = useSay(), me = useMe();
  const people = useQuery(staffQuery);
  const [to, setTo] = useState<string | null>(null), [reason, setReason] = useState(""), [tried, setTried] = useState(false);
  const staff = (people.data ?? []).filter((p) => p.active && p.id !== me.id);
  return (
    <Dialog title={say("queue.transfer_many", { count })} open onClose={onClose}>
      <form className="q-form" onSubmit={(e) => { e.preventDefault(); if (!to || !reason.trim()) setTried(true); else go(to, reason.trim(), staff.find((p) => p.id === to)?.name ?? ""); }}>
        <Select label={say("queue.transfer_to")} value={to} onChange={setTo} error={tried && !to ? say("form.missing") : null}
          choices={staff.map((p) => ({ id: p.id, name: p.name, more: p.capacity ? say("queue.load", { load: p.load, capacity: p.capacity }) : "" }))} />
        <TextLine label={say("queue.transfer_reason")} value={reason} onChange={setReason} error={tried && !reason.trim() ? say("form.missing") : null} />
        <div className="x"><Button kind="go" type="submit">{say("queue.transfer")}</Button><Button kind="bare" onPress={onClose}>{say("form.cancel")}</Button></div>
      </form>
    </Dialog>
  );
}
