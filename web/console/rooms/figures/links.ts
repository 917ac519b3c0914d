/** Where a number leads: the query the house gives for its line, as an address of the list. */
import type { QueueSearch } from "../../router";
import type { Fate } from "./sums";

const OPEN = "new,active,waiting_customer,waiting_vendor,waiting_product";
export function casesOf(filter: string, fate?: Fate): QueueSearch {
  const q = Object.fromEntries(new URLSearchParams(filter));
  const line: QueueSearch = { view: q.unassigned === "true" ? "unassigned" : "all" };
  for (const name of ["product", "severity", "stage", "channel", "language", "account", "handler", "plan"] as const) if (q[name] !== undefined) line[name] = q[name];
  if (q.tier) line.tier = Number(q.tier);
  if (fate === "broken") line.broken = true;
  if (fate === "at_risk" || fate === "running") line.stage = OPEN;
  return line;
}
