/** Pages of the vendor's own console that may open the support window: where they are, whose signature counts, and how to put it in. */
import "./embeds.css";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Refusal } from "@api/client";
import { Button, Dialog, Empty, may, Select, TextBox, TextLine, useMe, useSay, Wrong, type Word } from "@ui";
import { accountsQuery, Confirm, Ends, Frame, Refused, useDeed, useNames } from "../desk/kit";
import { Newer } from "../desk/newer";
import { wire, type Embed } from "../desk/wire";
import { makeKeyOf, openOf, signOf, tagOf } from "./snippets";

const KINDS = ["ES256", "EdDSA", "RS256"], EVERYBODY = "-";
export function Page() {
  const say = useSay(), me = useMe(), names = useNames();
  const allowed = may(me, "embed.keep");
  const embeds = useQuery({ queryKey: ["embeds"], queryFn: () => wire.get<{ items: Embed[] }>("/api/v1/embeds"), enabled: allowed });
  const [form, setForm] = useState<Embed | "new" | null>(null), [open, setOpen] = useState<string | null>(null), [dropping, setDropping] = useState<Embed | null>(null);
  const drop = useDeed((_: undefined, key: string) => wire.drop(`/api/v1/embeds/${dropping!.id}`, dropping!.version, key), { old: [["embeds"]], told: say("embeds.dropped"), then: () => setDropping(null) });
  const turn = useDeed((e: Embed, key: string) => wire.patch<Embed>(`/api/v1/embeds/${e.id}`, { active: !e.active }, e.version, key), { old: [["embeds"]], told: say("embeds.saved") });
  if (!allowed) return <Frame title={say("embeds.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  const add = <Button kind="go" onPress={() => setForm("new")}>{say("embeds.add")}</Button>, named = (act: Word, e: Embed) => say("embeds.name_of", { act: say(act), name: e.name });
  return (
    <Frame title={say("embeds.title")} lead={say("embeds.lead")} tools={!!embeds.data?.items.length && add}>
      <Refused error={turn.refusal} />
      <Newer of={embeds}>{({ items }) => !items.length ? <Empty title={say("embeds.none")}>{add}</Empty> : (
        <ul className="rows">{items.map((e) => (
          <li key={e.id} className={e.active ? "" : "ended"}>
            <div className="x"><b className="grow">{e.name} <span className={`tag ${e.active ? "on" : ""}`}>{say(e.active ? "embeds.active" : "embeds.off")}</span></b>
              <Button kind="bare" aria-expanded={open === e.id} aria-label={named(open === e.id ? "embeds.fold" : "embeds.how", e)} onPress={() => setOpen(open === e.id ? null : e.id)}>{say(open === e.id ? "embeds.fold" : "embeds.how")}</Button>
              <Button kind="bare" aria-label={named("desk.edit", e)} onPress={() => setForm(e)}>{say("desk.edit")}</Button>
              <Button kind="bare" aria-label={named(e.active ? "embeds.disable" : "embeds.enable", e)} onPress={() => void turn.run(e)} why={turn.busy ? say("desk.busy") : null}>{say(e.active ? "embeds.disable" : "embeds.enable")}</Button>
              <Button kind="bare" aria-label={named("embeds.drop", e)} onPress={() => setDropping(e)}>{say("embeds.drop")}</Button></div>
            <p className="q">{e.origins.join(" · ")}</p>
            <p className="s m"><code>{e.id}</code> · {e.key.alg}{e.account && <> · {names.account(e.account) || e.account}</>}</p>
            {open === e.id && <How e={e} />}
          </li>
        ))}</ul>
      )}</Newer>
      {form && <EmbedForm embed={form === "new" ? undefined : form} onClose={() => setForm(null)} onMade={(e) => { setForm(null); setOpen(e.id); }} />}
      <Confirm title={say("embeds.drop")} words={say("embeds.drop_words", { name: dropping?.name ?? "" })} act={say("embeds.drop")} open={!!dropping} onClose={() => setDropping(null)} deed={drop} />
    </Frame>
  );
}
/** The three steps, each to copy. */
function How({ e }: { e: Embed }) {
  const say = useSay(), origin = location.origin;
  const claims = ["iss", "sub", "aud", "iat", "exp", "jti", "account"] as const;
  return (
    <ol className="how">
      <li><h2>{say("embeds.step_tag")}</h2><p className="q">{say("embeds.step_tag_help")}</p><Code text={tagOf(origin, e.id)} act={say("embeds.copy_tag")} /></li>
      <li><h2>{say("embeds.step_open")}</h2><p className="q">{say("embeds.step_open_help")}</p><Code text={openOf()} act={say("embeds.copy_open")} /></li>
      <li><h2>{say("embeds.step_sign")}</h2><p className="q">{say("embeds.step_sign_help")}</p><Code text={signOf(origin, e.id, e.key.alg)} act={say("embeds.copy_sign")} />
        <table className="claims"><thead><tr><th>{say("embeds.claim")}</th><th>{say("embeds.meaning")}</th></tr></thead><tbody>{claims.map((c) => <tr key={c}><th scope="row"><code>{c}</code></th><td className="q">{say(`embeds.claim_${c}`)}{c === "iss" && <> <code>{e.id}</code></>}{c === "aud" && <> <code>{origin}</code></>}</td></tr>)}</tbody></table></li>
    </ol>
  );
}
function Code({ text, act }: { text: string; act: string }) {
  const say = useSay(), [copied, setCopied] = useState(false);
  async function copy() { try { await navigator.clipboard.writeText(text); setCopied(true); setTimeout(() => setCopied(false), 3000); } catch { setCopied(false); } }
  return <div className="code"><pre tabIndex={0}>{text}</pre><Button onPress={() => void copy()} aria-label={act}>{copied ? say("desk.copied") : say("desk.copy")}</Button><span className="unseen" role="status">{copied && say("desk.copied")}</span></div>;
}
const lines = (text: string) => text.split(/[\s,，、;；]+/).map((t) => t.trim()).filter(Boolean);
const isOrigin = (text: string) => { try { const u = new URL(text); return u.origin === text.replace(/\/$/, "") && (u.protocol === "https:" || /^(localhost|127(\.\d+){3})$/.test(u.hostname)); } catch { return false; } };
function EmbedForm({ embed, onClose, onMade }: { embed?: Embed | undefined; onClose: () => void; onMade: (e: Embed) => void }) {
  const say = useSay(), accounts = useQuery(accountsQuery);
  const [name, setName] = useState(embed?.name ?? ""), [account, setAccount] = useState(embed?.account ?? EVERYBODY), [origins, setOrigins] = useState(embed?.origins.join("\n") ?? "https://");
  const [alg, setAlg] = useState(embed?.key.alg ?? "ES256"), [key, setKey] = useState(embed?.key.public_key ?? ""), [tried, setTried] = useState(false);
  const bad = lines(origins).find((o) => !isOrigin(o)), isPrivate = /PRIVATE KEY/.test(key);
  const deed = useDeed((_: undefined, once: string) => {
    const body = { name: name.trim(), account: account === EVERYBODY ? null : account, origins: lines(origins).map((o) => o.replace(/\/$/, "")), key: { alg, public_key: `${key.trim()}\n` } };
    return embed ? wire.patch<Embed>(`/api/v1/embeds/${embed.id}`, body, embed.version, once) : wire.post<Embed>("/api/v1/embeds", body, once);
  }, { old: [["embeds"]], told: say(embed ? "embeds.saved" : "embeds.made"), then: (e) => (embed ? onClose() : onMade(e)) });
  const fault = (f: string) => deed.refusal?.field(f) ?? null;
  const send = () => { setTried(true); if (!isPrivate && bad === undefined) void deed.run(undefined); };
  return (
    <Dialog title={embed ? embed.name : say("embeds.add")} open onClose={onClose} wide>
      <form noValidate className="embed-form" onSubmit={(e) => { e.preventDefault(); send(); }}>
        <div className="two"><TextLine label={say("embeds.name")} value={name} onChange={setName} help={say("embeds.name_help")} error={fault("name")} autoFocus />
          <Select label={say("embeds.of")} help={say("embeds.of_help")} value={account} onChange={setAccount} choices={[{ id: EVERYBODY, name: say("embeds.everybody") }, ...(accounts.data ?? []).map((a) => ({ id: a.id as string, name: a.name }))]} error={fault("account")} /></div>
        <TextBox label={say("embeds.origins")} rows={2} value={origins} onChange={setOrigins} help={say("embeds.origins_help")} error={deed.refusal?.fields.find((f) => /^origins(\[|$)/.test(f.field))?.message ?? (tried && bad !== undefined ? say("embeds.bad_origin", { origin: bad }) : null)} />
        <Select label={say("embeds.alg")} value={alg} onChange={setAlg} choices={KINDS.map((k) => ({ id: k, name: k }))} error={fault("key.alg")} />
        <TextBox label={say("embeds.key")} rows={5} value={key} onChange={setKey} help={say("embeds.key_help")} error={isPrivate ? say("embeds.private_key") : (fault("key.public_key") ?? fault("key"))} />
        <pre className="s m make-key" tabIndex={0}>{makeKeyOf(alg)}</pre>
        <Ends act={embed ? say("desk.save") : say("embeds.add")} busy={deed.busy} refusal={deed.refusal} shown={["name", "account", "origins", ...lines(origins).map((_, i) => `origins[${i}]`), "key.alg", "key.public_key", "key"]} onClose={onClose} />
      </form>
    </Dialog>
  );
}
