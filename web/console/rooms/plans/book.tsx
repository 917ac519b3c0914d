/** One plan book, read as a document; or what changes from another book to this one. */
import "./plans.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { api, got } from "@api/client";
import { planQuery, plansQuery } from "@api/queries";
import { bookWords, Button, Empty, PromiseSign, Select, useSay, useSpeech, useWhen } from "@ui";
import { Asked, Frame, family } from "../desk/kit";
import { calendarName, edition, gradeName, promiseName, target, type Book, type Change, type Item, type Line, type Promised, type Source } from "./cells";

export function Page() {
  const { id } = useParams({ strict: false }) as { id: string };
  const against = (useSearch({ strict: false }) as { with?: string }).with;
  const say = useSay(), { language } = useSpeech(), go = useNavigate();
  const book = useQuery(planQuery(id)), plans = useQuery(plansQuery);
  const lines = ((plans.data?.items ?? []) as Line[]).filter((l) => l.id !== id);
  const data = book.data as unknown as Book | undefined;
  const compare = (other: string | undefined) => void go({ to: "/plans/$id", params: { id }, search: (other ? { with: other } : {}) as never });
  return (
    <Frame
      title={data ? <>{bookWords(data.name, language)} <span className="m plan-edition">{edition(id)}</span></> : say("plans.title")}
      tools={
        <>
          <Select quiet label={say("plans.compare")} value={against ?? "-"} onChange={(o) => compare(o === "-" ? undefined : o)}
            choices={[{ id: "-", name: against ? say("plans.read_only") : say("plans.compare") }, ...lines.map((l) => ({ id: l.id, name: `${l.name} ${edition(l.id)}` }))]} />
        </>
      }
    >
      <Asked of={book} rows={10}>{(b) => (against ? <Differences book={b as unknown as Book} other={against} onRead={() => compare(undefined)} /> : <Reading book={b as unknown as Book} />)}</Asked>
    </Frame>
  );
}
/** Documents are numbered once; every cell names its number and section. */
function useSources(book: Book) {
  const documents: string[] = [];
  const number = (document: string) => { let i = documents.indexOf(document); if (i < 0) i = documents.push(document) - 1; return i + 1; };
  number(book.document.document);
  const Src = ({ of }: { of: Source }) => <a className="src" href="#sources" title={`${of.document} ${of.section}`}>[{number(of.document)}] {of.section}</a>;
  return { documents, Src };
}
type Src = (props: { of: Source }) => ReactNode;

