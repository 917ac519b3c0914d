/** The reply: its draft is kept on the server, its files go up at once, it is sent once however often the line breaks. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, got, newKey, Refusal, upload } from "@api/client";
import { keep, recall, useSpeech } from "@ui";
import type { Case } from "../../api";
import { BYTES_MAX, Chips, Drop, FILES_MAX, named, Pick, type Kept } from "../../files";

type Saved = "idle" | "saving" | "server" | "here";
export function Composer({ c, asked, paused }: { c: Case; asked: boolean; paused: boolean }) {
  const { say, when } = useSpeech(), client = useQueryClient(), id = c.ticket.id;
  const local = `reply.${id}`;
  const draft = useQuery({ queryKey: ["draft", id], queryFn: async () => (await got(api.GET("/api/v1/drafts"))).items.find((d) => d.ticket === id && d.kind === "public") ?? null, staleTime: Infinity, gcTime: 0 });
  const [body, setBody] = useState<string>(() => recall(local, "")), [files, setFiles] = useState<Kept[]>([]);
  const [saved, setSaved] = useState<Saved>("idle"), [fault, setFault] = useState<string | null>(null), [busy, setBusy] = useState(false);
  const version = useRef<number | undefined>(undefined), touched = useRef(false), key = useRef(newKey()), timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (!draft.data) return;
    version.current = draft.data.version;
    if (!touched.current && draft.data.body && !recall(local, "")) { setBody(draft.data.body); setSaved("server"); }
  }, [draft.data, local]);
  const save = async (text: string, tries = 0): Promise<void> => {
    setSaved("saving");
    try {
      const kept = await got(api.PUT("/api/v1/tickets/{id}/draft", { params: { path: { id } }, body: { body: text, kind: "public", ...(version.current === undefined ? {} : { seen_version: version.current }) } }));
      version.current = kept.version;
      setSaved("server");
    } catch (e) {
      // Another window wrote meanwhile: what is typed here, now, goes on top.
      if (e instanceof Refusal && (e.status === 412 || e.status === 409) && tries === 0) {
        const other = await got(api.GET("/api/v1/tickets/{id}/draft", { params: { path: { id } } })).catch(() => null);
        version.current = other?.version;
        return save(text, 1);
      }
      setSaved("here");
    }
  };
  const write = (text: string) => {
    touched.current = true;
    setBody(text);
    keep(local, text);
    setFault(null);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void save(text), 800);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const add = (list: File[]) => {
    const stamp = say("portal.screenshot", { at: when.short(Date.now(), Date.now()).replace(/[:\s]/g, "-") });
    for (const raw of list.slice(0, FILES_MAX - files.length)) {
      const file = named(raw, stamp), kept: Kept = { key: newKey(), file };
      if (file.size > BYTES_MAX) kept.failed = say("portal.file_big");
      setFiles((all) => [...all, kept]);
      if (!kept.failed) void put(kept);
    }
  };
  const put = async (kept: Kept): Promise<string | null> => {
    try {
      const made = await upload(id, kept.file);
      setFiles((all) => all.map((f) => { if (f.key !== kept.key) return f; const { failed: _, ...rest } = f; return { ...rest, id: made.id }; }));
      return made.id;
    } catch (e) {
      setFiles((all) => all.map((f) => (f.key === kept.key ? { ...f, failed: e instanceof Refusal && !e.offline ? e.title : say("portal.file_later") } : f)));
      return null;
    }
  };
  const sending = useRef(false);
  const send = async () => {
    if (sending.current) return;
    if (!body.trim()) { setFault(say("case.reply_empty")); document.getElementById("reply")?.focus(); return; }
    sending.current = true;
    setBusy(true);
    setFault(null);
    clearTimeout(timer.current);
    try {
      const ids: string[] = [];
      for (const f of files) { if (f.file.size > BYTES_MAX) continue; const got = f.id ?? (await put(f)); if (!got) throw new Refusal(0, "offline", "", null, [], ""); ids.push(got); }
      await got(api.POST("/api/v1/tickets/{id}/messages", { params: { path: { id }, header: { "Idempotency-Key": key.current } }, body: { body: body.trim(), ...(ids.length ? { attachments: ids } : {}) } }));
      key.current = newKey();
      setBody("");
      keep(local, "");
      setFiles([]);
      setSaved("idle");
      version.current = undefined;
      touched.current = false;
      await got(api.DELETE("/api/v1/tickets/{id}/draft", { params: { path: { id } } })).catch(() => undefined);
      await client.invalidateQueries({ queryKey: ["ticket", id] });
      void client.invalidateQueries({ queryKey: ["counts"] });
    } catch (e) {
      const away = e instanceof Refusal && e.offline;
      setFault(away ? say("case.reply_offline") : e instanceof Refusal ? (e.detail ?? e.title) : say("state.wrong_detail"));
      // The same key: if the house had it after all, nothing is doubled.
      if (away) addEventListener("online", () => void sendAgain.current(), { once: true });
    } finally { sending.current = false; setBusy(false); }
  };
  const sendAgain = useRef(send);
  sendAgain.current = send;
  const solved = c.ticket.stage === "resolved";
  return (
    <form className="e composer noprint" onSubmit={(e) => { e.preventDefault(); void send(); }}>
      <label htmlFor="reply"><b>{say(asked ? "case.answer" : solved ? "case.not_solved" : "case.add")}</b></label>
      <Drop onFiles={add}>
        <textarea
          id="reply" className="field area" rows={4} value={body} aria-describedby="reply-help" aria-invalid={!!fault} placeholder={say(asked ? "case.answer_hint" : solved ? "case.unsolved_hint" : "case.add_hint")}
          onChange={(e) => write(e.target.value)}
          onKeyDown={(e) => { if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && !e.nativeEvent.isComposing && e.keyCode !== 229) { e.preventDefault(); void send(); } }}
        />
        <Chips files={files} onDrop={(k) => setFiles((all) => all.filter((f) => f.key !== k))} />
        {fault && <p role="alert" className="txt-late s">{fault}</p>}
        <div className="acts">
          <button className={`btn ${asked || body ? "go" : ""}`} disabled={busy}>{say(busy ? "case.sending" : "case.send")}</button>
          <Pick onFiles={add} />
          <span id="reply-help" className="s m" role="status">{body && saved === "server" ? say("case.draft_server") : body && saved === "here" ? say("case.draft_here") : asked ? say(paused ? "case.answer_resumes" : "case.answer_told") : say("case.drop_hint")}</span>
        </div>
      </Drop>
    </form>
  );
}
