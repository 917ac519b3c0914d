/** The states every page has: shape of what comes, nothing yet, gone wrong, not yours, offline. Each says the next step. */
import { Component, useEffect, useState, type ReactNode } from "react";
import { Refusal } from "@api/client";
import { useLive } from "@api/events";
import { useSay } from "./i18n";

/** The shape of what comes; shown only when it takes longer than a blink. */
export function Shape({ rows = 6, tall = false }: { rows?: number; tall?: boolean }) {
  const say = useSay();
  const [seen, setSeen] = useState(false);
  useEffect(() => { const t = setTimeout(() => setSeen(true), 300); return () => clearTimeout(t); }, []);
  return (
    <div role="status" aria-label={say("state.loading")} className={`shape ${seen ? "" : "unseen-yet"}`}>
      {Array.from({ length: rows }, (_, i) => <i key={i} className={`w${(i * 7) % 5}${tall ? " tall" : ""}`} />)}
    </div>
  );
}
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return <div className="empty"><p>{title}</p>{children && <div className="x">{children}</div>}</div>;
}
/** What went wrong, what is safe, what to do. */
export function Wrong({ error, again }: { error: unknown; again?: () => void }) {
  const say = useSay();
  const refusal = error instanceof Refusal ? error : null;
  const title = refusal?.offline ? say("state.offline_title") : refusal?.status === 404 ? say("state.not_found_title") : refusal?.status === 403 ? say("state.forbidden_title") : (refusal?.title ?? say("state.wrong_title"));
  const detail = refusal?.offline ? say("state.offline_detail") : refusal?.status === 404 ? say("state.not_found_detail") : refusal?.status === 403 ? say("state.forbidden_detail") : (refusal?.detail ?? say("state.wrong_detail"));
  return (
    <div className="empty" role="alert">
      <p><b>{title}</b></p>
      <p className="q">{detail}</p>
      {refusal?.requestId && refusal.status >= 500 && <p className="s m">{say("state.request", { id: refusal.requestId })}</p>}
      {again && <div className="x"><button type="button" className="btn" onClick={again}>{say("state.again")}</button></div>}
    </div>
  );
}
/** A thin bar while the line is down. Shown after three seconds: a hiccup is nobody's business. */
export function OfflineBar() {
  const say = useSay(), live = useLive();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (live) { setShown(false); return; }
    const t = setTimeout(() => setShown(true), 3000);
    return () => clearTimeout(t);
  }, [live]);
  return <div className="offline" role="status" hidden={!shown}>{shown && say("state.offline_bar")}</div>;
}
/** Catches what a room throws, so that the rest of the page stays. */
export class Boundary extends Component<{ children: ReactNode; reset?: unknown }, { error: unknown }> {
  state = { error: null as unknown };
  static getDerivedStateFromError(error: unknown) { return { error }; }
  componentDidUpdate(before: { reset?: unknown }) { if (before.reset !== this.props.reset && this.state.error) this.setState({ error: null }); }
  render() { return this.state.error ? <Wrong error={this.state.error} again={() => this.setState({ error: null })} /> : this.props.children; }
}
