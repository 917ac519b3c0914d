/** Several short codes in one field: typed and added by Enter, taken off one by one, known ones offered below. */
import { useId, useState } from "react";
import { useSay } from "@ui";

export function TagsField({ label, value, onChange, known, name, help, error }: { label: string; value: string[]; onChange: (v: string[]) => void; known: string[]; name: (code: string) => string; help: string; error?: string | null }) {
  const say = useSay(), id = useId();
  const [text, setText] = useState("");
  const add = (codes: string[]) => { const fresh = codes.map((c) => c.trim()).filter((c) => c && !value.includes(c)); if (fresh.length) onChange([...value, ...new Set(fresh)]); setText(""); };
  const offered = [...new Set(known)].filter((k) => !value.includes(k) && (!text || k.toLowerCase().includes(text.toLowerCase())));
  return (
    <div className="item tags-field">
      <label htmlFor={id}>{label}</label>
      <div className={`field ${error ? "bad" : ""}`}>
        {value.map((v) => <button key={v} type="button" className="tag on" aria-label={say("people.remove", { name: name(v) })} onClick={() => onChange(value.filter((x) => x !== v))}>{name(v)} <span aria-hidden="true">✕</span></button>)}
        <input id={id} value={text} aria-describedby={`${id}-help`} aria-invalid={!!error} onChange={(e) => (/[\s,，、]$/.test(e.target.value) ? add(e.target.value.split(/[\s,，、]+/)) : setText(e.target.value))} onBlur={() => add([text])}
          onKeyDown={(e) => {
            if (e.nativeEvent.isComposing || e.keyCode === 229) return;
            if (e.key === "Enter" && text.trim()) { e.preventDefault(); add([text]); } else if (e.key === "Backspace" && !text && value.length) onChange(value.slice(0, -1));
          }} />
      </div>
      {!!offered.length && <div className="tags">{offered.slice(0, 12).map((k) => <button key={k} type="button" className="tag" aria-label={say("people.add_one", { name: name(k) })} onMouseDown={(e) => e.preventDefault()} onClick={() => add([k])}><span aria-hidden="true">+ </span>{name(k)}</button>)}</div>}
      <span id={`${id}-help`} className={`s ${error ? "txt-late" : "m"}`}>{error ?? help}</span>
    </div>
  );
}
