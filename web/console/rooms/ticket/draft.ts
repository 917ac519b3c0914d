/** What is being written: kept on the server as one types, in this browser too while the line is down. Another tab's text is offered, never overwritten. */
import { useCallback, useEffect, useRef, useState } from "react";
import { api, got, Refusal, useLive } from "@api";
import { keep, recall } from "@ui";

export type Tab = "public" | "internal" | "consult";
export type Texts = Record<Tab, string>;
export const NOTHING: Texts = { public: "", internal: "", consult: "" };
interface Local { texts: Texts; tab: Tab; /** The server's version these words were written over. */ version: number; /** Not on the server yet. */ dirty: boolean }
export type Kept = { at: number } | "local" | "typing" | null;
export interface Clash { kind: Tab; body: string; version: number }

const PAUSE = 700;

export function useDraft(ticket: string) {
  const name = `draft.${ticket}`;
  const [local, setLocal] = useState<Local>(() => recall<Local>(name, { texts: NOTHING, tab: "public", version: 0, dirty: false }));
  const [kept, setKept] = useState<Kept>(null), [clash, setClash] = useState<Clash | null>(null);
  const live = useLive(), now = useRef(local), timer = useRef<ReturnType<typeof setTimeout>>(undefined), clashing = useRef(false), saving = useRef(false);
  const put = useCallback((change: Partial<Local>) => {
    now.current = { ...now.current, ...change };
    keep(name, now.current);
    setLocal(now.current);
  }, [name]);
  const clashWith = (c: Clash | null) => { clashing.current = !!c; setClash(c); };

  const save = useCallback(async () => {
    const { texts, tab, version, dirty } = now.current;
    // The server keeps replies and notes; a question to an expert waits in this browser.
    if (!dirty || tab === "consult" || clashing.current || saving.current) return;
    saving.current = true;
    const body = texts[tab];
    try {
      const path = { id: ticket };
      if (body.trim()) {
        const { version: next } = await got(api.PUT("/api/v1/tickets/{id}/draft", { params: { path }, body: { body, kind: tab, seen_version: version } }));
        const still = now.current.texts[tab] === body && now.current.tab === tab;
        put({ version: next, dirty: !still });
        setKept(still ? { at: Date.now() } : "typing");
      } else if (version) {
        await got(api.DELETE("/api/v1/tickets/{id}/draft", { params: { path } }));
        put({ version: 0, dirty: now.current.texts[tab] !== body });
        setKept(null);
      } else put({ dirty: false });
    } catch (e) {
      if (e instanceof Refusal && e.status === 412) {
        const theirs = await got(api.GET("/api/v1/tickets/{id}/draft", { params: { path: { id: ticket } } })).catch(() => null);
        if (!theirs || theirs.body === body) put({ version: theirs?.version ?? 0 });
        else clashWith({ kind: theirs.kind as Tab, body: theirs.body, version: theirs.version });
      } else setKept("local");
    } finally { saving.current = false; }
    if (now.current.dirty && !clashing.current) later();
  }, [ticket, put]);
  const later = useCallback(() => { clearTimeout(timer.current); timer.current = setTimeout(() => void save(), PAUSE); }, [save]);

  // What the server has, once; words of this browser that never got there go first.
  useEffect(() => {
    let here = true;
    void got(api.GET("/api/v1/tickets/{id}/draft", { params: { path: { id: ticket } } })).then((theirs) => {
      if (!here) return;
      const kind = theirs.kind as Tab, mine = now.current;
      if (!mine.dirty || mine.texts[kind] === theirs.body) { put({ texts: { ...mine.texts, [kind]: theirs.body }, tab: kind, version: theirs.version, dirty: false }); setKept({ at: Date.parse(theirs.updated_at) }); }
      else if (mine.version === theirs.version) void save();
      else clashWith({ kind, body: theirs.body, version: theirs.version });
    }, (e) => {
      if (!here || !(e instanceof Refusal) || e.status !== 404) return;
      // Sent or dropped elsewhere: what was only a copy goes, what is unsaved stays.
      if (now.current.dirty) { put({ version: 0 }); void save(); } else put({ texts: { ...now.current.texts, public: "", internal: "" }, version: 0 });
    });
    return () => { here = false; clearTimeout(timer.current); void save(); };
  }, [ticket]);
  useEffect(() => { if (live) void save(); }, [live, save]);

  const write = useCallback((body: string) => { put({ texts: { ...now.current.texts, [now.current.tab]: body }, dirty: true }); setKept(navigator.onLine ? "typing" : "local"); later(); }, [put, later]);
  const turn = useCallback((tab: Tab) => { put({ tab, dirty: now.current.dirty || !!now.current.texts[tab] }); if (now.current.texts[tab]) later(); }, [put, later]);
  /** Which of two texts stays. Both: one under the other. */
  const settle = useCallback((how: "mine" | "theirs" | "both") => {
    if (!clash) return;
    const mine = now.current.texts[clash.kind], body = how === "mine" ? mine : how === "theirs" ? clash.body : `${clash.body}\n\n${mine}`;
    clashWith(null);
    put({ texts: { ...now.current.texts, [clash.kind]: body }, tab: clash.kind, version: clash.version, dirty: true });
    void save();
  }, [clash, put, save]);
  /** After sending: this text is no draft any more. */
  const clear = useCallback((tab: Tab) => {
    clearTimeout(timer.current);
    put({ texts: { ...now.current.texts, [tab]: "" }, version: 0, dirty: false });
    setKept(null);
    if (tab !== "consult") void got(api.DELETE("/api/v1/tickets/{id}/draft", { params: { path: { id: ticket } } })).catch(() => undefined);
  }, [put, ticket]);
  return { texts: local.texts, tab: local.tab, kept, clash, write, turn, settle, clear };
}
