/** How mail leaves the house, how it went lately, and a letter on trial. */
import "./mail.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, Refusal } from "@api/client";
import { Button, may, TextLine, useMe, useNow, useSay, useWhen, Wrong, type Say } from "@ui";
import { family, Frame, Refused, useDeed } from "../desk/kit";
import { Newer } from "../desk/newer";
import { type MailState, type MailTested } from "../desk/wire";

const code = (say: Say, c: string) => family(say, `mail.c_${c.replace(/^mail\./, "")}`, c.replace(/^mail\./, ""));
export function Page() {
  const say = useSay(), me = useMe();
  const allowed = may(me, "mail.keep");
  const mail = useQuery({ queryKey: ["mail"], queryFn: () => got(api.GET("/api/v1/admin/mail")), refetchInterval: 15_000, enabled: allowed });
  if (!allowed) return <Frame title={say("mail.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  return <Frame title={say("mail.title")} lead={say("mail.lead")}><Newer of={mail}>{(m) => <><State m={m} /><Test configured={m.configured} /></>}</Newer></Frame>;
}
function State({ m }: { m: MailState }) {
  const say = useSay(), when = useWhen(), now = useNow();
  const tls = m.tls;
  return (
    <section>
      <h2>{say("mail.state")}</h2>
      {!m.configured ? <p><b>{say("mail.not_set")}</b> <span className="q">{say("mail.not_set_help")}</span></p>
        : m.last_error ? <p className="txt-late"><b>{say("mail.trouble")}</b> {code(say, m.last_error)}{m.last_error_at && <span className="s"> {say("mail.trouble_at", { at: when.short(m.last_error_at, now) })}</span>}</p>
        : m.last_sent_at ? <p><b>{say("mail.well")}</b></p> : null}
      <dl className="kv mail-facts">
        {m.configured && <><dt>{say("mail.server")}</dt><dd>{m.host}{m.port ? `:${m.port}` : ""}</dd><dt>{say("mail.tls")}</dt><dd>{family(say, `mail.tls_${tls}`, tls)}</dd><dt>{say("mail.from")}</dt><dd>{m.from}</dd></>}
        <dt>{say("mail.last_sent")}</dt><dd>{m.last_sent_at ? when.ago(m.last_sent_at, Math.max(now, Date.parse(m.last_sent_at))) : say("mail.never")}</dd>
        <dt>{say("mail.waiting")}</dt><dd>{m.waiting >= 10_000 ? "10,000+" : say("mail.waiting_n", { n: m.waiting })}</dd>
      </dl>
    </section>
  );
}
function Test({ configured }: { configured: boolean }) {
  const say = useSay(), me = useMe(), client = useQueryClient();
  const [to, setTo] = useState(""), [told, setTold] = useState<MailTested | null>(null);
  const deed = useDeed((_: undefined, key: string) => got(api.POST("/api/v1/admin/mail/test", { params: { header: { "Idempotency-Key": key } } as never, body: { to: to.trim() || null } })), { then: (t) => { setTold(t); void client.invalidateQueries({ queryKey: ["mail"] }); } });
  return (
    <section>
      <h2>{say("mail.test")}</h2><p className="q">{say("mail.test_help")}</p>
      <form className="mail-test" noValidate onSubmit={(e) => { e.preventDefault(); setTold(null); void deed.run(undefined); }}>
        <TextLine label={say("mail.to")} optional type="email" value={to} onChange={setTo} help={`${say("mail.to_help")} ${me.email ?? ""}`} error={deed.refusal?.field("to") ?? null} />
        <div><Button kind="go" type="submit" why={!configured ? say("mail.not_set") : deed.busy ? say("mail.sending") : null}>{say("mail.send")}</Button></div>
      </form>
      <Refused error={deed.refusal} shown={["to"]} />
      <div role="status">
        {told && (told.sent ? <p className="told">{say("mail.sent", { ms: told.took_ms ?? 0 })}</p> : (
          <div className="told"><p className="txt-late"><b>{say("mail.not_sent", { ms: told.took_ms ?? 0 })}</b> {code(say, told.code)}</p></div>
        ))}
        {told?.detail && <p className="s q">{say("mail.said", { text: told.detail })}</p>}
      </div>
    </section>
  );
}
