/** Where other systems are told what happens: addresses, what they hear, and what was delivered. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { Button, Dialog, Empty, may, Select, Shape, TextLine, useMe, useNow, useSay, useWhen, Wrong } from "@ui";
import { accountsQuery, Asked, Check, Confirm, Ends, family, Frame, listOf, Refused, Secret, useDeed, useNames, version } from "../desk/kit";

type Hook = Schemas["WebhookOut"];
export function Page() {
  const say = useSay(), me = useMe(), now = useNow(), when = useWhen(), go = useNavigate(), names = useNames();
  const allowed = may(me, "webhook.keep");
  const chosen = (useSearch({ strict: false }) as { id?: string }).id;
  const hooks = useQuery({ queryKey: ["webhooks"], queryFn: () => got(api.GET("/api/v1/webhooks")) });
  const [form, setForm] = useState<Hook | "new" | null>(null), [secret, setSecret] = useState<string | null>(null), [dropping, setDropping] = useState<Hook | null>(null), [turning, setTurning] = useState<Hook | null>(null);
  const drop = useDeed((_: undefined, key: string) => got(api.DELETE("/api/v1/webhooks/{id}", { params: { path: { id: dropping!.id as string }, header: { "Idempotency-Key": key } } })), { old: [["webhooks"]], told: say("webhooks.dropped"), then: () => setDropping(null) });
  const rotate = useDeed((_: undefined, key: string) => got(api.POST("/api/v1/webhooks/{id}/rotate", { params: { path: { id: turning!.id as string }, header: { ...version(turning!.version), "Idempotency-Key": key } } })), { old: [["webhooks"]], then: (r) => { setTurning(null); setSecret((r as { secret: string }).secret); } });
  const add = <Button kind="go" onPress={() => setForm("new")}>{say("webhooks.add")}</Button>;
  return (
    <Frame title={say("webhooks.title")} lead={say("webhooks.lead")} tools={allowed && !!hooks.data?.items.length && add}>
      <Asked of={hooks}>{({ items }) => !items.length ? <Empty title={say("webhooks.none")}>{allowed && add}</Empty> : (
        <ul className="rows">
          {items.map((h) => (
            <li key={h.id}>
              <div className="x"><b className="grow">{h.name}</b>
                <span className={`tag ${h.active ? "on" : ""}`}>{h.active ? say("webhooks.active") : say("webhooks.off")}</span>
                <Button kind="bare" aria-expanded={chosen === h.id} onPress={() => void go({ to: "/webhooks", search: (chosen === h.id ? {} : { id: h.id }) as never, resetScroll: false })}>{say("webhooks.log")}</Button>
                <Button kind="bare" onPress={() => setForm(h)}>{say("desk.edit")}</Button><Button kind="bare" onPress={() => setTurning(h)}>{say("webhooks.rotate")}</Button><Button kind="bare" onPress={() => setDropping(h)}>{say("webhooks.drop")}</Button></div>
              <p className="q">{h.url}</p>
              <p className="s m">{h.topics.includes("*") ? say("webhooks.all") : h.topics.join(" · ")}{h.account && <> · {say("webhooks.only", { name: names.account(h.account) })}</>}</p>
              {h.failing_since && <p className="txt-late">{say("webhooks.failing", { at: when.short(h.failing_since, now) })}</p>}
              {chosen === h.id && <Log id={h.id as string} />}
            </li>
          ))}
        </ul>
      )}</Asked>
      {form && <HookForm hook={form === "new" ? undefined : form} onClose={() => setForm(null)} onSecret={(s) => { setForm(null); setSecret(s); }} />}
      <Dialog title={say("webhooks.secret")} open={secret !== null} onClose={() => setSecret(null)}><Secret text={secret ?? ""} words={say("webhooks.secret_once")} onClose={() => setSecret(null)} /></Dialog>
      <Confirm title={say("webhooks.drop")} words={say("webhooks.drop_words", { name: dropping?.name ?? "" })} act={say("webhooks.drop")} open={!!dropping} onClose={() => setDropping(null)} deed={drop} />
      <Confirm title={say("webhooks.rotate")} words={say("webhooks.rotate_words", { name: turning?.name ?? "" })} act={say("webhooks.rotate")} open={!!turning} onClose={() => setTurning(null)} deed={rotate} />
    </Frame>
  );
}
const COMMON = ["ticket", "clock", "ticket.opened", "ticket.replied", "ticket.customer_replied", "ticket.resolved", "ticket.closed", "clock.warned", "clock.breached", "clock.fulfilled"];
const EVERYBODY = "-";
function HookForm({ hook, onClose, onSecret }: { hook?: Hook; onClose: () => void; onSecret: (s: string) => void }) {
  const say = useSay(), accounts = useQuery(accountsQuery);
  const [name, setName] = useState(hook?.name ?? ""), [url, setUrl] = useState(hook?.url ?? "https://"), [account, setAccount] = useState(EVERYBODY), [active, setActive] = useState(hook?.active ?? true);
  const [all, setAll] = useState(hook ? hook.topics.includes("*") : true), [topics, setTopics] = useState<string[]>(hook?.topics.filter((t) => COMMON.includes(t)) ?? []), [others, setOthers] = useState(hook?.topics.filter((t) => t !== "*" && !COMMON.includes(t)).join(" ") ?? "");
  const deed = useDeed(async (_: undefined, key: string): Promise<string | null> => {
    const body = { name: name.trim(), url: url.trim(), topics: all ? ["*"] : [...topics, ...listOf(others)], active };
    if (hook) { await got(api.PATCH("/api/v1/webhooks/{id}", { params: { path: { id: hook.id as string }, header: { ...version(hook.version), "Idempotency-Key": key } }, body })); return null; }
    return (await got(api.POST("/api/v1/webhooks", { params: { header: { "Idempotency-Key": key } }, body: { ...body, ...(account === EVERYBODY ? {} : { account: account as never }) } }))).secret;
  }, { old: [["webhooks"]], ...(hook ? { told: say("webhooks.saved") } : {}), then: (s) => (s ? onSecret(s) : onClose()) });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  return (
    <Dialog title={hook ? hook.name : say("webhooks.add")} open onClose={onClose} wide>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void deed.run(undefined); }}>
        <div className="two"><TextLine label={say("webhooks.name")} value={name} onChange={setName} error={fault("name")} autoFocus />
          <TextLine label={say("webhooks.url")} type="url" value={url} onChange={setUrl} error={fault("url")} help={say("webhooks.url_help")} /></div>
        <fieldset className="item"><legend>{say("webhooks.topics")}</legend>
          <Check on={all} onChange={setAll}>{say("webhooks.all")}</Check>
          {!all && <><div className="checks">{COMMON.map((t) => <Check key={t} on={topics.includes(t)} onChange={(on) => setTopics(on ? [...topics, t] : topics.filter((x) => x !== t))} more={t}>{family(say, `webhooks.topic_${t.replace(".", "_")}`, t)}</Check>)}</div>
            <TextLine label={say("webhooks.others")} optional help={say("webhooks.others_help")} value={others} onChange={setOthers} /></>}
        </fieldset>
        {!hook && <Select label={say("webhooks.of")} help={say("webhooks.of_help")} value={account} onChange={setAccount} choices={[{ id: EVERYBODY, name: say("webhooks.everybody") }, ...(accounts.data ?? []).map((a) => ({ id: a.id as string, name: a.name }))]} error={fault("account")} />}
        <Check on={active} onChange={setActive}>{say("webhooks.active")}</Check>
        <Ends act={hook ? say("desk.save") : say("webhooks.add")} busy={deed.busy} refusal={deed.refusal} shown={["name", "url", "account"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
function Log({ id }: { id: string }) {
  const say = useSay(), when = useWhen(), now = useNow();
  const log = useInfiniteQuery({
    queryKey: ["deliveries", id],
    queryFn: ({ pageParam }) => got(api.GET("/api/v1/webhooks/{id}/deliveries", { params: { path: { id }, query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: "", getNextPageParam: (p) => p.next ?? null, refetchInterval: 10_000,
  });
  const [shown, setShown] = useState<string | null>(null);
  const replay = useDeed((delivery: string, key: string) => got(api.POST("/api/v1/webhooks/{id}/deliveries/{delivery}/replay", { params: { path: { id, delivery }, header: { "Idempotency-Key": key } } })), { old: [["deliveries", id]], told: say("webhooks.replayed") });
  if (log.isPending) return <Shape rows={3} />;
  if (log.isError) return <Wrong error={log.error} again={() => void log.refetch()} />;
  const all = log.data.pages.flatMap((p) => p.items);
  if (!all.length) return <p className="q">{say("webhooks.log_none")}</p>;
  return (
    <>
      <table className="stack mid"><thead><tr><th>{say("webhooks.topic")}</th><th>{say("webhooks.state")}</th><th>{say("webhooks.tries")}</th><th>{say("webhooks.at")}</th><td /></tr></thead>
        <tbody>{all.map((d) => (
          <tr key={d.id}>
            <th scope="row">{d.topic}{shown === d.id && <pre className="pre">{JSON.stringify(d.body, null, 2)}</pre>}</th>
            <td className="full"><span className={d.state === "failed" ? "txt-late" : "q"}>{family(say, `webhooks.state_${d.state}`, d.state)}</span>{d.error && <span className="s m"> {d.error}</span>}{d.state === "queued" && d.attempts > 0 && <span className="s m"> {say("webhooks.next_try", { at: when.short(d.due_at, now) })}</span>}</td>
            <td className="q" data-k={say("webhooks.tries")}>{d.attempts}</td><td className="m">{when.short(d.created_at, now)}</td>
            <td className="acts"><Button kind="bare" aria-expanded={shown === d.id} onPress={() => setShown(shown === d.id ? null : (d.id as string))}>{say("webhooks.body")}</Button>
              <Button kind="bare" onPress={() => void replay.run(d.id as string)} why={d.state === "queued" || d.state === "sending" ? say("webhooks.under_way") : null}>{say("webhooks.replay")}</Button></td>
          </tr>
        ))}</tbody></table>
      <Refused error={replay.refusal} />
      {log.hasNextPage && <Button onPress={() => void log.fetchNextPage()}>{say("desk.more")}</Button>}
    </>
  );
}
