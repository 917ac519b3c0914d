/** What narrows the list, and how it is shown. All of it lives in the address, so a list can be sent to a colleague. */
import { Button as AriaButton } from "react-aria-components/Button";
import { Dialog as AriaDialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { Select, term, useSpeech, type Word } from "@ui";
import type { QueueSearch } from "../../router";
import { COLUMNS, setPrefs, usePrefs } from "./prefs";

const ALL = "*";
const SEVERITIES = ["critical", "urgent", "high", "medium", "low", "business_down", "general_problem", "general_consult"];
const STAGES = ["new", "active", "waiting_customer", "waiting_vendor", "waiting_product", "resolved", "closed"];
const CHANNELS = ["web_ticket", "hotline", "im_group", "dedicated_im_group", "live_chat", "email", "api"];
type Key = "product" | "severity" | "stage" | "channel" | "language";
export const FILTERS: (Key | "broken" | "account" | "handler" | "plan" | "tier")[] = ["product", "severity", "stage", "channel", "language", "account", "handler", "plan", "tier", "broken"];

export function Filters({ search, set, products, languages }: { search: QueueSearch; set: (change: Partial<QueueSearch>) => void; products: string[]; languages: string[] }) {
  const { say, language } = useSpeech();
  const one = (key: Key, all: Word, label: Word, ids: string[], name: (id: string) => string, quiet = true) => {
    const value = search[key];
    const choices = [{ id: ALL, name: say(all) }, ...[...new Set([...ids, ...(value !== undefined ? [value] : [])])].map((id) => ({ id, name: value === id && id.includes(",") ? id.split(",").map(name).join(" · ") : name(id) }))];
    return <Select quiet={quiet} label={say(label)} choices={choices} value={value ?? ALL} onChange={(id) => set({ [key]: id === ALL ? undefined : id })} />;
  };
  const tongue = (id: string) => new Intl.DisplayNames([language === "en-XA" ? "en" : language], { type: "language" }).of(id) ?? id;
  const more = [search.stage, search.channel, search.language, search.broken].filter((v) => v !== undefined).length;
  const any = FILTERS.some((f) => search[f] !== undefined);
  return (
    <div className="q-filters">
      <span className="wide">{one("product", "queue.every_product", "queue.product", products, (p) => p || say("figures.no_product"))}</span>
      <span className="wide">{one("severity", "queue.every_severity", "queue.severity", SEVERITIES, (s) => term(say, "severity", s))}</span>
      <DialogTrigger>
        <AriaButton className={`btn bare ${more ? "on" : ""}`}>{more ? say("queue.filters_on", { count: more }) : say("queue.filters")}<span aria-hidden="true" className="down" /></AriaButton>
        <Popover className="pop" offset={4} placement="bottom start">
          <AriaDialog className="q-pop" aria-label={say("queue.filters")}>
            <div className="slim q-pop-in">
              {one("product", "queue.every_product", "queue.product", products, (p) => p || say("figures.no_product"), false)}
              {one("severity", "queue.every_severity", "queue.severity", SEVERITIES, (s) => term(say, "severity", s), false)}
            </div>
            {one("stage", "queue.every_stage", "queue.stage", STAGES, (s) => term(say, "stage", s), false)}
            {one("channel", "queue.every_channel", "queue.channel", CHANNELS, (c) => term(say, "channel", c), false)}
            {one("language", "queue.every_language", "queue.language", languages, tongue, false)}
            <div className="slim"><Sort search={search} set={set} name="q-sort-slim" /></div>
            <label className="q-check"><input type="checkbox" checked={!!search.broken} onChange={(e) => set({ broken: e.target.checked || undefined })} />{say("queue.only_broken")}</label>
          </AriaDialog>
        </Popover>
      </DialogTrigger>
      <DialogTrigger>
        <AriaButton className="btn bare wide">{say("queue.display")}<span aria-hidden="true" className="down" /></AriaButton>
        <Popover className="pop" offset={4} placement="bottom start"><Display search={search} set={set} /></Popover>
      </DialogTrigger>
      {any && <button type="button" className="link s" onClick={() => set(Object.fromEntries(FILTERS.map((f) => [f, undefined])))}>{say("queue.clear")}</button>}
    </div>
  );
}
function Display({ search, set }: { search: QueueSearch; set: (change: Partial<QueueSearch>) => void }) {
  const { say } = useSpeech();
  const prefs = usePrefs();
  return (
    <AriaDialog className="q-pop" aria-label={say("queue.display")}>
      <Sort search={search} set={set} name="q-sort" />
      <fieldset className="wide"><legend>{say("queue.columns")}</legend>
        {COLUMNS.map((c) => (
          <label key={c} className="q-check"><input type="checkbox" checked={prefs.columns.includes(c)} onChange={(e) => setPrefs({ columns: COLUMNS.filter((x) => (x === c ? e.target.checked : prefs.columns.includes(x))) })} />{say(`queue.${c}`)}</label>
        ))}
      </fieldset>
      <fieldset><legend>{say("queue.density")}</legend>
        {(["comfortable", "compact"] as const).map((d) => <label key={d} className="q-check"><input type="radio" name="q-density" checked={prefs.density === d} onChange={() => setPrefs({ density: d })} />{say(`queue.${d}`)}</label>)}
      </fieldset>
    </AriaDialog>
  );
}
function Sort({ search, set, name }: { search: QueueSearch; set: (change: Partial<QueueSearch>) => void; name: string }) {
  const { say } = useSpeech();
  return (
    <fieldset><legend>{say("queue.sort")}</legend>
      <label className="q-check"><input type="radio" name={name} checked={search.sort !== "updated"} onChange={() => set({ sort: undefined })} />{say("queue.sort_due")}</label>
      <label className="q-check"><input type="radio" name={name} checked={search.sort === "updated"} onChange={() => set({ sort: "updated" })} />{say("queue.sort_updated")}</label>
    </fieldset>
  );
}
