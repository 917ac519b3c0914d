/** Guides and known troubles: what customers see before they ask, by state, with what it was good for. */
import "./guides.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Refusal } from "@api/client";
import { bookWords, Button, Empty, languages, may, Select, Shape, useMe, useNow, useSay, useSpeech, useWhen, Wrong, type Word } from "@ui";
import { every, Frame } from "../desk/kit";
import { Newer } from "../desk/newer";
import { wire, type Guide, type GuideState } from "../desk/wire";
import { Editor } from "./editor";

interface GuidesSearch { state?: GuideState; kind?: Guide["kind"]; id?: string }
const STATES: GuideState[] = ["published", "draft", "ended"], ALL = "*";
export const languageName = (code: string, inLanguage: string) => new Intl.DisplayNames([inLanguage === "en-XA" ? "en" : inLanguage], { type: "language" }).of(code === "zh-CN" ? "zh" : code) ?? code;
export function Page() {
  const say = useSay(), me = useMe(), go = useNavigate();
  const search = useSearch({ strict: false }) as GuidesSearch;
  const state = STATES.includes(search.state as GuideState) ? search.state! : undefined, kind = search.kind === "guide" || search.kind === "trouble" ? search.kind : undefined;
  const allowed = may(me, "guide.draft");
  const guides = useQuery({
    queryKey: ["guides", state ?? "", kind ?? ""],
    queryFn: () => every((cursor) => wire.get<{ items: Guide[]; next?: string | null }>("/api/v1/guides", { limit: 200, ...(state ? { state } : {}), ...(kind ? { kind } : {}), ...(cursor ? { cursor } : {}) })),
    enabled: allowed && !search.id,
  });
  if (!allowed) return <Frame title={say("guides.title")}><Wrong error={new Refusal(403, "forbidden", "", null, [], "")} /></Frame>;
  const to = (change: GuidesSearch) => void go({ to: "/guides", search: { ...(state ? { state } : {}), ...(kind ? { kind } : {}), ...change } as never });
  if (search.id) return <One id={search.id} onLeave={(id) => to({ id })} />;
  const write = <Button kind="go" onPress={() => to({ id: "new" })}>{say("guides.write")}</Button>;
  return (
    <Frame title={say("guides.title")} lead={say("guides.lead")} tools={write}>
      <div className="x g-bar">
        <div className="x g-states" role="group" aria-label={say("guides.state")}>
          <button type="button" className="link" aria-pressed={!state} onClick={() => to({ state: undefined })}>{say("guides.every_state")}</button>
          {STATES.map((s) => <button key={s} type="button" className="link" aria-pressed={s === state} onClick={() => to({ state: s })}>{say(`guides.${s}`)}</button>)}
        </div>
        <Select quiet label={say("guides.kind")} value={kind ?? ALL} onChange={(k) => to({ kind: k === ALL ? undefined : (k as Guide["kind"]) })} choices={[{ id: ALL, name: say("guides.every_kind") }, { id: "trouble", name: say("guides.trouble") }, { id: "guide", name: say("guides.guide") }]} />
      </div>
      <Newer of={guides}>{(all) => !all.length ? <Empty title={say(state === "draft" ? "guides.none_draft" : "guides.none")}><Button onPress={() => to({ id: "new" })}>{say("guides.first")}</Button></Empty> : <ul className="rows guides">{all.map((g) => <Line key={g.id} g={g} search={{ ...(state ? { state } : {}), ...(kind ? { kind } : {}) }} />)}</ul>}</Newer>
    </Frame>
  );
}
function Line({ g, search }: { g: Guide; search: GuidesSearch }) {
  const { say, language } = useSpeech(), when = useWhen(), now = useNow();
  const title = bookWords(g.titles as Record<string, string>, language) || say("guides.untitled"), written = languages.filter((l) => g.titles[l]);
  return (
    <li>
      <div className="g-head"><Link to="/guides" search={{ ...search, id: g.id } as never} className={g.state === "ended" ? "plain q" : "plain"}><b>{title}</b></Link>
        <span className={`tag ${g.state === "published" ? "on" : ""}`}>{say(`guides.${g.state}` as Word)}</span>{g.kind === "trouble" && <span className="tag on">{say("guides.trouble")}</span>}
        {written.length < languages.length && written.length > 0 && <span className="s txt-risk">{say("guides.only", { language: written.map((l) => languageName(l, language)).join(" ") })}</span>}</div>
      <p className="s m">{[g.product ?? say("guides.no_product"), g.state === "published" && g.since ? say("guides.since", { at: when.short(g.since, now) }) : g.state === "ended" && g.ended_at ? say("guides.ended_at", { at: when.short(g.ended_at, now) }) : g.updated_at ? say("guides.updated", { at: when.short(g.updated_at, now) }) : null].filter(Boolean).join(" · ")}</p>
      <Good g={g} />
    </li>
  );
}
/** What it was good for: opened, helped, did not. */
export function Good({ g }: { g: Guide }) {
  const { say, language } = useSpeech(), when = useWhen();
  const yes = g.helped_yes ?? 0, no = g.helped_no ?? 0, said = yes + no;
  if (g.state === "draft" && !said && !g.shown) return null;
  const share = said ? new Intl.NumberFormat(language === "en-XA" ? "en" : language, { style: "percent" }).format(yes / said) : "";
  return (
    <p className="x s g-good"><span className="q">{say("guides.shown", { n: g.shown ?? 0 })}</span>
      {said ? <><span className="g-share" aria-hidden="true"><i style={{ width: `${(yes / said) * 100}%` }} /></span><span>{say("guides.share", { share })}</span><span className="m">{say("guides.helped", { yes: when.number(yes), no: when.number(no) })}</span></> : <span className="m">{say("guides.no_answers")}</span>}</p>
  );
}
function One({ id, onLeave }: { id: string; onLeave: (id?: string) => void }) {
  const say = useSay();
  const guide = useQuery({ queryKey: ["guide", id], queryFn: () => wire.get<Guide>(`/api/v1/guides/${id}`), enabled: id !== "new", refetchOnWindowFocus: false });
  if (id !== "new" && !guide.data) return <Frame title={say("guides.title")}>{guide.isError ? <Wrong error={guide.error} again={() => void guide.refetch()} /> : <Shape rows={8} />}</Frame>;
  return <Editor key={id} guide={guide.data ?? null} onLeave={onLeave} />;
}
