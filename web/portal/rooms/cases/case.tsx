/** One case as its customer sees it: where it stands, what is asked of them, the words so far, and every promise. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { api, got, Refusal, type Message, type Schemas } from "@api/client";
import { caseQuery } from "@api/queries";
import { PromiseSign, Ring, Severity, Shape, useMe, useNow, useSpeech, useTell, Wrong } from "@ui";
import { timelineQuery, type Case } from "../../api";
import { Attachments } from "../../files";
import { callName, decision, nearest, promised, sentence } from "../../story";
import { useTitle } from "../../shell";
import { Composer } from "./composer";
import { Grants } from "./grants";
import { MoreActs } from "./acts";
import { Promises } from "./promises";
import { Rating } from "./rating";
import "./case.css";

export type Act = (body: Schemas["ActIn"], done: string, undo?: Schemas["ActIn"]) => Promise<boolean>;

export function Page() {
  const { id } = useParams({ from: "/cases/$id" });
  const found = useQuery(caseQuery(id));
  if (found.isPending) return <Shape rows={8} />;
  if (found.isError && !found.data) return <Wrong error={found.error} again={() => void found.refetch()} />;
  return <CasePage key={id} c={found.data!} />;
}
/** Does something with a case, says so, and offers to take it back; `fault` is what went wrong. */
export function useAct(id: string): { act: Act; fault: string | null } {
  const { say } = useSpeech(), client = useQueryClient(), tell = useTell();
  const [fault, setFault] = useState<string | null>(null);
  const act: Act = async (body, done, undo) => {
    setFault(null);
    try {
      await got(api.POST("/api/v1/tickets/{id}/acts", { params: { path: { id } }, body }));
      await client.invalidateQueries({ queryKey: ["ticket", id] });
      void client.invalidateQueries({ queryKey: ["counts"] });
      tell(done, undo ? () => void act(undo, say("case.undone")) : undefined);
      return true;
    } catch (e) {
      setFault(e instanceof Refusal ? (e.offline ? say("state.offline_detail") : (e.detail ?? e.title)) : say("state.wrong_detail"));
      return false;
    }
  };
  return { act, fault };
}
function CasePage({ c }: { c: Case }) {
  const { say, when, language } = useSpeech(), me = useMe(), now = useNow();
  const t = c.ticket, what = decision(c), { act, fault } = useAct(t.id);
  useTitle(`${t.number} ${t.subject}`);
  useSeen(t.id, c.messages.length);
  const who = (id: string | null | undefined) => (id && c.people[id] ? callName(c.people[id]!.name, language) : null);
  const mine = t.requester === me.id;
  return (
    <div className="case-page">
      <p className="s m x meta"><Link to="/cases" className="noprint">{say("portal.cases")}</Link><span>{t.number}</span><Severity of={t.severity} />{(t.product || t.instance) && <span>{t.product}{t.product && t.instance && " · "}<code>{t.instance}</code></span>}</p>
      <h1>{t.subject}</h1>
      <Story c={c} />
      {what === "confirm" ? <div className="gap" /> : (
        <div className="now">
          <Standing c={c} />
          <p>{sentence(c, say, when, language, now)}</p>
        </div>
      )}
      {fault && <p role="alert" className="txt-late">{fault}</p>}
      <div className="side2">
        <div>
          {what && what !== "answer" && <Decide c={c} what={what} act={act} />}
          <Thread c={c} />
          {t.stage === "closed" ? <ClosedNote c={c} act={act} /> : <Composer c={c} asked={what === "answer"} paused={promised(c).some((k) => k.paused)} />}
          <Rating c={c} />
        </div>
        <aside>
          <section><h2>{say("case.promises")}</h2><Promises clocks={promised(c)} /></section>
          <section>
            <h2>{say("case.who")}</h2>
            <dl className="kv">
              {(t.owner || !t.handler) && <Row k={say("case.owner")} v={who(t.owner) ?? say("case.nobody_yet")} />}
              {t.handler && t.handler !== t.owner && <Row k={say("case.handler")} v={who(t.handler) ?? ""} />}
              {t.helpers.some((h) => c.people[h]) && <Row k={say("case.helpers")} v={new Intl.ListFormat(language === "en-XA" ? "en" : language).format(t.helpers.flatMap((h) => who(h) ?? []))} />}
              <Row k={say("case.requester")} v={mine ? say("case.you") : (who(t.requester) ?? "")} />
            </dl>
          </section>
          <section>
            <h2>{say("case.facts")}</h2>
            <dl className="kv">
              <Row k={say("case.opened")} v={when.short(t.opened_at, now)} title={when.full(t.opened_at)} />
              {t.product && <Row k={say("case.product")} v={t.product} />}
              {t.instance && <Row k={say("case.instance")} v={<code>{t.instance}</code>} />}
              {t.error_code && <Row k={say("case.error_code")} v={<code>{t.error_code}</code>} />}
              {t.window && <Row k={say("case.window")} v={`${when.short(t.window.from, now)} – ${t.window.to ? when.short(t.window.to, now) : say("case.still")}`} />}
              {t.impact && <Row k={say("case.impact")} v={t.impact} />}
              {t.tried && <Row k={say("case.tried")} v={t.tried} />}
              {t.cause && <Row k={say("case.cause")} v={t.cause} />}
            </dl>
          </section>
          <Grants c={c} />
          <MoreActs c={c} act={act} />
        </aside>
      </div>
    </div>
  );
}
/** Tells the house that what is here was seen, so that lists call only what is new new. */
export function useSeen(id: string, messages: number) {
  const client = useQueryClient();
  useEffect(() => {
    // Inside another page the window may be put away while this one still counts as visible: only what is drawn is seen.
    const eye = new IntersectionObserver((rows) => { if (rows.some((r) => r.isIntersecting)) seen(); });
    const seen = () => {
      if (document.visibilityState !== "visible") return;
      eye.disconnect();
      document.removeEventListener("visibilitychange", look);
      void got(api.PUT("/api/v1/tickets/{id}/presence", { params: { path: { id } }, body: { doing: "reading" } })).then(() => client.invalidateQueries({ queryKey: ["counts"], refetchType: "none" }), () => undefined);
    };
    const look = () => { eye.disconnect(); eye.observe(document.documentElement); };
    look();
    document.addEventListener("visibilitychange", look);
    return () => { eye.disconnect(); document.removeEventListener("visibilitychange", look); };
  }, [id, messages, client]);
}
/** The sign beside the sentence. A case that waits for its customer shows the two bars, clock or not. */
export function Standing({ c }: { c: Case }) {
  const { say } = useSpeech(), now = useNow(), clock = nearest(c, now);
  if (c.ticket.stage === "waiting_customer" && (!clock || clock.paused)) return <span className="p paused"><Ring size="b" seen={{ face: "paused", share: 0, ms: 0 }} />{say(clock ? "case.sign_paused" : "case.sign_waits")}</span>;
  if (c.ticket.stage === "closed") return <span className="p kept"><Ring size="b" seen={{ face: "kept", share: 100, ms: 0 }} />{say("stage.closed")}</span>;
  return clock ? <PromiseSign clock={clock} size="b" /> : <span className="p none"><Ring size="b" seen={{ face: "none", share: 0, ms: 0 }} />{say("home.no_clock")}</span>;
}
const Row = ({ k, v, title }: { k: string; v: ReactNode; title?: string }) => <><dt>{k}</dt><dd title={title}>{v}</dd></>;

