/** Where people keep what saves them typing: reply templates, macros, check lists; their own, and what colleagues share. */
import "./tools.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button, Empty, may, Shape, useMe, useSay, useSpeech, useTell, Wrong, type Word } from "@ui";
import { useCommands } from "../command/registry";
import { Frame } from "../desk/kit";
import { reasonOf } from "../ticket/files";
import { actWord } from "../ticket/names";
import { staffQuery } from "../ticket/queries";
import { ListEditor, MacroEditor, TemplateEditor } from "./editors";
import { dropTool, keepTool, shelfQuery, textFor, type Checklist, type Macro, type Shelf, type Template, type Tool } from "./tools";

const SHELVES: { id: Shelf; word: Word; add: Word; none: Word; lead: Word }[] = [
  { id: "templates", word: "tools.templates", add: "tools.new_template", none: "tools.no_templates", lead: "tools.lead_templates" },
  { id: "macros", word: "tools.macros", add: "tools.new_macro", none: "tools.no_macros", lead: "tools.lead_macros" },
  { id: "checklists", word: "tools.checklists", add: "tools.new_checklist", none: "tools.no_checklists", lead: "tools.lead_checklists" },
];
export interface ToolsSearch { shelf?: Shelf; id?: string }
/** The id a tool has while it is being written. */
export const NEW = "new";

export function Page() {
  const say = useSay(), me = useMe(), go = useNavigate(), search = useSearch({ strict: false }) as ToolsSearch;
  const shelf = SHELVES.find((s) => s.id === search.shelf) ?? SHELVES[0]!, all = useQuery(shelfQuery(shelf.id));
  const to = (next: ToolsSearch, replace = false) => void go({ to: "/tools", search: next, replace });
  const list = (all.data ?? []) as Tool[], chosen = list.find((t) => t.id === search.id), writing = search.id === NEW;
  const add = () => to({ shelf: shelf.id, id: NEW });
  useCommands([
    { id: "tools.add", title: say(shelf.add), keys: "c", run: add },
    ...SHELVES.filter((s) => s !== shelf).map((s) => ({ id: `tools.${s.id}`, title: say(s.word), run: () => to({ shelf: s.id }) })),
  ]);
  const able = may(me, "tool.own");
  return (
    <Frame title={say("tools.title")} tools={able && all.data && <Button kind="go" onPress={add}>{say(shelf.add)}</Button>}>
      <nav className="tabs-bar" aria-label={say("tools.title")}>{SHELVES.map((s) => <Link key={s.id} to="/tools" search={{ shelf: s.id }} className="tab plain" {...(s === shelf ? { "data-selected": true, "aria-current": "page" as const } : {})}>{say(s.word)}</Link>)}</nav>
      {all.isPending ? <Shape rows={6} tall /> : all.isError ? <Wrong error={all.error} again={() => void all.refetch()} /> : !all.data ? <Empty title={say("tools.not_here")}><Link to="/" search={{}} className="btn">{say("tools.to_queue")}</Link></Empty> : (
        <div className={`shelf ${chosen || writing ? "chosen" : ""}`}>
          <div className="shelf-list">
            <p className="q lead">{say(shelf.lead)}</p>
            {!list.length && !writing && <Empty title={say(shelf.none)}><Button onPress={add}>{say(shelf.add)}</Button></Empty>}
            <Group title={say("tools.mine")} items={list.filter((t) => t.owner === me.id)} shelf={shelf.id} here={search.id} />
            <Group title={say("tools.of_others")} items={list.filter((t) => t.owner !== me.id)} shelf={shelf.id} here={search.id} />
          </div>
          <div className="shelf-one">
            {chosen || writing ? <>
              <Link to="/tools" search={{ shelf: shelf.id }} className="slim back">‹ {say(shelf.word)}</Link>
              <One key={search.id} tool={chosen ?? null} shelf={shelf.id} to={to} />
            </> : search.id ? <Empty title={say("tools.gone")} /> : list.length > 0 && <p className="m wide shelf-hint">{say("tools.choose")}</p>}
          </div>
        </div>
      )}
    </Frame>
  );
}
function Group({ title, items, shelf, here }: { title: string; items: Tool[]; shelf: Shelf; here: string | undefined }) {
  const say = useSay(), me = useMe(), staff = useQuery(staffQuery).data;
  if (!items.length) return null;
  return (
    <section>
      <h2 className="s m">{title}</h2>
      <ul className="shelf-items">
        {[...items].sort((a, b) => a.name.localeCompare(b.name)).map((t) => (
          <li key={t.id}>
            <Link to="/tools" search={{ shelf, id: t.id }} className="plain" aria-current={t.id === here ? "true" : undefined}>
              <span className="shelf-name"><span className="cut-text">{t.name}</span><span className="s m nw">{t.owner === me.id ? (t.shared ? say("tools.is_shared") : "") : (staff?.find((p) => p.id === t.owner)?.name ?? "")}</span></span>
              <span className="s m cut-text"><About tool={t} /></span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
function About({ tool }: { tool: Tool }) {
  const { say, language } = useSpeech();
  if ("texts" in tool) return textFor((tool as Template).texts, language).body.replace(/\s+/g, " ").slice(0, 100);
  if ("steps" in tool) return (tool as Macro).steps.map((s) => actWord(say, s.act)).join(" · ");
  return (tool as Checklist).items.join(" · ").slice(0, 100);
}
/** One of them: one's own to change, a colleague's to look at and to copy. */
function One({ tool, shelf, to }: { tool: Tool | null; shelf: Shelf; to: (next: ToolsSearch, replace?: boolean) => void }) {
  const say = useSay(), me = useMe(), tell = useTell(), client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const own = !tool || tool.owner === me.id, fresh = () => client.invalidateQueries({ queryKey: ["tools", shelf] }), wrong = (e: unknown) => tell(reasonOf(e));
  const content = (t: Tool) => ("texts" in t ? { texts: t.texts } : "steps" in t ? { steps: t.steps } : { items: t.items });
  const saved = async (t: Tool) => { await fresh(); tell(say(tool ? "tools.kept" : "tools.added", { name: t.name })); to({ shelf, id: t.id }, true); };
  const drop = async () => {
    if (!tool || busy) return;
    setBusy(true);
    try {
      await dropTool(shelf, tool.id);
      to({ shelf }, true);
      await fresh();
      tell(say("tools.dropped", { name: tool.name }), () => void keepTool(shelf, { name: tool.name, shared: tool.shared, ...content(tool) }, null).then(async (t) => { await fresh(); to({ shelf, id: t.id }, true); }, wrong));
    } catch (e) { wrong(e); } finally { setBusy(false); }
  };
  const copy = () => { if (tool) void keepTool(shelf, { name: say("tools.copy_of", { name: tool.name }).slice(0, 100), shared: false, ...content(tool) }, null).then(async (t) => { await fresh(); tell(say("tools.copied")); to({ shelf, id: t.id }); }, wrong); };
  const acts = tool && <>{own && <Button kind="bare" why={busy ? say("tools.busy") : null} onPress={() => void drop()}>{say("tools.drop")}</Button>}<Button kind="bare" onPress={copy}>{say("tools.copy")}</Button></>;
  const rest = { own, acts, onSaved: saved };
  return shelf === "templates" ? <TemplateEditor tool={tool as Template | null} {...rest} /> : shelf === "macros" ? <MacroEditor tool={tool as Macro | null} {...rest} /> : <ListEditor tool={tool as Checklist | null} {...rest} />;
}
