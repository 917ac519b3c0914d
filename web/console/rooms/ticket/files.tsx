/** Files of a case: pictures as thumbnails that open, others by name and size; and what is being put on. */
import { useState } from "react";
import { newKey, Refusal } from "@api/client";
import { Button, Dialog, useSay, useWhen } from "@ui";
import type { Attachment } from "./types";

export const href = (id: string) => `/api/v1/attachments/${id}`;
const isPicture = (type: string) => /^image\/(png|jpeg|gif|webp)$/.test(type);

export function Files({ files }: { files: Attachment[] }) {
  const say = useSay(), when = useWhen();
  const [open, setOpen] = useState<Attachment | null>(null), [blind, setBlind] = useState<string[]>([]);
  if (!files.length) return null;
  const pictures = files.filter((f) => isPicture(f.media_type) && f.scan !== "infected" && !blind.includes(f.id));
  const others = files.filter((f) => !pictures.includes(f));
  return (
    <>
      <ul className="files" aria-label={say("ticket.files")}>
        {pictures.map((f) => (
          <li key={f.id}><button type="button" className="thumb" onClick={() => setOpen(f)} aria-label={say("ticket.open_picture", { name: f.name })} title={f.name}><img src={href(f.id)} alt="" loading="lazy" onError={() => setBlind((all) => [...all, f.id])} /></button></li>
        ))}
        {others.map((f) => (
          <li key={f.id}>
            {f.scan === "infected" ? <span className="m">{f.name} · {say("ticket.infected")}</span> : <a href={href(f.id)} download={f.name}>{f.name}</a>} <span className="s m">{f.scan === "pending" ? say("ticket.scanning") : when.bytes(f.bytes)}</span>
          </li>
        ))}
      </ul>
      {open && (
        <Dialog title={open.name} open wide onClose={() => setOpen(null)}>
          <img className="lightbox" src={href(open.id)} alt={open.name} />
          <p className="x"><span className="grow s m">{when.bytes(open.bytes)} · {when.full(open.at)}</span><a className="btn" href={href(open.id)} download={open.name}>{say("ticket.download")}</a></p>
        </Dialog>
      )}
    </>
  );
}
/** A file on its way, or there and not sent yet. */
export interface Upload { key: string; /** For colleagues alone: goes with a note, never with a reply. */ internal: boolean; name: string; bytes: number; share: number; done?: Attachment; error?: string; file?: File; stop?: () => void }
type Change = (f: (all: Upload[]) => Upload[]) => void;

/** Puts a file on the case. The same key over every retry: a lost answer makes no second copy. */
export function send(ticket: string, file: File, internal: boolean, change: Change, words: { failed: string; offline: string }, key: string = newKey()) {
  const request = new XMLHttpRequest();
  const patch = (p: Partial<Upload>) => change((all) => all.map((u) => (u.key === key ? { ...u, ...p } : u)));
  request.open("POST", `/api/v1/tickets/${ticket}/attachments?${new URLSearchParams({ name: file.name, internal: String(internal) })}`);
  request.setRequestHeader("content-type", file.type || "application/octet-stream");
  request.setRequestHeader("idempotency-key", key);
  request.setRequestHeader("accept-language", document.documentElement.lang);
  request.upload.onprogress = (e) => { if (e.lengthComputable) patch({ share: e.loaded / e.total }); };
  request.onload = () => {
    const body = (() => { try { return JSON.parse(request.responseText); } catch { return null; } })();
    if (request.status < 300 && body) patch({ done: body, share: 1, error: undefined });
    else patch({ error: body?.errors?.[0]?.message ?? body?.detail ?? body?.title ?? words.failed });
  };
  request.onerror = () => patch({ error: words.offline });
  change((all) => [...all.filter((u) => u.key !== key), { key, internal, name: file.name, bytes: file.size, share: 0, file, stop: () => request.abort() }]);
  request.send(file);
}
export function Uploads({ uploads, onDrop, onRetry }: { uploads: Upload[]; onDrop: (u: Upload) => void; onRetry: (u: Upload) => void }) {
  const say = useSay(), when = useWhen();
  if (!uploads.length) return null;
  return (
    <ul className="uploads" aria-label={say("ticket.files_unsent")}>
      {uploads.map((u) => (
        <li key={u.key} className={u.error ? "txt-late" : ""}>
          {u.done && isPicture(u.done.media_type) && <img src={href(u.done.id)} alt="" />}
          <span className="cut-text">{u.name}</span>
          <span className="s m nw">{u.error ? <span className="txt-late">{u.error}</span> : u.done ? when.bytes(u.bytes) : <progress value={u.share} max={1} aria-label={say("ticket.uploading", { name: u.name })} />}</span>
          {u.error && u.file && <Button kind="bare" onPress={() => onRetry(u)}>{say("state.again")}</Button>}
          <Button kind="bare" aria-label={say("ticket.remove_file", { name: u.name })} onPress={() => { u.stop?.(); onDrop(u); }}>✕</Button>
        </li>
      ))}
    </ul>
  );
}
export const reasonOf = (e: unknown) => (e instanceof Refusal ? (e.fields[0]?.message ?? e.detail ?? e.title) : String(e));
