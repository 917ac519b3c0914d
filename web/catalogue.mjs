// The words of the pages: `i18n/<language>/web/<workspace>/<room>.json`, flat, ICU MessageFormat. The key of a message is `<room>.<name>`.
import { readFileSync, readdirSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";

export const root = join(import.meta.dirname, "..", "i18n");
export const languages = () => readdirSync(root).filter((name) => existsSync(join(root, name, "web")));

/** Every message of one language for one workspace (`common` included): key → text. */
export function messages(language, workspace) {
  const all = {};
  for (const folder of ["common", workspace]) {
    const path = join(root, language, "web", folder);
    if (!existsSync(path)) continue;
    for (const file of readdirSync(path).filter((f) => f.endsWith(".json")).sort()) {
      const room = file.slice(0, -5);
      const page = JSON.parse(readFileSync(join(path, file), "utf8"));
      for (const [name, text] of Object.entries(page)) {
        if (all[`${room}.${name}`] !== undefined) throw new Error(`${path}/${file}: ${room}.${name} exists already`);
        all[`${room}.${name}`] = text;
      }
    }
  }
  return all;
}

/** Longer by a third and visibly foreign, so that a page that breaks with long words, or a word nobody translates, is seen. */
export function pseudo(text) {
  let depth = 0;
  const marks = { a: "á", e: "é", i: "í", o: "ó", u: "ú", A: "Á", E: "É", I: "Í", O: "Ó", U: "Ú", n: "ñ", c: "ç" };
  const body = [...text].map((c) => (c === "{" ? (depth++, c) : c === "}" ? (depth--, c) : depth ? c : (marks[c] ?? c))).join("");
  return `[${body}${"·".repeat(Math.ceil(text.length / 3))}]`;
}
const compile = (page, change = (t) => t) => Object.fromEntries(Object.entries(page).map(([key, text]) => [key, compileMessage(change(text))]));

/** Vite plugin: `virtual:words` gives one lazy chunk a language; pages reload when a word changes. */
export function words(workspace) {
  const of = (id) => {
    const language = id.slice("\0words/".length);
    return language === "en-XA" ? compile(messages("en", workspace), pseudo) : compile(messages(language, workspace));
  };
  return {
    name: "words",
    buildStart() {
      for (const language of languages()) for (const folder of ["common", workspace]) {
        const path = join(root, language, "web", folder);
        if (existsSync(path)) for (const file of readdirSync(path)) this.addWatchFile(join(path, file));
      }
      types();
    },
    resolveId: (id) => (id === "virtual:words" ? "\0virtual:words" : id.startsWith("words/") ? `\0${id}` : null),
    load(id) {
      if (id === "\0virtual:words") {
        const rows = [...languages(), "en-XA"].map((l) => `${JSON.stringify(l)}: () => import("words/${l}")`);
        return `export const loaders = { ${rows.join(", ")} };`;
      }
      if (id.startsWith("\0words/")) return `export default ${JSON.stringify(of(id))};`;
      return null;
    },
    handleHotUpdate({ file, server }) {
      if (!file.startsWith(root)) return;
      types();
      for (const m of server.moduleGraph.idToModuleMap.values()) if (m.id?.startsWith("\0words/")) server.moduleGraph.invalidateModule(m);
      server.ws.send({ type: "full-reload" });
    },
  };
}
/** The keys as a type: a word that nobody wrote does not compile. */
export function types() {
  const keys = new Set([...Object.keys(messages("en", "console")), ...Object.keys(messages("en", "portal"))]);
  mkdirSync(join(import.meta.dirname, "generated"), { recursive: true });
  writeFileSync(join(import.meta.dirname, "generated", "words.ts"), `export type Word =\n${[...keys].sort().map((k) => `  | ${JSON.stringify(k)}`).join("\n")};\n`);
}
