/** Cases that belong to this one: told, opened, tied and untied. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { api, got } from "@api";
import { Button, Dialog, may, Select, Severity, term, useMe, useSay, useTell } from "@ui";
import { reasonOf } from "./files";
import { readable, saidOr, whyOf } from "./names";
import { CasePick, type Found } from "./pick";
import type { Case, Schemas } from "./types";

export type Tie = Schemas["LinkOut"];
/** What people tie and untie by hand; the others follow from merging and splitting. */
export const BY_HAND = ["child", "parent", "related"] as const;
export type Kind = (typeof BY_HAND)[number];
const ORDER = ["parent", "child", "related", "merged_into", "merged_from", "split_from", "split_into"];
export const tieWord = (say: ReturnType<typeof useSay>, kind: string) => saidOr(say, `ticket.tie_${kind}`, readable(kind));
/** What this case becomes to the other one. */
export const mayTie = (me: Parameters<typeof may>[0]) => may(me, "ticket.link");

export function useTies(whole: Case) {
  const client = useQueryClient(), tell = useTell(), say = useSay(), id = whole.ticket.id;
  const fresh = useCallback((other: string) => { for (const t of [id, other]) void client.invalidateQueries({ queryKey: ["ticket", t] }); void client.invalidateQueries({ queryKey: ["tickets"] }); }, [client, id]);
  const tie = useCallback(async (kind: Kind, other: string) => { await got(api.POST("/api/v1/tickets/{id}/links", { params: { path: { id } }, body: { kind, ticket: other } })); fresh(other); }, [id, fresh]);
  const untie = useCallback(async (kind: Kind, other: string) => { await got(api.DELETE("/api/v1/tickets/{id}/links", { params: { path: { id }, query: { kind, ticket: other } } })); fresh(other); }, [id, fresh]);
  const wrong = (e: unknown) => tell(whyOf(say, e) ?? reasonOf(e));
  return {
    tie, untie,
    /** At once, with the way back. */
    drop: (l: Tie) => void untie(l.kind as Kind, l.ticket).then(() => tell(say("ticket.untied", { number: l.number }), () => void tie(l.kind as Kind, l.ticket).catch(wrong)), wrong),
  };
}
export function Ties({ whole, onTie, onUnmerge }: { whole: Case; onTie: () => void; onUnmerge: (tie: Tie) => (() => void) | null }) {
  const say = useSay(), me = useMe(), { drop } = useTies(whole);
  const links = [...whole.links].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || Number(b.is_open) - Number(a.is_open)), able = mayTie(me);
  if (!links.length && !able) return null;
  const open = whole.ticket.open_children;
  return (
    <section>
      <h2 className="side-top"><span className="grow">{say("ticket.ties")}{open > 0 && <span className="m thin"> {say("ticket.parts_open", { n: open })}</span>}</span>{able && <Button kind="bare" className="side-act" onPress={onTie}>{say("ticket.tie")}</Button>}</h2>
      {!links.length && <p className="m s">{say("ticket.ties_none")}</p>}
      <ul className="lines ties">
        {links.map((l) => {
          const back = onUnmerge(l);
          return (
            <li key={l.kind + l.ticket}>
              <span className="tie-top"><Link to="/tickets/$id" params={{ id: l.ticket }} className="cut-text grow">{l.subject}</Link>
                {able && (BY_HAND as readonly string[]).includes(l.kind) && <Button kind="bare" className="side-act" aria-label={say("ticket.untie_of", { number: l.number })} onPress={() => drop(l)}>{say("ticket.untie")}</Button>}
                {back && <Button kind="bare" className="side-act" onPress={back}>{say("ticket.unmerge")}</Button>}</span>
              <span className="s m tie-line"><span className="q">{tieWord(say, l.kind)}</span><span>{l.number}</span><Severity of={l.severity} /><span>{term(say, "stage", l.stage)}</span></span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
/** Says what the other case is to this one, and which it is. */
export function TieDialog({ whole, onClose }: { whole: Case; onClose: () => void }) {
  const say = useSay(), tell = useTell(), t = whole.ticket, { tie, untie } = useTies(whole);
  const [kind, setKind] = useState<Kind>(whole.links.some((l) => l.kind === "child") ? "child" : "related"), [other, setOther] = useState<Found | null>(null), [missing, setMissing] = useState(false);
  const doing = useMutation({
    mutationFn: (to: Found) => tie(kind, to.id),
    onSuccess: (_, to) => { tell(say("ticket.tied", { number: to.number, tie: tieWord(say, kind) }), () => void untie(kind, to.id).catch((e) => tell(reasonOf(e)))); onClose(); },
  });
  const why = doing.error ? (whyOf(say, doing.error) ?? reasonOf(doing.error)) : null;
  return (
    <Dialog title={say("ticket.tie_title")} open onClose={onClose}>
      <form className="act-form" onSubmit={(e) => { e.preventDefault(); if (!other) setMissing(true); else if (!doing.isPending) doing.mutate(other); }} noValidate>
        <Select label={say("ticket.tie_what")} value={kind} onChange={(k) => { setKind(k as Kind); doing.reset(); }} choices={BY_HAND.map((k) => ({ id: k, name: say(`ticket.tie_as_${k}`) }))} help={say(`ticket.tie_about_${kind}`)} />
        <CasePick autoFocus label={say("ticket.other_case")} value={other} onChange={(c) => { setOther(c); setMissing(false); doing.reset(); }} account={t.account} without={[t.id, ...whole.links.map((l) => l.ticket)]} error={missing ? say("form.missing") : null} />
        {why && <p role="alert" className="txt-late">{why}</p>}
        <p className="x act-end"><span className="grow" /><Button onPress={onClose}>{say("form.cancel")}</Button><Button kind="go" type="submit" why={doing.isPending ? say("ticket.sending") : null}>{say("ticket.tie_do")}</Button></p>
      </form>
    </Dialog>
  );
}
