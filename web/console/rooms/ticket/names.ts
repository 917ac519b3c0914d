/** Words and names a case's page needs in several places. */
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { Refusal } from "@api/client";
import { callName, useSpeech, type Say, type Values, type Word } from "@ui";
import { staffQuery } from "./queries";
import type { Case, Names, Offer } from "./types";

/** A word that may not exist for a newer house's code: the code itself is then shown, readable. */
export function saidOr(say: Say, word: string, otherwise: string, values?: Values): string {
  const said = say(word as Word, values);
  return said === word ? otherwise : said;
}
export const readable = (code: string) => code.replace(/^\w+\./, "").replaceAll("_", " ");
export const actWord = (say: Say, act: string) => saidOr(say, `ticket.act_${act}`, readable(act));
export const whyWord = (say: Say, code: string | null | undefined) => (code ? saidOr(say, `ticket.why_${code.replace(/^ticket\./, "").replaceAll(".", "_")}`, readable(code)) : null);
/** Words for a refusal of ours that has some; the house's own otherwise (`null`). */
export const whyOf = (say: Say, e: unknown) => (e instanceof Refusal && !e.fields.length && /^(ticket|link|merge|split)\./.test(e.code) ? saidOr(say, `ticket.why_${e.code.replace(/^ticket\./, "").replaceAll(".", "_")}`, "") || null : null);
export const promiseWord = (say: Say, promise: string) => saidOr(say, `ticket.promise_${promise}`, readable(promise));
export const offered = (offers: readonly Offer[], act: string) => offers.find((o) => o.act === act);

/** Names by id, in the reader's script: those the case names, then colleagues. */
export function useNames(whole: Case | undefined): Names {
  const staff = useQuery(staffQuery).data;
  const { language } = useSpeech();
  return useCallback((id) => {
    const found = id ? (whole?.people[id] ?? staff?.find((p) => p.id === id)) : undefined;
    return found && { ...found, name: callName(found.name, language) };
  }, [whole?.people, staff, language]);
}
