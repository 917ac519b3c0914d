/** Words for codes of the house. A code nobody has words for is shown as it is, readable. */
import type { Say, Word } from "./i18n";

type Family = "stage" | "channel" | "role" | "severity";
export function term(say: Say, family: Family, code: string): string {
  const word = `${family}.${code}`;
  const said = say(word as Word);
  return said === word ? code.replaceAll("_", " ") : said;
}
/** The words of a book in the reader's language, or whatever language it has. */
export function bookWords(words: Record<string, string> | undefined, language: string): string {
  if (!words) return "";
  return words[language] ?? words[language.split("-")[0]!] ?? words.en ?? Object.values(words)[0] ?? "";
}