/** Progress as a story: what has happened with its time, where it is, what is still to come. */
export function Story({ c }: { c: Case }) {
  const { say, when, language } = useSpeech(), now = useNow(), t = c.ticket;
  const log = useQuery(timelineQuery(t.id));
  const named = log.data?.items.find((e) => e.key === "ticket.assigned")?.at;
  const owner = t.owner ?? t.handler, who = owner && c.people[owner] ? callName(c.people[owner]!.name, language) : null;
  const steps: { name: string; at: string | null | undefined; done: boolean }[] = [
    { name: say("case.step_received"), at: t.opened_at, done: true },
    { name: who ? say("case.step_named", { who }) : say("case.step_name"), at: named, done: !!who },
    { name: say("case.step_answered"), at: t.first_reply_at, done: !!t.first_reply_at },
    { name: say("case.step_solved"), at: t.resolved_at, done: t.stage === "resolved" || (t.stage === "closed" && !!t.resolved_at) },
    // Withdrawn or ended by itself is no confirmation: only what the log says was confirmed is called so.
    { name: say(t.stage === "closed" && !log.data?.items.some((e) => e.key === "ticket.confirmed") ? "stage.closed" : "case.step_confirmed"), at: t.closed_at, done: t.stage === "closed" },
  ].filter((s) => s.done || t.stage !== "closed");
  const here = steps.findIndex((s) => !s.done);
  return (
    <ol className="story" aria-label={say("case.story")}>
      {steps.map((s, i) => (
        <li key={i} className={s.done ? "done" : i === here ? "here" : ""} aria-current={i === here ? "step" : undefined}>
          <span>{s.name}</span><small>{s.done ? (s.at ? when.short(s.at, now) : "") : i === here ? say("case.step_next") : ""}</small>
        </li>
      ))}
    </ol>
  );
}
export function Decide({ c, what, act }: { c: Case; what: "confirm" | "lower"; act: Act }) {
  const { say, language } = useSpeech(), t = c.ticket;
  const who = t.handler && c.people[t.handler] ? callName(c.people[t.handler]!.name, language) : say("case.we");
  const reopen = () => document.getElementById("reply")?.focus();
  return (
    <section className="decide noprint">
      {what === "confirm" ? (
        <>
          <h2>{say("case.confirm_title")}</h2>
          <p className="q">{say("case.confirm_text", { who })}</p>
          <div className="acts">
            <button type="button" className="btn go" onClick={() => void act({ act: "confirm" }, say("case.confirmed"), { act: "reopen", reason: say("case.undone") })}>{say("case.confirm")}</button>
            <button type="button" className="btn" onClick={reopen}>{say("case.not_solved")}</button>
          </div>
        </>
      ) : (
        <>
          <h2>{say("case.lower_title")}</h2>
          <p className="q">{say("case.lower_asked", { who, from: say(`severity.${t.severity}` as never), to: say(`severity.${t.proposed}` as never) })} {say("case.lower_text")}</p>
          <div className="acts">
            <button type="button" className="btn go" onClick={() => void act({ act: "agree_lower" }, say("case.lower_agreed"))}>{say("case.lower_agree")}</button>
            <button type="button" className="btn" onClick={() => void act({ act: "decline_lower" }, say("case.lower_declined"))}>{say("case.lower_decline")}</button>
          </div>
        </>
      )}
    </section>
  );
}
/** The words, oldest first. What arrives while somebody reads further up waits behind a pill: nothing moves. */
export function Thread({ c }: { c: Case }) {
  const { say } = useSpeech(), me = useMe();
  const [more, setMore] = useState<Message[]>([]), [after, setAfter] = useState<string | null | undefined>(undefined);
  const end = useRef<HTMLDivElement>(null), seen = useRef(c.messages.length);
  const [fresh, setFresh] = useState(0);
  const all = [...c.messages, ...more.filter((m) => !c.messages.some((k) => k.id === m.id))].filter((m) => m.kind === "public");
  const next = after === undefined ? c.more_after : after;
  useEffect(() => {
    const added = c.messages.slice(seen.current).filter((m) => m.author !== me.id && m.kind === "public").length;
    seen.current = c.messages.length;
    const box = end.current?.getBoundingClientRect();
    if (added && box && box.top > innerHeight) setFresh((n) => n + added);
  }, [c.messages, me.id]);
  useEffect(() => {
    if (!end.current) return;
    const eye = new IntersectionObserver((rows) => { if (rows.some((r) => r.isIntersecting)) setFresh(0); });
    eye.observe(end.current);
    return () => eye.disconnect();
  }, []);
  const load = async () => {
    const page = await got(api.GET("/api/v1/tickets/{id}/messages", { params: { path: { id: c.ticket.id }, query: { after: next!, limit: 100 } } })) as { items: Message[]; next?: string | null };
    setMore((old) => [...old, ...page.items]);
    setAfter(page.next ?? null);
  };
  return (
    <section aria-label={say("case.thread")}>
      <div role="log" aria-live="polite" aria-relevant="additions">
        {all.map((m) => <Said key={m.id} m={m} c={c} />)}
      </div>
      {next && <button type="button" className="btn" onClick={() => void load()}>{say("case.more_messages")}</button>}
      <div ref={end} />
      {fresh > 0 && <div className="pill noprint"><button type="button" className="btn" onClick={() => end.current?.scrollIntoView({ block: "end", behavior: "smooth" })}>{say("case.fresh", { n: fresh })}</button></div>}
    </section>
  );
}
function Said({ m, c }: { m: Message; c: Case }) {
  const { say, when, language } = useSpeech(), me = useMe(), now = useNow();
  const person = m.author ? c.people[m.author] : null;
  const files = c.attachments.filter((a) => a.message === m.id || (!a.message && c.messages[0]?.id === m.id && a.by === m.author));
  return (
    <article className="e">
      <div className="who"><b>{m.author === me.id ? say("case.you") : person ? callName(person.name, language) : say("case.house")}</b><time className="s m" dateTime={m.at} title={when.full(m.at)}>{when.short(m.at, now)}</time></div>
      <div>
        <div className="text" lang={m.language}>{m.body}</div>
        <Attachments files={files} />
      </div>
    </article>
  );
}
export function ClosedNote({ c, act }: { c: Case; act: Act }) {
  const { say } = useSpeech();
  const offer = c.offers.find((o) => o.act === "reopen");
  const [reason, setReason] = useState(""), [asked, setAsked] = useState(false), [missing, setMissing] = useState(false);
  if (!offer?.possible) return <p className="note noprint">{say(offer?.why === "ticket.too_late_to_reopen" ? "case.too_late" : "case.closed_note")} <Link to="/ask">{say("case.ask_anew")}</Link></p>;
  if (!asked) return <p className="note noprint">{say("case.closed_note")} <button type="button" className="link" onClick={() => setAsked(true)}>{say("case.reopen")}</button></p>;
  return (
    <form className="composer noprint" onSubmit={(e) => { e.preventDefault(); if (!reason.trim()) { setMissing(true); return; } void act({ act: "reopen", reason: reason.trim() }, say("case.reopened")); }}>
      <div className="item">
        <label htmlFor="reopen">{say("case.reopen_why")}</label>
        <textarea id="reopen" className="field" rows={3} value={reason} autoFocus aria-invalid={missing} onChange={(e) => { setReason(e.target.value); setMissing(false); }} />
        {missing && <span className="s txt-late" role="alert">{say("form.missing")}</span>}
      </div>
      <div className="acts"><button className="btn go">{say("case.reopen")}</button><button type="button" className="btn bare" onClick={() => setAsked(false)}>{say("form.cancel")}</button></div>
    </form>
  );
}
