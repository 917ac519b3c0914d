/** A second question in a thread becomes a case of its own, with the customer who asked it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api, got, newKey, Refusal } from "@api";
import { caseQuery } from "@api/queries";
import { Button, Dialog, Select, term, TextLine, useNow, useSpeech } from "@ui";
import { reasonOf } from "./files";
import { whyOf } from "./names";
import type { Case, Message, Names } from "./types";

const SUBJECT_MOST = 60;
export const scaleOf = (severity: string) => (["general_consult", "general_problem", "business_down"].includes(severity) ? ["general_consult", "general_problem", "business_down"] : ["low", "medium", "high", "urgent", "critical"]);
/** The first sentence, as far as a subject is long. */
const subjectOf = (body: string) => { const first = body.trim().split(/\n|(?<=[。！？!?])|(?<=\.)\s/)[0]!.replace(/[。.]$/, "").trim(); return first.length > SUBJECT_MOST ? `${first.slice(0, SUBJECT_MOST - 1)}…` : first; };

export function SplitDialog({ whole, messages, message, names, onClose }: { whole: Case; messages: readonly Message[]; message: Message; names: Names; onClose: () => void }) {
  const { say, when } = useSpeech(), now = useNow(), client = useQueryClient(), t = whole.ticket;
  const [form, setForm] = useState({ message: message.id, subject: subjectOf(message.body), severity: t.severity, product: t.product });
  const set = (change: Partial<typeof form>) => { key.current = newKey(); doing.reset(); setForm((f) => ({ ...f, ...change })); };
  const key = useRef(newKey()), own = useRef(false);
  const doing = useMutation({
    mutationFn: async () => {
      const made = await got(api.POST("/api/v1/tickets/{id}/split", { params: { path: { id: t.id }, header: { "Idempotency-Key": key.current } }, body: { message: form.message, subject: form.subject.trim(), severity: form.severity, product: form.product.trim() } }));
      void client.invalidateQueries({ queryKey: ["ticket", t.id] });
      void client.invalidateQueries({ queryKey: ["tickets"] });
      return made;
    },
    onError: (e) => { if (e instanceof Refusal && !e.offline && e.status < 500) key.current = newKey(); },
  });
  const refusal = doing.error instanceof Refusal ? doing.error : null;
  const spoken = messages.filter((m) => m.kind === "public" && m.author).toReversed(), picked = spoken.find((m) => m.id === form.message) ?? message;
  const who = names(picked.author), asker = who && who.role.startsWith("c") ? who.name : (names(t.requester)?.name ?? say("ticket.somebody"));
  if (doing.data) return <Done id={doing.data.id} number={doing.data.number} names={names} onClose={onClose} />;
  return (
    <Dialog title={say("ticket.split_do")} open onClose={onClose}>
      <form className="act-form" onSubmit={(e) => { e.preventDefault(); if (form.subject.trim() && !doing.isPending) doing.mutate(); }} noValidate>
        {spoken.length > 1 && <Select label={say("ticket.split_message")} value={form.message} onChange={(id) => { const m = spoken.find((m) => m.id === id); set({ message: id, ...(m && !own.current ? { subject: subjectOf(m.body) } : {}) }); }}
          choices={spoken.map((m) => ({ id: m.id, name: m.body.replace(/\s+/g, " ").slice(0, 80), more: `${names(m.author)?.name ?? say("ticket.somebody")} · ${when.short(m.at, now)}` }))} />}
        <blockquote className="split-words s">{picked.body.slice(0, 400)}</blockquote>
        <TextLine label={say("ticket.split_subject")} value={form.subject} onChange={(subject) => { own.current = true; set({ subject }); }} error={refusal?.field("subject") ?? (form.subject.trim() ? null : say("form.missing"))} maxLength={200} />
        <div className="pair">
          <Select label={say("ticket.split_severity")} value={form.severity} onChange={(severity) => set({ severity })} error={refusal?.field("severity") ?? null} choices={scaleOf(t.severity).map((s) => ({ id: s, name: term(say, "severity", s) }))} />
          <TextLine label={say("ticket.fact_product")} value={form.product} onChange={(product) => set({ product })} error={refusal?.field("product") ?? null} />
        </div>
        <p className="q s">{say("ticket.split_then", { name: asker })}</p>
        {doing.error && !refusal?.fields.length && <p role="alert" className="txt-late">{whyOf(say, doing.error) ?? reasonOf(doing.error)}</p>}
        <p className="x act-end"><span className="grow" /><Button onPress={onClose}>{say("form.cancel")}</Button><Button kind="go" type="submit" why={doing.isPending ? say("ticket.sending") : form.subject.trim() ? null : say("form.missing")}>{say("ticket.split_do")}</Button></p>
      </form>
    </Dialog>
  );
}
function Done({ id, number, names, onClose }: { id: string; number: string; names: Names; onClose: () => void }) {
  const { say } = useSpeech(), made = useQuery(caseQuery(id)).data, handler = made?.ticket.handler;
  return (
    <Dialog title={say("ticket.split_done", { number })} open onClose={onClose}>
      <p>{handler ? say("ticket.split_has", { number, name: names(handler)?.name ?? made.people[handler]?.name ?? say("ticket.somebody") }) : say("ticket.split_waits", { number })}</p>
      <p className="x act-end"><span className="grow" /><Button onPress={onClose}>{say("ticket.stay_here")}</Button><Link to="/tickets/$id" params={{ id }} className="btn go" onClick={onClose}>{say("ticket.open_case", { number })}</Link></p>
    </Dialog>
  );
}