function Reading({ book: b }: { book: Book }) {
  const say = useSay(), when = useWhen(), { language } = useSpeech();
  const { documents, Src } = useSources(b);
  const words = (w: Record<string, string> | undefined) => bookWords(w, language);
  const items = (title: string, list: Item[], sign?: boolean) => list.length > 0 && (
    <section><h2>{title}</h2><ul className="rows cells">{list.map((i) => <li key={i.id}><span>{sign ? <span className="x none-line"><PromiseSign clock={null} /><span>{words(i.words)}</span></span> : words(i.words)}</span><Src of={i.source} /></li>)}</ul></section>
  );
  const money = (n: string) => new Intl.NumberFormat(language === "en-XA" ? "en" : language, { style: "currency", currency: b.fee.currency, maximumFractionDigits: 2, minimumFractionDigits: 0 }).format(Number(n));
  return (
    <>
      <dl className="kv facts">
        <dt>{say("plans.orders")}</dt><dd>{b.effective.from ? when.date(b.effective.from) : say("plans.from_start")} – {b.effective.to ? when.date(b.effective.to) : say("plans.until_further")}</dd>
        <dt>{say("plans.sale")}</dt><dd>{say(`plans.sale_${b.sale}` as "plans.sale_open")}{b.eligibility && <><br />{words(b.eligibility.words)} <Src of={b.eligibility.source} /></>}</dd>
        <dt>{say("plans.fee")}</dt><dd>
          {b.fee.model === "unconfirmed" ? <span className="q">{say("plans.fee_unconfirmed")}</span>
            : b.fee.model === "free" ? say("plans.fee_free")
            : b.fee.model === "contract" ? say("plans.fee_contract")
            : b.fee.base && b.fee.rate ? say("plans.fee_greater", { base: money(b.fee.base), rate: `${Number(b.fee.rate) * 100}%` })
            : b.fee.base ? say("plans.fee_base", { base: money(b.fee.base) }) : family(say, `plans.fee_${b.fee.model}`, b.fee.model)} <Src of={b.fee.source} />
        </dd>
      </dl>
      <section><h2>{say("plans.promises")}</h2><p className="q">{say("plans.promises_lead")}</p><Matrix book={b} Src={Src} /></section>
      <section>
        <h2>{say("plans.channels")}</h2>
        <ul className="rows cells">{b.channels.map((c) => <li key={c.id}><span>{words(c.name)} <span className="q">{c.calendar ? calendarName(c.calendar, say) : say("plans.hours_unknown")}</span></span><Src of={c.source} /></li>)}</ul>
      </section>
      {b.quotas.length > 0 && (
        <section>
          <h2>{say("plans.quotas")}</h2>
          <table className="stack"><thead><tr><th>{say("plans.service")}</th><th>{say("plans.limit")}</th><th>{say("plans.lead_time")}</th><th>{say("plans.what")}</th><th>{say("plans.source")}</th></tr></thead>
            <tbody>{b.quotas.map((q) => (
              <tr key={q.key}><th scope="row">{words(q.name)}</th>
                <td data-k={say("plans.limit")} className="full">{q.purchased ? say("plans.as_bought") : [q.count !== null && say("plans.times", { n: q.count }), q.days !== null && say("plans.days", { n: q.days })].filter(Boolean).join(" · ") || say("plans.no_limit")} <span className="m">{family(say, `plans.per_${q.period}`, q.period)}</span></td>
                <td data-k={say("plans.lead_time")} className="full">{q.lead_working_days !== null ? say("plans.working_days", { n: q.lead_working_days }) : <span className="m">{say("plans.not_said")}</span>}</td>
                <td className="full q">{words(q.words)}</td><td><Src of={q.source} /></td></tr>
            ))}</tbody></table>
        </section>
      )}
      {b.deliverables.length > 0 && (
        <section><h2>{say("plans.deliverables")}</h2><ul className="rows cells">{b.deliverables.map((d) => <li key={d.id}><span><b className="row-link">{words(d.title)}</b> <span className="q">{words(d.words)}</span></span><Src of={d.source} /></li>)}</ul></section>
      )}
      {items(say("plans.included"), b.features)}
      {items(say("plans.not_provided"), b.not_provided, true)}
      <section>
        <h2>{say("plans.scope")}</h2>
        <div className="pair scope">
          <div><h3>{say("plans.inside")}</h3><ul className="plainly">{b.scope.inside.map((w, i) => <li key={i}>{words(w)}</li>)}</ul></div>
          <div><h3>{say("plans.outside")}</h3><ul className="plainly">{b.scope.outside.map((w, i) => <li key={i}>{words(w)}</li>)}</ul>{b.scope.redirect && <p className="q">{say("plans.instead", { where: words(b.scope.redirect) })}</p>}</div>
        </div>
        <p><Src of={b.scope.source} /></p>
        {b.scope.third_party.length > 0 && (
          <table className="stack"><thead><tr><th>{say("plans.third_party")}</th><th>{say("plans.helps")}</th><th>{say("plans.helps_not")}</th><th>{say("plans.source")}</th></tr></thead>
            <tbody>{b.scope.third_party.map((t) => <tr key={t.name}><th scope="row">{t.name}</th><td className="full" data-k={say("plans.helps")}>{words(t.supported)}</td><td className="full q" data-k={say("plans.helps_not")}>{words(t.unsupported)}</td><td><Src of={t.source} /></td></tr>)}</tbody></table>
        )}
        {b.scope.escort_products.length > 0 && (
          <><h3>{say("plans.escort")}</h3><ul className="rows cells">{b.scope.escort_products.map((e) => <li key={words(e.name)}><span>{words(e.name)} <span className="q">{e.products.join("、")}</span></span><Src of={e.source} /></li>)}</ul></>
        )}
      </section>
      {items(say("plans.policies"), b.policies)}
      {b.unconfirmed.length > 0 && (
        <section>
          <h2>{say("plans.unconfirmed")}</h2><p className="q">{say("plans.unconfirmed_lead")}</p>
          <ul className="rows cells">{b.unconfirmed.map((u) => <li key={u.path}><span><span className="tag">{say(`plans.standing_${u.standing}` as "plans.standing_missing")}</span> {words(u.words)} <span className="s m nobreak">{u.path}</span></span><Src of={u.source} /></li>)}</ul>
        </section>
      )}
      <section id="sources"><h2>{say("plans.sources")}</h2><ol className="sources q">{documents.map((d, i) => <li key={d}><span className="m">[{i + 1}]</span> {d}</li>)}</ol></section>
    </>
  );
}
const list = (x: string[] | "any") => (x === "any" ? ["any"] : x);
/** Rows are a channel and what happened there; columns are the kinds of promise; a cell is a time, or honestly none. */
function Matrix({ book: b, Src }: { book: Book; Src: Src }) {
  const say = useSay(), when = useWhen(), { language } = useSpeech();
  const keys = [...new Set(b.promises.map((p) => p.key))];
  const channelName = (id: string) => (id === "any" ? say("plans.any_channel") : bookWords(b.channels.find((c) => c.id === id)?.name, language) || id.replaceAll("_", " "));
  const rows = new Map<string, { channel: string; grade: string; cells: Promised[] }>();
  for (const p of b.promises) for (const channel of list(p.channel)) {
    const grade = list(p.severity).join("/");
    const key = `${channel} ${grade}`;
    if (!rows.has(key)) rows.set(key, { channel, grade, cells: [] });
    rows.get(key)!.cells.push(p);
  }
  // Channels the book opens without promising a time on them are said too.
  for (const c of b.channels) if (![...rows.values()].some((r) => r.channel === c.id)) rows.set(c.id, { channel: c.id, grade: "any", cells: [] });
  const order = [...new Set([...rows.values()].map((r) => r.channel))];
  const all = [...rows.values()].sort((x, y) => order.indexOf(x.channel) - order.indexOf(y.channel));
  return (
    <div className="matrix-wrap" tabIndex={0} role="group" aria-label={say("plans.promises")}>
      <table className="stack matrix">
        <thead><tr><th scope="col">{say("plans.channel")}</th><th scope="col">{say("plans.grade")}</th>{keys.map((k) => <th key={k} scope="col">{promiseName(k, say)}</th>)}</tr></thead>
        <tbody>{all.map((r, i) => (
          <tr key={`${r.channel} ${r.grade}`} className={all[i - 1]?.channel === r.channel ? "same" : ""}>
            <th scope="row"><span className={all[i - 1]?.channel === r.channel ? "again" : ""}>{channelName(r.channel)}</span></th>
            <td className="full">{r.grade.split("/").map((g) => (g === "any" ? say("plans.any_grade") : gradeName(g, say))).join(say("plans.and"))}</td>
            {keys.map((k) => {
              const cells = r.cells.filter((p) => p.key === k);
              return cells.length
                ? <td key={k} className="full" data-k={promiseName(k, say)}>{cells.map((p) => <Cell key={p.row} p={p} Src={Src} said={target(p, say, when)} />)}</td>
                : <td key={k} className={r.cells.length || k !== keys[0] ? "not-at-all" : "full"}>{r.cells.length || k !== keys[0] ? <><span aria-hidden="true" className="m">—</span><span className="unseen">{say("ring.none")}</span></> : <PromiseSign clock={null} />}</td>;
            })}
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
function Cell({ p, said, Src }: { p: Promised; said: string | null; Src: Src }) {
  const say = useSay(), { language } = useSpeech();
  const more = [
    p.when !== "always" && ("in_hours" in p.when ? say("plans.in_hours") : say("plans.out_of_hours")),
    p.recurs === "periodic" && say("plans.again_and_again"),
    p.consumes && say("plans.uses_quota"),
    p.pauses.length > 0 && say("plans.pauses"),
  ].filter(Boolean);
  return (
    <div className="cell" title={bookWords(p.words, language)}>
      {said ? <b className="time">{said}</b> : <PromiseSign clock={null} />}
      <div className="s m">{said && p.calendar && <>{calendarName(p.calendar, say)} · </>}{more.map((m) => <Fragment key={String(m)}>{m} · </Fragment>)}<Src of={p.source} /></div>
    </div>
  );
}
function Differences({ book, other, onRead }: { book: Book; other: string; onRead: () => void }) {
  const say = useSay(), { language } = useSpeech();
  const before = useQuery(planQuery(other));
  const diff = useQuery({ queryKey: ["plan-diff", other, book.id, language], queryFn: () => got(api.GET("/api/v1/plans/{id}/diff/{other}", { params: { path: { id: other, other: book.id } } })), staleTime: Infinity });
  const first = before.data as unknown as Book | undefined;
  const name = (b: Book | undefined, id: string) => (b ? `${bookWords(b.name, language)} ${edition(id)}` : id);
  return (
    <>
      <div className="x from-to"><p className="grow q">{say("plans.from_to", { from: name(first, other), to: name(book, book.id) })}</p><Link to="/plans/$id" params={{ id: other }} search={{ with: book.id } as never}>{say("plans.swap")}</Link><Button onPress={onRead}>{say("plans.read")}</Button></div>
      <Asked of={diff}>{({ items }) => {
        const changes = items as Change[];
        if (!changes.length) return <Empty title={say("plans.same")} />;
        const kinds = ["worse", "better", ...new Set(changes.map((c) => c.kind))].filter((k, i, all) => all.indexOf(k) === i && changes.some((c) => c.kind === k));
        return (
          <div className="sides">{kinds.map((k) => {
            const mine = changes.filter((c) => c.kind === k);
            // The sentence begins with the side's name, which the heading says already.
            const short = (text: string) => text.replace(/^(变差|变好|变化|新增|取消|worse|better|changed|added|removed)\s*[：:]\s*/i, "");
            return <section key={k}><h2>{family(say, `plans.kind_${k}`, k)} <span className="m">{mine.length}</span></h2><ul className="rows">{mine.map((c, i) => <li key={i}>{short(c.words)}</li>)}</ul></section>;
          })}</div>
        );
      }}</Asked>
      {first && <section><h2>{say("plans.side_by_side")}</h2><div className="sides">{[first, book].map((b) => <Side key={b.id} b={b} />)}</div></section>}
    </>
  );
}
function Side({ b }: { b: Book }) {
  const { language } = useSpeech();
  const { Src } = useSources(b);
  return <div><h3>{bookWords(b.name, language)} {edition(b.id)}</h3><Matrix book={b} Src={Src} /></div>;
}
