/** A guide's text as customers read it: paragraphs between empty lines, lists of lines that begin with a dash. */
import { Fragment } from "react";

export function Prose({ text }: { text: string }) {
  const blocks = text.replaceAll("\r\n", "\n").split(/\n\s*\n/).map((b) => b.split("\n").filter((l) => l.trim())).filter((b) => b.length);
  return <>{blocks.map((lines, i) => <Block key={i} lines={lines} />)}</>;
}
function Block({ lines }: { lines: string[] }) {
  const runs: { list: boolean; lines: string[] }[] = [];
  for (const line of lines) {
    const list = line.startsWith("- "), last = runs.at(-1), text = list ? line.slice(2) : line;
    if (last && last.list === list) last.lines.push(text); else runs.push({ list, lines: [text] });
  }
  return <>{runs.map((r, i) => (r.list ? <ul key={i}>{r.lines.map((l, k) => <li key={k}>{l}</li>)}</ul> : <p key={i}>{r.lines.map((l, k) => <Fragment key={k}>{k > 0 && <br />}{l}</Fragment>)}</p>))}</>;
}
