/** The manager's board: who has what, what is oldest, what breaks next. A case is handed on by dragging it, or from its menu. */
import "./board.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api, got, Refusal, type Ticket } from "@api/client";
import { useEvents } from "@api/events";
import { ActMenu, byAttention, Dialog, Empty, may, PromiseSign, see, term, TextBox, useMe, useNow, useSay, useTell, useWhen, type Clock } from "@ui";
import { Asked, Ends, every, Meter, peopleQuery, useDeed, type Person } from "../desk/kit";

interface Held extends Ticket { clocks?: (Clock & { kind?: string })[] }
/** Open cases, the nearest due first. A house that sends clocks along saves the guess below. */
let sendsClocks = true;
const boardQuery = {
  queryKey: ["tickets", "board"],
  queryFn: () => every<Held>(async (cursor) => {
    const query = { open: true, limit: 200, ...(cursor ? { cursor } : {}) };
    if (sendsClocks) {
      try { return (await got(api.GET("/api/v1/tickets", { params: { query: { ...query, include: "clocks" } as never } }))) as { items: Held[]; next?: string | null }; }
      catch (e) { if (!(e instanceof Refusal) || e.status !== 422) throw e; sendsClocks = false; }
    }
    const page = (await got(api.GET("/api/v1/tickets", { params: { query } }))) as { items: Held[]; next?: string | null };
    // A broken promise has no due instant to come; how late it is only its clock tells.
    await Promise.all(page.items.filter((t) => t.broken > 0).slice(0, 30).map(async (t) => {
      const clocks = await got(api.GET("/api/v1/tickets/{id}/clocks", { params: { path: { id: t.id } } })).then((c) => c.items, () => null);
      if (clocks) t.clocks = clocks as NonNullable<Held["clocks"]>;
    }));
    return page;
  }),
  refetchInterval: 60_000,
};
/** The clock that matters of a case: the customer's, the most pressing; without clocks sent along, the next due instant. */
function pressing(t: Held, now: number): Clock | null {
  const own = t.clocks?.filter((c) => c.kind !== "internal" && !c.ended_at);
  if (own?.length) return byAttention(own, now)[0]!;
  if (!t.next_due_at) return null;
  const whole = Math.max(1, Math.round((Date.parse(t.next_due_at) - Date.parse(t.updated_at)) / 1000));
  return { verdict: "running", base_at: t.updated_at, due_at: t.next_due_at, target: `PT${whole}S`, used: "PT0S", left: null };
}
const FACES = ["late", "risk", "safe", "paused", "none", "broken", "kept"];
/** The clock that presses; a case without a running one says so, and whether one was broken before. */
function Now({ t, now }: { t: Held; now: number }) {
  const say = useSay(), clock = pressing(t, now);
  if (clock) return <PromiseSign clock={clock} />;
  return t.broken > 0 ? <span className="s txt-late">{say("board.broken", { n: t.broken })}</span> : <span className="s m">{say("board.none_running")}</span>;
}
function urgency(t: Held, now: number): number {
  const s = see(pressing(t, now), now);
  return FACES.indexOf(s.face) * 1e12 + (s.face === "late" ? -s.ms : s.face === "none" ? Date.parse(t.opened_at) / 1e3 : s.ms);
}
const ANSWERS = ["duty_chief", "tam", "engineer"];
const LOOSE = "-";

