/** One line that goes anywhere and does anything. */
import "./command.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { api, got, type Schemas } from "@api/client";
import { useSay, useTell } from "@ui";
import { asNumber, fit } from "./find";
import { Keycaps } from "./keycaps";
import { showLayer, useOffer } from "./registry";

interface Line { id: string; title: string; more?: string; keys?: string; why?: string; section: string; run: () => void }
const PAUSE_MS = 180, HITS = 6, MOST = 60;

export default function Palette() {
  const say = useSay(), tell = useTell(), go = useNavigate(), all = useOffer();
  const [text, setText] = useState(""), [composing, setComposing] = useState(false), [at, setAt] = useState(0);
  const id = useId(), list = useRef<HTMLDivElement>(null);
  const asked = useDeferredValue(text);
  const q = useSettled(text.trim(), composing);
  const hits = useQuery({
    queryKey: ["search", "bar", q], enabled: q.length > 1 || asNumber(q) !== null, placeholderData: keepPreviousData, retry: false,
    queryFn: ({ signal }) => got(api.GET("/api/v1/search", { params: { query: { q, kind: "ticket,account,person", limit: HITS } }, signal })),
  });
  const close = () => showLayer(null);
  const open = (h: Schemas["HitOut"]) => () => { if (h.kind === "account") void go({ to: "/customers/$id", params: { id: h.id } }); else if (h.ticket) void go({ to: "/tickets/$id", params: { id: h.ticket } }); else void go({ to: "/people" }); };
  const lines = useMemo((): Line[] => {
    const number = asNumber(asked);
    const commands = all.filter((c) => !c.hidden).map((c) => ({ c, fits: fit(asked, c.title, `${c.id} ${c.more ?? ""}`) })).filter((x) => x.fits > 0);
    if (asked.trim()) commands.sort((a, b) => b.fits - a.fits);
    const found = text.trim().length > 1 ? (hits.data?.items ?? []) : [];
    const exact = number ? found.find((h) => h.number && h.number.replace(/\D/g, "") === number) : undefined;
    const ofHits = found.filter((h) => h !== exact).map((h): Line => ({ id: `hit.${h.kind}.${h.id}`, title: h.title, more: h.number ?? say(h.kind === "account" ? "command.customer" : "command.person"), section: say("command.found"), run: open(h) }));
    const search: Line[] = asked.trim() ? [{ id: "search", title: say("command.search_for", { text: asked.trim() }), section: say("command.found"), run: () => void go({ to: "/search", search: { q: asked.trim() } }) }] : [];
    return [
      ...(exact ? [{ id: "exact", title: say("command.open_case", { number: exact.number }), more: exact.title, section: say("command.found"), run: open(exact) }] : []),
      ...commands.slice(0, MOST).map(({ c }): Line => ({ id: c.id, title: c.title, section: c.section ?? say("command.here"), run: c.run, ...(c.more ? { more: c.more } : {}), ...(c.keys ? { keys: c.keys } : {}), ...(c.why ? { why: c.why } : {}) })),
      ...ofHits, ...search,
    ];
  }, [all, asked, hits.data, text]);
  // Headings only in a list nobody has narrowed: best fits first otherwise.
  const headed = !asked.trim();
  useEffect(() => setAt(0), [asked]);
  const here = Math.min(at, lines.length - 1);
  useEffect(() => { list.current?.querySelector(`#${CSS.escape(`${id}-${here}`)}`)?.scrollIntoView({ block: "nearest" }); }, [here, id]);
  const run = (line: Line | undefined) => {
    if (!line) return;
    if (line.why) { tell(line.why); return; }
    close();
    // After the bar has given the focus back, so that the act may take it.
    setTimeout(line.run, 0);
  };
  const move = (by: number) => setAt(lines.length ? (here + by + lines.length) % lines.length : 0);
  return (
    <ModalOverlay className="veil palette-veil" isOpen onOpenChange={(o) => { if (!o) close(); }} isDismissable>
      <Modal className="sheet palette">
        <Dialog className="palette-in" aria-label={say("command.open_bar")}>
          <input className="palette-line" autoFocus role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={lines.length ? `${id}-${here}` : undefined} aria-autocomplete="list" aria-label={say("command.ask")} placeholder={say("command.ask")}
            value={text} autoComplete="off" spellCheck={false} onChange={(e) => setText(e.target.value)} onCompositionStart={() => setComposing(true)} onCompositionEnd={() => setComposing(false)}
            onKeyDown={(e) => {
              if (e.nativeEvent.isComposing || e.keyCode === 229) return;
              if (e.key === "ArrowDown") { e.preventDefault(); move(1); }
              else if (e.key === "ArrowUp") { e.preventDefault(); move(-1); }
              else if (e.key === "PageDown") { e.preventDefault(); setAt(Math.min(lines.length - 1, here + 8)); }
              else if (e.key === "PageUp") { e.preventDefault(); setAt(Math.max(0, here - 8)); }
              else if (e.key === "Enter") { e.preventDefault(); run(lines[here]); }
            }} />
          <div className="palette-list" id={`${id}-list`} role="listbox" aria-label={say("command.results")} ref={list}>
            {lines.map((l, i) => (
              <div key={l.id} role="presentation">
                {headed && l.section !== lines[i - 1]?.section && <div className="palette-head s m" role="presentation">{l.section}</div>}
                <div role="option" id={`${id}-${i}`} aria-selected={i === here} aria-disabled={l.why ? true : undefined} className={`palette-option ${i === here ? "here" : ""} ${l.why ? "m" : ""}`} onPointerMove={() => setAt(i)} onClick={() => run(l)}>
                  <span className="cut-text">{l.title}</span>{(l.why ?? l.more) && <span className="s m cut-text grow">{l.why ?? l.more}</span>}{!l.why && !l.more && <span className="grow" />}
                  {!headed && <span className="s m nw">{l.section}</span>}{l.keys && <Keycaps keys={l.keys} />}
                </div>
              </div>
            ))}
            {!lines.length && <p className="palette-none q">{say("command.nothing")}</p>}
          </div>
          <footer className="palette-foot s m"><span>{say("command.foot_move")}</span><span>{say("command.foot_run")}</span><span>{say("command.foot_close")}</span><span className="unseen" role="status">{say("command.count", { count: lines.length })}</span></footer>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
/** The text once the fingers rest; not while a composition is under way. */
function useSettled(text: string, composing: boolean): string {
  const [settled, set] = useState(text);
  useEffect(() => {
    if (composing) return;
    const t = setTimeout(() => set(text), PAUSE_MS);
    return () => clearTimeout(t);
  }, [text, composing]);
  return settled;
}
