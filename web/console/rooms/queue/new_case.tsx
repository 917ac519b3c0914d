/** Opening a case for a customer who called or wrote. What is typed is kept until it is sent. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ComboBox } from "react-aria-components/ComboBox";
import { Button as AriaButton } from "react-aria-components/Button";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { api, got, newKey, Refusal } from "@api/client";
import { Button, Dialog, keep, recall, Select, term, TextBox, TextLine, useSpeech, useTell } from "@ui";
import { accountsQuery, contactsQuery } from "./list";

const BLANK = { account: "", requester: "", subject: "", body: "", channel: "hotline", severity: "medium", product: "", instance: "", error_code: "" };
const CHANNELS = ["hotline", "web_ticket", "im_group", "dedicated_im_group", "live_chat", "email"], SEVERITIES = ["critical", "urgent", "high", "medium", "low"];
const NEEDED = ["account", "requester", "subject", "body"] as const;

export function NewCase({ onClose }: { onClose: () => void }) {
  const { say } = useSpeech();
  const tell = useTell(), go = useNavigate();
  const [form, setForm] = useState({ ...BLANK, ...recall("queue.new_case", {}) });
  const [left, setLeft] = useState<string[]>([]);
  const [key] = useState(newKey);
  const set = (change: Partial<typeof BLANK>) => setForm((f) => { const next = { ...f, ...change }; keep("queue.new_case", next); return next; });
  const accounts = useQuery(accountsQuery), contacts = useQuery(contactsQuery(form.account));
  const open = useMutation({
    mutationFn: () => got(api.POST("/api/v1/tickets", { params: { header: { "Idempotency-Key": key } }, body: form })),
    onSuccess: async (ticket) => {
      keep("queue.new_case", {});
      onClose();
      tell(say("queue.case_opened", { number: ticket.number }));
      await go({ to: "/tickets/$id", params: { id: ticket.id } });
    },
  });
  const refusal = open.error instanceof Refusal ? open.error : null;
  const error = (name: string) => refusal?.field(name) ?? ((NEEDED as readonly string[]).includes(name) && left.includes(name) && !form[name as keyof typeof BLANK].trim() ? say("form.missing") : null);
  const seen = (name: string) => ({ onBlur: () => setLeft((l) => [...l, name]) });
  const people = (contacts.data ?? []).filter((p) => p.active);
  return (
    <Dialog title={say("queue.new_case")} open onClose={onClose} wide>
      <form className="q-form" onSubmit={(e) => { e.preventDefault(); setLeft([...NEEDED]); if (NEEDED.every((n) => form[n].trim()) && !open.isPending) open.mutate(); }}>
        <p className="q">{say("queue.new_case_lead")}</p>
        <div className="pair">
          <ComboBox autoFocus className="item" defaultItems={accounts.data ?? []} selectedKey={form.account || null} isInvalid={!!error("account")} onSelectionChange={(k) => set({ account: k ? String(k) : "", requester: "" })} {...seen("account")}>
            <Label>{say("queue.customer")}</Label>
            <div className="q-combo"><Input className="field" placeholder={say("queue.find_customer")} /><AriaButton className="btn bare" aria-label={say("queue.customers_all")}><span aria-hidden="true" className="down" /></AriaButton></div>
            {error("account") && <span className="s txt-late">{error("account")}</span>}
            <Popover className="pop" offset={4}><ListBox className="menu">{(a: { id: string; name: string; number: string }) => <ListBoxItem id={a.id} textValue={`${a.name} ${a.number}`} className="menu-item"><span>{a.name}</span><span className="s m">{a.number}</span></ListBoxItem>}</ListBox></Popover>
          </ComboBox>
          <Select label={say("queue.requester")} value={form.requester || null} onChange={(requester) => set({ requester })} error={error("requester")} choices={people.map((p) => ({ id: p.id, name: p.name, more: p.email }))}
            help={!form.account ? say("queue.customer_first") : contacts.isSuccess && !people.length ? say("queue.no_contacts") : undefined} />
        </div>
        <TextLine label={say("queue.subject")} value={form.subject} onChange={(subject) => set({ subject })} error={error("subject")} {...seen("subject")} />
        <TextBox label={say("queue.body")} value={form.body} onChange={(body) => set({ body })} rows={6} error={error("body")} {...seen("body")} />
        <div className="pair">
          <Select label={say("queue.channel")} value={form.channel} onChange={(channel) => set({ channel })} choices={CHANNELS.map((id) => ({ id, name: term(say, "channel", id) }))} error={error("channel")} />
          <Select label={say("queue.severity")} value={form.severity} onChange={(severity) => set({ severity })} choices={SEVERITIES.map((id) => ({ id, name: term(say, "severity", id) }))} error={error("severity")} />
          <TextLine label={say("queue.product")} optional value={form.product} onChange={(product) => set({ product })} error={error("product")} />
          <TextLine label={say("queue.instance")} optional value={form.instance} onChange={(instance) => set({ instance })} error={error("instance")} />
        </div>
        {refusal && !refusal.fields.length && <p role="alert" className="txt-late">{refusal.offline ? say("state.offline_detail") : refusal.message}</p>}
        <div className="x"><Button kind="go" type="submit" why={open.isPending ? say("queue.opening") : null}>{say("queue.open_case")}</Button><Button kind="bare" onPress={onClose}>{say("form.cancel")}</Button><span className="s m">{say("queue.kept_here")}</span></div>
      </form>
    </Dialog>
  );
}
