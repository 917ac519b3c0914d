/** Taking in and changing a customer, and ordering a plan. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { plansQuery } from "@api/queries";
import { Dialog, languages, Select, TextLine, useNow, useSay, useWhen } from "@ui";
import { Check, Ends, fromField, useDeed, useNames, version, When_, type Account } from "../desk/kit";
import { edition, type Line } from "../plans/cells";

export const languageChoices = () => languages.map((l) => ({ id: l, name: new Intl.DisplayNames([l], { type: "language", languageDisplay: "standard" }).of(l === "zh-CN" ? "zh-Hans" : l) ?? l }));
const NOBODY = "-";

export function AccountForm({ account, onClose, onDone }: { account?: Account; onClose: () => void; onDone: (a: Account) => void }) {
  const say = useSay(), names = useNames(), when = useWhen();
  const [number, setNumber] = useState(account?.number ?? ""), [name, setName] = useState(account?.name ?? "");
  const [language, setLanguage] = useState(account?.language ?? "zh-CN"), [tz, setTz] = useState(account?.tz ?? when.zone);
  const [tam, setTam] = useState(account?.tam ?? NOBODY), [active, setActive] = useState(account?.active ?? true);
  const deed = useDeed(async (_: undefined, key: string) => {
    const common = { name: name.trim(), language, tz: tz.trim(), tam: (tam === NOBODY ? null : tam) as never };
    return account
      ? got(api.PATCH("/api/v1/accounts/{id}", { params: { path: { id: account.id }, header: { ...version(account.version), "Idempotency-Key": key } }, body: { ...common, active } }))
      : got(api.POST("/api/v1/accounts", { params: { header: { "Idempotency-Key": key } }, body: { number: number.trim(), ...common } }));
  }, { old: [["accounts"], ["account"]], told: account ? say("customers.saved") : say("customers.made"), then: (a) => onDone(a as Account) });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  const tams = names.staff.filter((p) => p.role === "tam" && p.active);
  return (
    <Dialog title={account ? say("customers.edit") : say("customers.add")} open onClose={onClose}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <TextLine label={say("customers.name")} value={name} onChange={setName} error={fault("name")} autoFocus />
        {!account && <TextLine label={say("customers.number")} help={say("customers.number_help")} value={number} onChange={setNumber} error={fault("number")} />}
        <div className="two">
          <Select label={say("customers.language")} choices={languageChoices()} value={language} onChange={setLanguage} error={fault("language")} />
          <TextLine label={say("customers.zone")} value={tz} onChange={setTz} error={fault("tz")} />
        </div>
        <Select label={say("customers.tam_long")} choices={[{ id: NOBODY, name: say("desk.nobody") }, ...tams.map((p) => ({ id: p.id as string, name: p.name }))]} value={tam as string} onChange={setTam} error={fault("tam")} />
        {account && <Check on={active} onChange={setActive} more={active ? undefined : say("customers.inactive_help")}>{say("customers.active")}</Check>}
        <Ends act={account ? say("desk.save") : say("customers.add")} busy={deed.busy} refusal={deed.refusal} shown={["name", "number", "language", "tz", "tam"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
export function OrderForm({ account, onClose }: { account: Account; onClose: () => void }) {
  const say = useSay(), when = useWhen(), now = useNow();
  const plans = useQuery(plansQuery);
  const lines = (plans.data?.items ?? []) as Line[];
  const [family, setFamily] = useState<string | null>(null), [existing, setExisting] = useState(false), [invited, setInvited] = useState(false);
  const [ordered, setOrdered] = useState(""), [starts, setStarts] = useState(""), [ends, setEnds] = useState("");
  const at = ordered ? Date.parse(fromField(ordered, when.zone)) : now;
  const pinned = lines.find((l) => l.family === family && (!l.from || Date.parse(l.from) <= at) && (!l.to || Date.parse(l.to) > at));
  const families = [...new Set(lines.map((l) => l.family))].map((f) => lines.filter((l) => l.family === f).at(-1)!);
  const instant = (t: string) => (t ? fromField(t, when.zone) : null) as never;
  const deed = useDeed((_: undefined, key: string) => got(api.POST("/api/v1/accounts/{id}/orders", {
    params: { path: { id: account.id }, header: { "Idempotency-Key": key } },
    body: { family: family ?? "", ordered_at: instant(ordered), starts_at: instant(starts), ends_at: instant(ends), invited, existing } as Schemas["OrderIn"],
  })), { old: [["account", account.id as string], ["quotas", account.id as string]], told: say("customers.ordered"), then: onClose });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  return (
    <Dialog title={say("customers.order")} open onClose={onClose}>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <Select label={say("customers.plan")} value={family} onChange={setFamily} error={fault("family")}
          choices={families.map((l) => ({ id: l.family, name: l.name, more: say(`plans.sale_${l.sale}` as "plans.sale_open") }))}
          help={family ? (pinned ? say("customers.pins", { name: `${pinned.name} ${edition(pinned.id)}` }) : say("customers.pins_none")) : say("customers.pins_help")} />
        <div className="two">
          <When_ type="datetime-local" label={say("customers.ordered_at")} optional value={ordered} onChange={setOrdered} error={fault("ordered_at")} help={say("customers.ordered_help")} />
          <When_ type="datetime-local" label={say("customers.starts_at")} optional value={starts} onChange={setStarts} error={fault("starts_at")} help={say("customers.starts_help")} />
        </div>
        <When_ type="datetime-local" label={say("customers.ends_at")} optional value={ends} onChange={setEnds} error={fault("ends_at")} help={say("customers.ends_help", { zone: when.zone })} />
        <Check on={existing} onChange={setExisting} more={say("customers.existing_help")}>{say("customers.existing")}</Check>
        <Check on={invited} onChange={setInvited}>{say("customers.invited")}</Check>
        <Ends act={say("customers.order")} busy={deed.busy} refusal={deed.refusal} shown={["family", "ordered_at", "starts_at", "ends_at"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
