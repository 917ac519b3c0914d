/** What was just done, in words, with its undo for ten seconds. Never the only place an error is told. */
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";
import { useSay } from "./i18n";

interface Told { id: number; text: string; undo?: () => void }
type Tell = (text: string, undo?: () => void) => void;
const Context = createContext<Tell>(() => {});
const SECONDS = 10;

export function Toasts({ children }: { children: ReactNode }) {
  const say = useSay();
  const [all, setAll] = useState<Told[]>([]);
  const count = useRef(0);
  const drop = useCallback((id: number) => setAll((all) => all.filter((t) => t.id !== id)), []);
  const tell = useCallback<Tell>((text, undo) => {
    const id = ++count.current;
    setAll((all) => [...all.slice(-2), { id, text, ...(undo ? { undo } : {}) }]);
    setTimeout(() => drop(id), SECONDS * 1000);
  }, [drop]);
  return (
    <Context value={tell}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {all.map((t) => (
          <div key={t.id} className="toast x"><span className="grow">{t.text}</span>{t.undo && <button type="button" className="btn bare" onClick={() => { t.undo!(); drop(t.id); }}>{say("form.undo")}</button>}</div>
        ))}
      </div>
    </Context>
  );
}
export const useTell = () => useContext(Context);
