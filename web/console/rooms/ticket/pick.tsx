/** A case by its number or by words of it; before anything is typed, those most likely meant. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";
import { api, got } from "@api";
import { term, useSpeech } from "@ui";
import { lastCasesQuery, myCasesQuery } from "./queries";

export interface Found { id: string; number: string; subject: string; more?: string }
const PAUSE_MS = 180, HITS = 8;

export function CasePick({ label, value, onChange, account, without, error, autoFocus }: { label: string; value: Found | null; onChange: (c: Found | null) => void; account?: string; without: readonly string[]; error?: string | null; autoFocus?: boolean }) {
  const { say } = useSpeech();
  const [text, setText] = useState("");
  const chosen = value ? `${value.number} ${value.subject}` : null, asked = useSettled(text === chosen ? "" : text.trim());
  const last = useQuery(account ? lastCasesQuery(account) : myCasesQuery);
  const hits = useQuery({
    queryKey: ["search", "case", asked], enabled: asked.length > 1, placeholderData: keepPreviousData, retry: false,
    queryFn: ({ signal }) => got(api.GET("/api/v1/search", { params: { query: { q: asked.slice(0, 200), kind: "ticket", limit: HITS } }, signal })),
  });
  const found: Found[] = asked.length > 1
    ? (hits.data?.items ?? []).filter((h) => h.ticket).map((h) => ({ id: h.ticket!, number: h.number ?? "", subject: h.title }))
    : (last.data?.items ?? []).map((c) => ({ id: c.id, number: c.number, subject: c.subject, more: term(say, "stage", c.stage) }));
  const items = found.filter((c) => !without.includes(c.id));
  return (
    <ComboBox className="item" items={items} inputValue={text} onInputChange={(t) => { setText(t); if (value && t !== chosen) onChange(null); }} value={value?.id ?? null} isInvalid={!!error} menuTrigger="focus" allowsEmptyCollection
      onChange={(k) => { const c = items.find((c) => c.id === k); if (c) { onChange(c); setText(`${c.number} ${c.subject}`); } }}>
      <Label>{label}</Label>
      <Input className="field" placeholder={say("ticket.find_case")} {...(autoFocus ? { autoFocus } : {})} />
      {error && <Text slot="errorMessage" className="s txt-late">{error}</Text>}
      <Popover className="pop" offset={4}>
        <ListBox className="menu" renderEmptyState={() => <p className="m menu-item">{hits.isFetching ? say("ticket.looking") : say("ticket.no_case_found")}</p>}>
          {(c: Found) => <ListBoxItem id={c.id} textValue={`${c.number} ${c.subject}`} className="menu-item"><span>{c.subject}</span><span className="s m">{[c.number, c.more].filter(Boolean).join(" · ")}</span></ListBoxItem>}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
function useSettled(text: string): string {
  const [settled, set] = useState(text);
  useEffect(() => { const t = setTimeout(() => set(text), PAUSE_MS); return () => clearTimeout(t); }, [text]);
  return settled;
}
