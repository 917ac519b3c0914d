import { Button as SelectButton } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { Select as AriaSelect, SelectValue } from "react-aria-components/Select";
import { Text } from "react-aria-components/Text";
import type { FieldBase } from "./fields";
import { useSay } from "./i18n";

export interface Choice { id: string; name: string; more?: string; why?: string | null }
export function Select({ label, choices, value, onChange, help, error, optional, quiet }: FieldBase & { choices: Choice[]; value: string | null; onChange: (id: string) => void; quiet?: boolean }) {
  const say = useSay();
  return (
    <AriaSelect className={quiet ? "item quiet" : "item"} selectedKey={value} onSelectionChange={(k) => onChange(String(k))} isInvalid={!!error} placeholder={say("form.choose")}>
      <Label className={quiet ? "unseen" : "react-aria-Label"}>{label}{optional && <span className="m"> {say("form.optional")}</span>}</Label>
      <SelectButton className={quiet ? "btn bare" : "field pick"}><SelectValue /><span aria-hidden="true" className="down" /></SelectButton>
      {help && <Text slot="description" className="s m">{help}</Text>}
      {error && <FieldError className="s txt-late">{error}</FieldError>}
      <Popover className="pop" offset={4}>
        <ListBox className="menu" items={choices}>
          {(c: Choice) => <ListBoxItem id={c.id} textValue={c.name} className="menu-item"><span>{c.name}</span>{c.more && <span className="s m">{c.more}</span>}</ListBoxItem>}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
