/** What can be done wherever one is: go to a room or a view, set the look, leave. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { viewsQuery } from "@api/queries";
import { api, got } from "@api/client";
import { applyTheme, keep, languages, signOut, useSpeech, useTell, type Theme, type Word } from "@ui";
import { setPrefs, usePrefs } from "../queue/prefs";
import { countsQuery, standingOf } from "../queue/standing";
import { showLayer, useCommands, type Command } from "./registry";

const VIEW_KEYS: Record<string, string> = { mine: "g m", group: "g g", due_soon: "g s", waiting: "g v", snoozed: "g z", first_ask: "g 1", unassigned: "g u", all: "g a" };
export interface Room { to: string; word: Word; keys?: string }
export function Everywhere({ rooms }: { rooms: Room[] }) {
  const { say, language, setLanguage } = useSpeech();
  const go = useNavigate(), tell = useTell(), views = useQuery(viewsQuery), counts = useQuery(countsQuery), prefs = usePrefs();
  const to = (path: string, search: Record<string, unknown> = {}) => () => void go({ to: path, search } as never);
  const inViews = say("command.views"), inRooms = say("command.rooms"), inLook = say("command.look");
  const theme = (t: Theme) => () => { keep("theme", t); applyTheme(t); };
  const commands: Command[] = [
    ...standingOf(counts.data).map((v) => ({ id: `view.${v.key}`, title: say(v.title), section: inViews, ...(VIEW_KEYS[v.key] ? { keys: VIEW_KEYS[v.key]! } : {}), run: to("/", { view: v.key }) })),
    ...(views.data?.items ?? []).map((v) => ({ id: `view.${v.id}`, title: v.name, section: inViews, run: to("/", { view: v.id }) })),
    ...rooms.map((r) => ({ id: `room${r.to}`, title: say(r.word), section: inRooms, ...(r.keys ? { keys: r.keys } : {}), run: to(r.to) })),
    { id: "room/search", title: say("command.search_page"), section: inRooms, keys: "/", run: to("/search") },
    { id: "room/me", title: say("command.me"), section: inRooms, keys: "g i", run: to("/me") },
    { id: "look.system", title: say("command.theme_system"), section: inLook, run: theme("system") },
    { id: "look.light", title: say("command.theme_light"), section: inLook, run: theme("light") },
    { id: "look.dark", title: say("command.theme_dark"), section: inLook, run: theme("dark") },
    { id: "look.density", title: say(prefs.density === "compact" ? "command.comfortable" : "command.compact"), section: inLook, run: () => setPrefs({ density: prefs.density === "compact" ? "comfortable" : "compact" }) },
    ...languages.filter((l) => l !== language).map((l) => ({
      id: `language.${l}`, title: say("command.language", { name: new Intl.DisplayNames([l], { type: "language" }).of(l === "zh-CN" ? "zh-Hans" : l)! }), section: inLook,
      run: () => { setLanguage(l); void got(api.PATCH("/api/v1/me", { body: { language: l } } as never)).catch((e: Error) => tell(e.message)); },
    })),
    { id: "help", title: say("command.help"), section: inLook, keys: "?", run: () => showLayer("help") },
    { id: "bar", title: say("command.open_bar"), section: inLook, keys: "mod k", hidden: true, run: () => showLayer("bar") },
    { id: "sign_out", title: say("command.sign_out"), section: inLook, run: () => void signOut() },
  ];
  useCommands(commands);
  return null;
}
