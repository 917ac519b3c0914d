/** Acts on many cases at once: what would happen is told first where not all of them take it, what happened can be taken back. */
import { lazy, Suspense, useState } from "react";
import { newKey } from "@api/client";
import { ActMenu, Button, Dialog, useMe, useNow, useSay, useTell } from "@ui";
import { useCommands, type Command } from "../command/registry";
import { whyOf, whyWord } from "../ticket/names";
import { bulk, MOST, remember, takeBack, useLast, type Act, type BulkRow } from "./bulk";
import type { Row } from "./list";

const ManyDialog = lazy(() => import("./many_dialog"));
/** Acts that ask something first. */
export const ASKING = ["transfer", "raise_severity", "lower_severity", "snooze", "note", "resolve"] as const;
export type Asking = (typeof ASKING)[number];

/** Runs an act, tells what came of it, and how to take it back. */
export function useMany(rows: Row[], clear: () => void, done: (ids: string[]) => void) {
  const say = useSay(), tell = useTell();
  const wrong = (e: unknown) => tell(whyOf(say, e) ?? (e instanceof Error ? e.message : String(e)));
  const run = async (act: Act, words: (count: number) => string, key: string = newKey()): Promise<BulkRow[]> => {
    const result = await bulk(rows, act, false, key), well = result.items.filter((i) => i.done), refused = result.items.filter((i) => !i.done);
    done(well.map((i) => i.ticket));
    if (well.length) {
      const said = refused.length ? `${words(well.length)}${say("queue.many_left", { count: refused.length })}` : words(well.length);
      if (result.undo) remember({ undo: result.undo, until: result.undo_until ? Date.parse(result.undo_until) : Date.now() + 600_000, words: words(well.length), done: well.map((i) => i.ticket) });
      tell(said, result.undo ? () => void back(result.undo!, well.map((i) => i.ticket)) : undefined);
    }
    if (!refused.length) clear();
    return refused;
  };
  const back = async (undo: string, ids: string[]) => {
    try {
      const { items } = await takeBack(undo);
      remember(null);
      done(ids);
      const well = items.filter((i) => i.done).length, rest = items.length - well;
      tell(`${say("queue.many_undone", { count: well })}${rest ? say("queue.many_left_changed", { count: rest }) : ""}`);
    } catch (e) { wrong(e); }
  };
  return { run, back, wrong };
}
/** The command that takes the last one back, as long as that is possible. */
export function UndoMany({ done }: { done: (ids: string[]) => void }) {
  const say = useSay(), now = useNow(), last = useLast(), { back } = useMany([], () => undefined, done);
  useCommands(last && last.until > now ? [{ id: "queue.undo_many", title: say("queue.undo_many"), more: last.words, section: say("queue.list"), keys: "z", run: () => void back(last.undo, last.done) }] : []);
  return null;
}
export function ManyBar({ rows, clear, done }: { rows: Row[]; clear: () => void; done: (ids: string[]) => void }) {
  const say = useSay(), me = useMe(), { run, wrong } = useMany(rows, clear, done);
  const [busy, setBusy] = useState(false), [asking, setAsking] = useState<Asking | "take" | "follow" | null>(null), [refused, setRefused] = useState<BulkRow[]>([]);
  const mine = rows.every((r) => r.handler === me.id), why = busy ? say("queue.many_busy") : rows.length > MOST ? say("queue.many_most", { most: MOST }) : null;
  const PLAIN: Record<"take" | "follow", { act: Act; words: (count: number) => string }> = {
    take: { act: { act: "transfer", to: me.id, reason: say("queue.take_reason") }, words: (count) => say("queue.many_taken", { count }) },
    follow: { act: { act: "follow" }, words: (count) => say("queue.many_followed", { count }) },
  };
  /** At once when every case takes it; where some do not, that is told before. */
  async function plainly(which: "take" | "follow") {
    setBusy(true);
    try {
      const { items } = await bulk(rows, PLAIN[which].act, true);
      if (items.every((i) => i.possible)) setRefused(await run(PLAIN[which].act, PLAIN[which].words));
      else setAsking(which);
    } catch (e) { wrong(e); } finally { setBusy(false); }
  }
  const more = ASKING.filter((a) => a !== "transfer");
  useCommands([
    { id: "queue.many_take", title: say("queue.many_of", { act: say("queue.take"), count: rows.length }), section: say("queue.many"), ...(why ?? (mine ? say("queue.many_mine") : null) ? { why: why ?? say("queue.many_mine") } : {}), run: () => void plainly("take") },
    ...ASKING.map((a): Command => ({ id: `queue.many_${a}`, title: say("queue.many_of", { act: say(`queue.many_act_${a}`), count: rows.length }), section: say("queue.many"), ...(why ? { why } : {}), run: () => setAsking(a) })),
    { id: "queue.many_follow", title: say("queue.many_of", { act: say("queue.follow"), count: rows.length }), section: say("queue.many"), ...(why ? { why } : {}), run: () => void plainly("follow") },
    { id: "queue.many_clear", title: say("queue.many_clear"), section: say("queue.many"), run: clear },
  ]);
  return (
    <>
      <div className="q-many" role="toolbar" aria-label={say("queue.many")}>
        <b>{say("queue.many_chosen", { count: rows.length })}</b>
        <Button why={why ?? (mine ? say("queue.many_mine") : null)} onPress={() => void plainly("take")}>{say("queue.take")}</Button>
        <Button why={why} onPress={() => setAsking("transfer")}>{say("queue.many_act_transfer")}</Button>
        <Button why={why} onPress={() => void plainly("follow")}>{say("queue.follow")}</Button>
        <ActMenu label={say("queue.many_more")} choices={more.map((a) => ({ id: a, name: say(`queue.many_act_${a}`), ...(why ? { why } : {}) }))} onChoose={(a) => setAsking(a as Asking)} />
        <span className="grow" />
        <Button kind="bare" onPress={clear}>{say("queue.many_clear")}</Button>
      </div>
      {asking && <Suspense fallback={null}><ManyDialog rows={rows} asking={asking} {...(asking === "take" || asking === "follow" ? { plain: PLAIN[asking] } : {})} run={run} onClose={() => setAsking(null)} onRefused={setRefused} /></Suspense>}
      {refused.length > 0 && (
        <Dialog title={say("queue.many_refused", { count: refused.length })} open onClose={() => setRefused([])}>
          <Refusals items={refused} />
          <p className="q s">{say("queue.many_refused_next")}</p>
        </Dialog>
      )}
    </>
  );
}
export function Refusals({ items }: { items: BulkRow[] }) {
  const say = useSay();
  return <ul className="rows q-refused">{items.map((i) => <li key={i.ticket}><span className="m">{i.number}</span> {i.subject}<br /><span className="txt-late s">{whyWord(say, i.why)}</span></li>)}</ul>;
}
