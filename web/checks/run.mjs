// What a compiler does not see: words missing in a language, words nobody uses, text written into a page instead of the catalogue.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { languages, messages } from "../catalogue.mjs";

const here = join(import.meta.dirname, "..");
const faults = [];
const files = (dir) => readdirSync(dir).flatMap((f) => (statSync(join(dir, f)).isDirectory() ? files(join(dir, f)) : /\.tsx?$/.test(f) && !/\.test\.tsx?$/.test(f) ? [join(dir, f)] : []));
const sources = ["ui", "api", "console", "portal"].flatMap((d) => files(join(here, d)));

// 1. Every language has every word, with the same holes.
const holes = (text) => [...text.matchAll(/\{\s*(\w+)/g)].map((m) => m[1]).filter((h) => !/^(one|other|few|many|zero|two)$/.test(h)).sort().filter((h, i, all) => all.indexOf(h) === i).join(",");
for (const workspace of ["console", "portal"]) {
  const en = messages("en", workspace);
  for (const language of languages()) {
    const own = messages(language, workspace);
    for (const key of Object.keys(en)) {
      if (own[key] === undefined) faults.push(`i18n/${language}: ${key} is missing`);
      else if (!own[key].trim()) faults.push(`i18n/${language}: ${key} is empty`);
      else if (holes(own[key]) !== holes(en[key])) faults.push(`i18n/${language}: ${key} has the holes {${holes(own[key])}}, English {${holes(en[key])}}`);
    }
    for (const key of Object.keys(own)) if (en[key] === undefined) faults.push(`i18n/${language}: ${key} is in no English page`);
    if (language.startsWith("zh")) for (const [key, text] of Object.entries(own)) if (/[一-鿿][,;:?!]|[一-鿿]\.(\s|$)/.test(text)) faults.push(`i18n/${language}: ${key} has half-width punctuation`);
  }
}
// 2. Nobody keeps words that no page says (families of codes are said by prefix).
const all = sources.map((f) => readFileSync(f, "utf8")).join("\n");
const families = [...all.matchAll(/`([a-z_]+\.(?:[a-z_]+_)?)\$\{/g)].map((m) => m[1]);
for (const key of new Set(["console", "portal"].flatMap((w) => Object.keys(messages("en", w))))) {
  if (!all.includes(`"${key}"`) && !families.some((f) => key.startsWith(f)) && !/^(stage|channel|role|severity)\./.test(key)) faults.push(`i18n: nobody says ${key}`);
}
// Every deed of the policy has a name where scopes of tokens are chosen.
for (const line of readFileSync(join(here, "../crates/domain/src/people/policy.txt"), "utf8").split("\n").slice(1)) {
  const deed = line.split(" ")[0];
  if (deed && !messages("en", "console")[`me.deed_${deed.replaceAll(".", "_")}`]) faults.push(`i18n: me.deed_${deed.replaceAll(".", "_")} is missing`);
}
// 3. No words in the code: text between tags and in the attributes people read.
const READ = new Set(["title", "placeholder", "alt", "label", "aria-label", "aria-description", "help", "name"]);
const wordy = (text) => /\p{L}{2,}/u.test(text);
for (const file of sources.filter((f) => f.endsWith(".tsx"))) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const tell = (node, text) => faults.push(`${relative(here, file)}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: “${text.trim()}” is written into the page`);
  const walk = (node) => {
    if (ts.isJsxText(node) && wordy(node.text)) tell(node, node.text);
    if (ts.isJsxAttribute(node) && READ.has(node.name.getText()) && node.initializer && ts.isStringLiteral(node.initializer) && wordy(node.initializer.text) && !(node.name.getText() === "name" && /^[a-z-]+$/.test(node.initializer.text))) tell(node, node.initializer.text);
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteral(node.expression) && wordy(node.expression.text) && ts.isJsxElement(node.parent)) tell(node, node.expression.text);
    ts.forEachChild(node, walk);
  };
  walk(source);
}
// 4. Whatever the house may write on a case is told in its thread, in words, or stands elsewhere by intent.
const house = files(join(here, "console/rooms/ticket")).filter((f) => f.endsWith("weave.ts")).map((f) => readFileSync(f, "utf8")).join("\n");
const set = (name) => new Set([...(house.match(new RegExp(`export const ${name} = new Set\\(\\[([^\\]]*)\\]`))?.[1] ?? "").matchAll(/"([a-z_.]+)"/g)].map((m) => m[1]));
const told = set("TOLD"), untold = set("UNTOLD"), crates = join(here, "../crates");
const rust = (dir) => readdirSync(dir).flatMap((f) => (statSync(join(dir, f)).isDirectory() ? rust(join(dir, f)) : f.endsWith(".rs") && !/tests?\.rs$/.test(f) ? [join(dir, f)] : []));
const written = new Set([...readFileSync(join(crates, "domain/src/ticket/facts.rs"), "utf8").matchAll(/=> "(ticket\.[a-z_]+)"/g)].map((m) => m[1]));
for (const file of rust(join(crates, "desk/src"))) for (const m of readFileSync(file, "utf8").matchAll(/(?:note\([^"\n]*|key: |=> \()"(ticket\.[a-z_]+)"/g)) written.add(m[1]);
const words = messages("en", "console");
// Told under a name of their own: a pause by its length, a part by its direction.
const OWN_WORD = { "ticket.wait_began": ["waits", "waited"], "ticket.split": ["split_into", "split_from"] };
for (const key of written) {
  if (told.has(key) === untold.has(key)) faults.push(`weave.ts: ${key} ${told.has(key) ? "is both told and not" : "is neither told in the thread nor left out by intent"}`);
}
for (const key of told) for (const word of OWN_WORD[key] ?? [key.replace(".", "_")]) if (!words[`ticket.sys_${word}`]) faults.push(`i18n: the thread has no words for ${key} (ticket.sys_${word})`);
if (written.size < 40) faults.push(`only ${written.size} things a case may tell were found in the crates`);
// The gallery's language button names languages in themselves.
const left = faults.filter((f) => !f.includes("languages by their own names"));
for (const fault of left) console.error(fault);
console.log(`words and pages: ${left.length ? `${left.length} faults` : "in order"} (${sources.length} files, ${languages().join(", ")})`);
process.exit(left.length ? 1 : 0);
