/** One case in the list. The whole row is its link; the box before it selects. */
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { callName, PromiseSign, Severity, term, useNow, useSpeech } from "@ui";
import { nearest, type Row } from "./list";
import type { Column } from "./prefs";

export interface RowProps {
  row: Row; me: string; account: string; handler: string; plan: string; columns: Column[]; index: number; selected: boolean; left: boolean; current: boolean;
  onSelect: (id: string, range: boolean) => void; onFocus: (id: string) => void;
}
export const CaseRow = memo(function CaseRow({ row, me, account, handler, plan, columns, index, selected, left, current, onSelect, onFocus }: RowProps) {
  const { say, when, language } = useSpeech();
  const now = useNow();
  const clock = nearest(row, now);
  const who = row.handler === me ? say("queue.me") : callName(handler, language);
  const has = (c: Column) => columns.includes(c);
  const unread = !!row.unread;
  return (
    <div role="row" aria-rowindex={index + 2} aria-selected={selected} id={`case-${row.id}`} className={`q-row ${selected ? "chosen" : ""} ${left ? "left" : ""} ${current ? "current" : ""} ${unread ? "unread" : ""}`}>
      <span role="cell" className="q-pick">
        <input type="checkbox" checked={selected} aria-label={say("queue.select", { number: row.number })} onChange={() => undefined} onClick={(e) => onSelect(row.id, e.shiftKey)} />
      </span>
      <span role="cell" className="q-promise">{clock ? <PromiseSign clock={clock} /> : <span className="m">{clock === undefined && row.is_open ? say("queue.no_due") : row.is_open ? <PromiseSign clock={null} /> : say("queue.over")}</span>}</span>
      {has("severity") && <span role="cell" className="q-severity"><Severity of={row.severity} /></span>}
      <span role="cell" className="q-issue">
        <Link to="/tickets/$id" params={{ id: row.id }} className="plain" id={`open-${row.id}`} onFocus={() => onFocus(row.id)}>
          <span className="m q-number">{row.number}</span> <span className="q-subject" lang={row.language}>{row.subject}</span>
        </Link>
        {unread && <span className="q-new s">{row.unread === true ? say("queue.unread_some") : say("queue.unread", { count: row.unread! })}</span>}
      </span>
      {has("customer") && <span role="cell" className="q-customer"><span title={account}>{callName(account, language)}</span> <span className="m" title={plan}>{plan}</span></span>}
      {has("channel") && <span role="cell" className="q-channel">{term(say, "channel", row.channel)}{row.boosted_at ? ` · ${say("queue.boosted")}` : ""}</span>}
      {has("handler") && <span role="cell" className="q-handler">{who ? <><span title={handler}>{who}</span>{row.owner === me && <span className="m"> {say("queue.first")}</span>}</> : <span className="m">{say("queue.nobody")}</span>}</span>}
      {has("language") && <span role="cell" className="q-language m">{new Intl.DisplayNames([language === "en-XA" ? "en" : language], { type: "language" }).of(row.language.split("-")[0]!)}</span>}
      {has("product") && <span role="cell" className="q-product m">{row.product}</span>}
      {has("latest") && <span role="cell" className="q-latest"><time dateTime={row.updated_at} title={when.full(row.updated_at)}>{when.short(row.updated_at, now)}</time> {left ? say("queue.left") : term(say, "stage", row.stage)}</span>}
    </div>
  );
});
