/** One event of the stream: lines until an empty one. */
export function parseEvent(block: string): { id?: string; data?: string } {
  const out: { id?: string; data?: string } = {};
  for (const line of block.split("\n")) {
    if (line.startsWith("id:")) out.id = line.slice(3).trim();
    else if (line.startsWith("data:")) out.data = `${out.data === undefined ? "" : `${out.data}\n`}${line.slice(5).replace(/^ /, "")}`;
  }
  return out;
}
