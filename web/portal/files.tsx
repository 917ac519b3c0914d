/** Files to go along: pasted, dropped or picked, shown before they are sent. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { away, byPass, reach, type Schemas } from "@api/client";
import { useSpeech, useTell } from "@ui";

export const BYTES_MAX = 52_428_800, FILES_MAX = 20;
export interface Kept { key: string; file: File; /** Set once the house has it. */ id?: string; failed?: string }

/** Names what a paste has no name for. */
export const named = (file: File, stamp: string) => (/^image\.\w+$/.test(file.name) ? new File([file], `${stamp}.${file.name.split(".")[1]}`, { type: file.type }) : file);

export function Drop({ onFiles, children, className = "" }: { onFiles: (files: File[]) => void; children: ReactNode; className?: string }) {
  const [over, setOver] = useState(false);
  return (
    <div
      className={`${className} ${over ? "over" : ""}`}
      onDragOver={(e) => { if (e.dataTransfer.types.includes("Files")) { e.preventDefault(); setOver(true); } }}
      onDragLeave={(e) => { if (!e.currentTarget.contains(e.relatedTarget as Node | null)) setOver(false); }}
      onDrop={(e) => { e.preventDefault(); setOver(false); if (e.dataTransfer.files.length) onFiles([...e.dataTransfer.files]); }}
      onPaste={(e) => { const files = [...e.clipboardData.files]; if (files.length) { e.preventDefault(); onFiles(files); } }}
    >{children}</div>
  );
}
export function Pick({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { say } = useSpeech();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="btn" onClick={() => input.current?.click()}>{say("portal.add_files")}</button>
      <input ref={input} type="file" multiple hidden aria-label={say("portal.add_files")} onChange={(e) => { if (e.target.files) onFiles([...e.target.files]); e.target.value = ""; }} />
    </>
  );
}
export function Chips({ files, onDrop }: { files: Kept[]; onDrop: (key: string) => void }) {
  const { say, when } = useSpeech();
  if (!files.length) return null;
  return (
    <ul className="chips" aria-label={say("portal.files")}>
      {files.map((f) => (
        <li key={f.key}>
          <Preview file={f.file} />
          <span className="nm">{f.file.name}</span>
          <span className={f.failed ? "txt-late" : "m"}>{f.failed ?? when.bytes(f.file.size)}</span>
          <button type="button" className="btn bare" aria-label={say("portal.drop_file", { name: f.file.name })} onClick={() => onDrop(f.key)}>✕</button>
        </li>
      ))}
    </ul>
  );
}
function Preview({ file }: { file: File }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file.type.startsWith("image/")) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? <img src={url} alt="" /> : null;
}
/** Files of a message. Where no cookie says who asks, an address alone opens nothing: they are fetched and handed over. */
export function Attachments({ files }: { files: Schemas["AttachmentOut"][] }) {
  const { say, when } = useSpeech(), tell = useTell();
  if (!files.length) return null;
  const keep = async (a: Schemas["AttachmentOut"]) => {
    try {
      const url = URL.createObjectURL(await fetched(a.id)), link = document.createElement("a");
      link.href = url;
      link.download = a.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch { tell(say("portal.file_away")); }
  };
  return (
    <ul className="chips">
      {files.map((a) => (
        <li key={a.id}>
          {/^image\/(png|jpeg|gif|webp)$/.test(a.media_type) && a.scan === "clean" && <Picture id={a.id} />}
          {a.scan === "infected" ? <span className="m">{say("case.file_infected", { name: a.name })}</span> : <a className="nm" href={`/api/v1/attachments/${a.id}`} download={a.name} {...(byPass() ? { onClick: (e) => { e.preventDefault(); void keep(a); } } : {})}>{a.name}</a>}
          <span className="m">{when.bytes(a.bytes)}</span>
        </li>
      ))}
    </ul>
  );
}
async function fetched(id: string): Promise<Blob> {
  const answer = await reach(`/api/v1/attachments/${id}`);
  if (!answer.ok) throw away();
  return answer.blob();
}
function Picture({ id }: { id: string }) {
  const [url, setUrl] = useState(() => (byPass() ? null : `/api/v1/attachments/${id}`));
  useEffect(() => {
    if (!byPass()) return;
    let made: string | undefined, here = true;
    fetched(id).then((blob) => { if (here) setUrl((made = URL.createObjectURL(blob))); }, () => undefined);
    return () => { here = false; if (made) URL.revokeObjectURL(made); };
  }, [id]);
  return url ? <img src={url} alt="" loading="lazy" /> : null;
}