export function Page() {
  const say = useSay(), me = useMe(), now = useNow(), client = useQueryClient();
  const people = useQuery(peopleQuery), cases = useQuery(boardQuery);
  const [move, setMove] = useState<{ ticket: Held; to: string } | null>(null);
  const later = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEvents((e) => { if (!e.ticket) return; clearTimeout(later.current); later.current = setTimeout(() => { void client.invalidateQueries({ queryKey: ["tickets", "board"] }); void client.invalidateQueries({ queryKey: ["people"], exact: true }); }, 1200); });
  const acts = may(me, "ticket.act");
  return (
    <>
      <div className="tools"><h1>{say("board.title")}</h1><span className="s m">{acts ? say("board.lead") : say("board.look_only")}</span></div>
      <div className="board-wrap">
        <Asked of={people}>{(all) => <Asked of={cases}>{(held) => {
          const staff = all.filter((p) => !p.account && p.active && (ANSWERS.includes(p.role) || held.some((t) => t.handler === p.id)));
          if (!staff.length) return <Empty title={say("board.nobody")} />;
          const of = (id: string | null) => held.filter((t) => (t.handler ?? null) === id).sort((a, b) => urgency(a, now) - urgency(b, now));
          const worst = (id: string) => { const mine = of(id); return mine.length ? urgency(mine[0]!, now) : Infinity; };
          const sorted = [...staff].sort((a, b) => worst(a.id as string) - worst(b.id as string) || a.name.localeCompare(b.name));
          const strangers = held.filter((t) => t.handler && !staff.some((p) => p.id === t.handler));
          const drop = (id: string) => { const t = held.find((t) => t.id === id); return (to: string) => { if (t && to !== t.handler) setMove({ ticket: t, to }); }; };
          const targets = staff.filter((p) => ANSWERS.includes(p.role));
          return (
            <div className="board">
              <Column key={LOOSE} cases={[...of(null), ...strangers]} targets={targets} acts={acts} now={now} onMove={(t, to) => setMove({ ticket: t, to })} />
              {sorted.map((p) => <Column key={p.id} person={p} cases={of(p.id as string)} targets={targets} acts={acts} now={now} onMove={(t, to) => setMove({ ticket: t, to })} onDrop={(id) => drop(id)(p.id as string)} />)}
            </div>
          );
        }}</Asked>}</Asked>
      </div>
      {move && <Handing ticket={move.ticket} to={people.data!.find((p) => p.id === move.to)!} onClose={() => setMove(null)} />}
    </>
  );
}
function Column({ person: p, cases, targets, acts, now, onMove, onDrop }: { person?: Person; cases: Held[]; targets: Person[]; acts: boolean; now: number; onMove: (t: Held, to: string) => void; onDrop?: (id: string) => void }) {
  const say = useSay(), when = useWhen();
  const [over, setOver] = useState(false);
  const oldest = cases.reduce<Held | null>((o, t) => (!o || t.opened_at < o.opened_at ? t : o), null);
  const away = p?.away_until && Date.parse(p.away_until) > now;
  const can = acts && !!onDrop;
  return (
    <section
      className={`column ${over ? "over" : ""}`}
      aria-label={p?.name ?? say("board.unassigned")}
      onDragOver={can ? (e) => { e.preventDefault(); setOver(true); } : undefined}
      onDragLeave={() => setOver(false)}
      onDrop={can ? (e) => { e.preventDefault(); setOver(false); onDrop(e.dataTransfer.getData("text/plain")); } : undefined}
    >
      <header>
        <h2>{p ? <Link className="plain" to="/" search={{ view: "all", handler: p.id as string, stage: "new,active,waiting_customer,waiting_vendor,waiting_product" }}>{p.name}</Link> : <Link className="plain" to="/" search={{ view: "unassigned" }}>{say("board.unassigned")}</Link>}</h2>
        <p className="s q">{p ? (p.capacity > 0 ? <Meter used={cases.length} of={p.capacity} words={say("board.load", { n: cases.length, of: p.capacity })} /> : say("board.cases", { n: cases.length })) : say("board.cases", { n: cases.length })}</p>
        <p className="s m">{away ? <span className="away">{say("board.away", { at: when.short(p.away_until!, now) })}</span> : oldest ? say("board.oldest", { length: when.length(now - Date.parse(oldest.opened_at)) }) : say("board.free")}</p>
      </header>
      <ul>
        {cases.map((t) => (
          <li key={t.id} draggable={acts} onDragStart={(e) => { e.dataTransfer.setData("text/plain", t.id as string); e.dataTransfer.effectAllowed = "move"; }}>
            <div className="x held-top"><span className="grow"><Now t={t} now={now} /></span>
              {acts && <ActMenu kind="bare" label="" name={say("board.hand_name", { number: t.number })} onChoose={(to) => onMove(t, to)}
                choices={targets.filter((q) => q.id !== t.handler).map((q) => ({ id: q.id as string, name: q.name, more: say("board.has", { n: q.load, of: q.capacity }) }))} />}</div>
            <Link className="row-link" to="/tickets/$id" params={{ id: t.id }} draggable={false}>{t.subject}</Link>
            <p className="s m">{t.number} · {term(say, "severity", t.severity)} · {term(say, "stage", t.stage)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
/** Why it changes hands goes into the case, for the next one to read. */
function Handing({ ticket, to, onClose }: { ticket: Held; to: Person; onClose: () => void }) {
  const say = useSay(), tell = useTell(), client = useQueryClient();
  const [reason, setReason] = useState("");
  const hand = (person: string, why: string, key: string) => got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id: ticket.id }, header: { "Idempotency-Key": key } }, body: { act: "transfer", to: person, reason: why } as never }));
  const deed = useDeed((_: undefined, key: string) => hand(to.id as string, reason.trim(), key), {
    old: [["tickets"], ["people"], ["ticket", ticket.id as string]],
    then: () => {
      onClose();
      const from = ticket.handler;
      tell(say("board.handed", { number: ticket.number, name: to.name }), from ? () => { void hand(from as string, say("board.undo_reason"), crypto.randomUUID()).then(() => client.invalidateQueries({ queryKey: ["tickets"] }), (e) => tell(e instanceof Refusal ? (e.detail ?? e.title) : String(e))); } : undefined);
    },
  });
  const [tried, setTried] = useState(false);
  return (
    <Dialog title={say("board.hand", { name: to.name })} open onClose={onClose}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); setTried(true); if (reason.trim()) void deed.run(undefined); }}>
        <p><b>{ticket.subject}</b> <span className="m">{ticket.number}</span></p>
        <TextBox label={say("board.reason")} help={say("board.reason_help")} rows={2} value={reason} onChange={setReason} error={deed.refusal?.field("reason") ?? (tried && !reason.trim() ? say("form.missing") : null)} autoFocus />
        <Ends act={say("board.do_hand")} busy={deed.busy} refusal={deed.refusal} shown={["reason"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
