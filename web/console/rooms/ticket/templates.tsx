/** Texts kept for answering: chosen by name or words, filled for the case, put where one writes. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Autocomplete, Dialog, Input, Menu, MenuItem, Popover, TextField, useFilter } from "react-aria-components";
import { useMe, useSpeech } from "@ui";
import { holes, isVariable, shelfQuery, textFor, type Template } from "../tools/tools";
import { readable, saidOr } from "./names";
import type { Names } from "./types";

export const useTemplates = () => useQuery(shelfQuery("templates")).data ?? null;
/** Own first, by name. */
export const ownFirst = <T extends { owner: string; name: string }>(all: readonly T[], me: string) => [...all].sort((a, b) => Number(b.owner === me) - Number(a.owner === me) || a.name.localeCompare(b.name));

export function TemplatePick({ all, anchor, language, names, onClose, onChoose }: { all: Template[]; anchor: React.RefObject<HTMLElement | null>; language: string; names: Names; onClose: () => void; onChoose: (t: Template) => void }) {
  const { say, language: mine } = useSpeech(), me = useMe(), { contains } = useFilter({ sensitivity: "base" }), [sought, setSought] = useState("");
  const sorted = useMemo(() => ownFirst(all, me.id), [all, me.id]);
  // Found by what it says, too.
  const shown = sorted.filter((t) => !sought.trim() || contains(t.name, sought.trim()) || contains(textFor(t.texts, language).body, sought.trim()));
  const tongue = (tag: string) => new Intl.DisplayNames([mine === "en-XA" ? "en" : mine], { type: "language" }).of(tag) ?? tag;
  return (
    <Popover className="pop template-pop" triggerRef={anchor} isOpen onOpenChange={(o) => { if (!o) onClose(); }} placement="top start" offset={6}>
      <Dialog className="template-in" aria-label={say("ticket.templates")}>
        <Autocomplete inputValue={sought} onInputChange={setSought}>
          <TextField aria-label={say("ticket.find_template")} autoFocus><Input className="field" placeholder={say("ticket.find_template")} /></TextField>
          <Menu className="menu template-list" items={shown} aria-label={say("ticket.templates")} onAction={(k) => { const t = all.find((t) => t.id === k); if (t) onChoose(t); }} renderEmptyState={() => <p className="m menu-item">{say(all.length ? "ticket.no_template_found" : "ticket.no_templates")}</p>}>
            {(t: Template) => {
              const text = textFor(t.texts, language), other = text.language.split("-")[0] !== language.split("-")[0];
              return (
                <MenuItem id={t.id} textValue={t.name} className="menu-item">
                  <span className="template-name"><span>{t.name}</span><span className="s m nw">{[other ? tongue(text.language) : "", t.owner === me.id ? "" : (names(t.owner)?.name ?? say("ticket.somebody"))].filter(Boolean).join(" · ")}</span></span>
                  <span className="s m cut-text">{text.body.replace(/\s+/g, " ").slice(0, 120)}</span>
                </MenuItem>
              );
            }}
          </Menu>
        </Autocomplete>
      </Dialog>
    </Popover>
  );
}
export const variableWord = (say: Parameters<typeof saidOr>[0], name: string) => saidOr(say, `tools.var_${name}`, readable(name));
/** What of a template nobody has filled yet: a press goes there. */
export function Holes({ text, box }: { text: string; box: React.RefObject<HTMLTextAreaElement | null> }) {
  const { say } = useSpeech(), open = openHoles(text);
  if (!open.length) return null;
  const show = (name: string) => { const b = box.current, at = b ? new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`).exec(b.value) : null; if (b && at) { b.focus(); b.setSelectionRange(at.index, at.index + at[0].length); } };
  return <p className="holes s" role="status"><span className="txt-risk">{say("ticket.to_fill")}</span>{open.map((name) => <button key={name} type="button" className="link" onClick={() => show(name)}>{variableWord(say, name)}</button>)}</p>;
}
export const openHoles = (text: string) => holes(text).filter(isVariable);
/** Puts text where the caret is, in a way the browser's own undo takes back. */
export function insertAt(box: HTMLTextAreaElement, body: string, write: (text: string) => void) {
  box.focus();
  const at = box.selectionStart;
  if (!document.execCommand("insertText", false, body)) { box.setRangeText(body, box.selectionStart, box.selectionEnd, "end"); write(box.value); }
  const hole = /\{\{\s*\w+\s*\}\}/.exec(box.value.slice(at, at + body.length));
  if (hole) box.setSelectionRange(at + hole.index, at + hole.index + hole[0].length);
}
