import { languages } from "./i18n";

/** Languages by their own names. */
export function LanguageChoice({ language, setLanguage }: { language: string; setLanguage: (l: string) => void }) {
  return (
    <p className="x s">
      {languages.map((l) => (
        <button key={l} type="button" lang={l} className="link" aria-pressed={l === language} onClick={() => setLanguage(l)}>
          {new Intl.DisplayNames([l], { type: "language", languageDisplay: "standard" }).of(l === "zh-CN" ? "zh-Hans" : l)}
        </button>
      ))}
    </p>
  );
}
