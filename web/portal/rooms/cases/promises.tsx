/** Every contract promise with goal and state, what was never promised said so, and the why of each time. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ClockOut } from "@api/client";
import { explainQuery } from "@api/queries";
import { bookWords, byAttention, PromiseSign, Shape, term, useNow, useSpeech, type Say } from "@ui";

export function promiseName(say: Say, key: string): string {
  const word = `promise.${key}`, said = say(word as never);
  return said === word ? term(say, "stage", key) : said;
}
export function Promises({ clocks }: { clocks: ClockOut[] }) {
  const { say } = useSpeech(), now = useNow();
  const solving = clocks.some((k) => k.promise === "restore_service" || k.promise === "resolution");
  return (
    <div className="rows">
      {byAttention(clocks, now).map((k) => <One key={k.id} clock={k} />)}
      {!clocks.length && <div className="pr"><span>{say("promise.first_response")}</span><PromiseSign clock={null} /><span className="m">{say("case.no_first")}</span></div>}
      {!solving && <div className="pr"><span>{say("promise.resolution")}</span><PromiseSign clock={null} /><span className="m">{say("case.no_resolution")}</span></div>}
    </div>
  );
}
function One({ clock: k }: { clock: ClockOut }) {
  const { say, language, when } = useSpeech(), now = useNow();
  const [open, setOpen] = useState(false);
  const running = !k.ended_at && k.due_at && !k.paused;
  return (
    <div className="pr">
      <span>{promiseName(say, k.promise)}{k.cycle > 1 && <span className="m"> {say("case.cycle", { n: k.cycle })}</span>}</span>
      <PromiseSign clock={k} />
      <span className="m">{bookWords(k.words, language)}{running ? ` ${say("case.due_at", { at: when.short(k.due_at!, now) })}` : k.ended_at ? ` ${say("case.ended_at", { at: when.short(k.ended_at, now) })}` : ""}</span>
      <details className="noprint" onToggle={(e) => setOpen(e.currentTarget.open)}><summary>{say("case.why_time")}</summary>{open && <Why id={k.id} source={`${k.source.document} · ${k.source.section}`} />}</details>
    </div>
  );
}
function Why({ id, source }: { id: string; source: string }) {
  const { say, when, language } = useSpeech(), now = useNow();
  const why = useQuery(explainQuery(id));
  if (why.isPending) return <Shape rows={3} />;
  if (!why.data) return <p className="m">{say("case.why_away")}</p>;
  const k = why.data.clock, calendar = k.calendar.includes("24x7");
  // The derivation has a line for the rule and its row; here the rule is said in the plan's own words.
  const lines = why.data.lines.filter((l) => l.code !== "explain.promise" && l.code !== "explain.verdict" && l.code !== "explain.calendar");
  return (
    <ol>
      <li>{bookWords(k.words, language)}</li>
      <li>{say(calendar ? "case.why_always" : "case.why_hours")}</li>
      {lines.map((l, i) => <li key={i}>{l.at && <span className="m">{when.short(l.at, now)} </span>}{l.text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (at) => when.short(at, now))}</li>)}
      <li className="m">{say("case.why_source", { source })}</li>
    </ol>
  );
}
