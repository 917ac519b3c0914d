/** How the house does: its chores, what waits, the database, the limits. In plain words, renewed every ten seconds. */
import "./house.css";
import { useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "@api/client";
import { may, useMe, useNow, useSay, useWhen, Wrong } from "@ui";
import { Refusal } from "@api/client";
import { Asked, family, Frame } from "../desk/kit";

const EVERY = 10_000, STUCK = 10 * 60_000, BEHIND = 2 * 60_000;
type House = Schemas["HouseOut"];
export function Page() {
  const say = useSay(), me = useMe(), when = useWhen();
  const allowed = may(me, "house.read");
  const house = useQuery({ queryKey: ["house"], queryFn: () => got(api.GET("/api/v1/admin/house")), refetchInterval: EVERY, enabled: allowed });
  if (!allowed) return <Frame title={say("house.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  return (
    <Frame title={say("house.title")} tools={house.data && <span className="s m">{say("house.as_of", { at: when.full(house.data.now) })}</span>}>
      <Asked of={house}>{(h) => <Rooms h={h} />}</Asked>
    </Frame>
  );
}
/** What deserves somebody's attention, in sentences; usually nothing. */
function worries(h: House, say: ReturnType<typeof useSay>, when: ReturnType<typeof useWhen>): string[] {
  const now = Date.parse(h.now), all: string[] = [];
  const chore = (n: string) => family(say, `house.chore_${n.replaceAll("-", "_")}`, n);
  for (const c of h.chores) {
    if (c.error) all.push(say("house.worry_chore", { name: chore(c.name), code: c.error }));
    if (c.left_over > 0) all.push(say("house.worry_left", { name: chore(c.name), n: c.left_over }));
    if (c.last_round_at && now - Date.parse(c.last_round_at) > STUCK) all.push(say("house.worry_stuck", { name: chore(c.name), length: when.length(now - Date.parse(c.last_round_at)) }));
  }
  if (h.queues.next_clock_at && now - Date.parse(h.queues.next_clock_at) > BEHIND) all.push(say("house.worry_clock", { length: when.length(now - Date.parse(h.queues.next_clock_at)) }));
  if (h.queues.oldest_letter_at && now - Date.parse(h.queues.oldest_letter_at) > STUCK) all.push(say("house.worry_letters", { length: when.length(now - Date.parse(h.queues.oldest_letter_at)) }));
  if (h.database.failed > 0) all.push(say("house.worry_writes", { n: h.database.failed }));
  return all;
}
function Rooms({ h }: { h: House }) {
  const say = useSay(), when = useWhen(), now = useNow(true);
  const worried = worries(h, say, when), bytes = (k: string) => k.includes("bytes");
  return (
    <>
      <section>
        {worried.length ? <><h2 className="txt-late">{say("house.worries")}</h2><ul className="rows">{worried.map((w) => <li key={w}>{w}</li>)}</ul></> : <p className="well"><b>{say("house.well")}</b> <span className="q">{say("house.well_more")}</span></p>}
      </section>
      <div className="cols">
        <div>
          <section>
            <h2>{say("house.chores")}</h2><p className="q">{say("house.chores_help")}</p>
            <table className="stack"><thead><tr><th>{say("house.chore")}</th><th>{say("house.last")}</th><th>{say("house.took")}</th><th>{say("house.did")}</th></tr></thead>
              <tbody>{h.chores.map((c) => (
                <tr key={c.name}><th scope="row">{family(say, `house.chore_${c.name.replaceAll("-", "_")}`, c.name)} <span className="s m">{c.name}</span></th>
                  <td className="q">{c.last_round_at ? when.ago(c.last_round_at, Math.max(now, Date.parse(c.last_round_at))) : say("house.not_yet")}</td>
                  <td className="q" data-k={say("house.took")}>{c.took_us == null ? "" : say("house.ms", { ms: c.took_us < 1000 ? "< 1" : when.number(Math.round(c.took_us / 1000)) })}</td>
                  <td className="full">{c.error ? <span className="txt-late">{c.error}</span> : <span className="q">{say("house.did_n", { did: c.did, looked: c.looked_at })}</span>}</td></tr>
              ))}</tbody></table>
          </section>
          <section>
            <h2>{say("house.limits")}</h2><p className="q">{say("house.limits_help")} <a href="/api/docs">{say("house.docs")}</a></p>
            <table className="mid"><tbody>{Object.entries(h.limits).map(([k, v]) => <tr key={k}><th scope="row">{family(say, `house.limit_${k}`, k)}</th><td className="num">{bytes(k) ? when.bytes(v as number) : when.number(v as number)}</td></tr>)}</tbody></table>
          </section>
        </div>
        <aside>
          <section>
            <h2>{say("house.queues")}</h2>
            <dl className="kv">
              <dt>{say("house.next_clock")}</dt><dd>{h.queues.next_clock_at ? when.short(h.queues.next_clock_at, now) : say("house.none")}</dd>
              <dt>{say("house.next_alarm")}</dt><dd>{h.queues.next_alarm_at ? when.short(h.queues.next_alarm_at, now) : say("house.none")}</dd>
              <dt>{say("house.letters")}</dt><dd>{h.queues.outbox >= 10_000 ? "10,000+" : when.number(h.queues.outbox)}{h.queues.oldest_letter_at && <span className="s m"> {say("house.oldest", { at: when.ago(h.queues.oldest_letter_at, now) })}</span>}</dd>
              <dt>{say("house.log")}</dt><dd>{when.number(h.queues.log_pos)}</dd>
              <dt>{say("house.streams")}</dt><dd>{when.number(h.streams)}</dd>
            </dl>
          </section>
          <section>
            <h2>{say("house.database")}</h2>
            <dl className="kv">
              <dt>{say("house.engine")}</dt><dd>{family(say, `house.engine_${h.database.engine}`, h.database.engine)}</dd>
              <dt>{say("house.writes")}</dt><dd>{when.number(h.database.writes)} <span className="s m">{say("house.batches", { n: when.number(h.database.batches) })}</span></dd>
              <dt>{say("house.waiting")}</dt><dd>{when.number(h.database.queued)}</dd>
              <dt>{say("house.failed")}</dt><dd className={h.database.failed ? "txt-late" : ""}>{when.number(h.database.failed)} <span className="s m">{say("house.retries", { n: when.number(h.database.retries) })}</span></dd>
              <dt>{say("house.readers")}</dt><dd>{say("house.of", { n: h.database.readers_in_use, of: h.database.readers_max })}</dd>
            </dl>
          </section>
          <section><h2>{say("house.build")}</h2><dl className="kv"><dt>{say("house.version")}</dt><dd>{h.version}</dd><dt>{say("house.schema")}</dt><dd>{h.schema_version}</dd></dl></section>
        </aside>
      </div>
    </>
  );
}
