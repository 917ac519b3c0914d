/** React Aria's controls in our dress. Only what both workspaces use; a room's own things stay in the room. */
import type { ComponentProps, ReactNode } from "react";
import { Button as AriaButton, type ButtonProps } from "react-aria-components/Button";
import { Dialog as AriaDialog, DialogTrigger, Heading } from "react-aria-components";
import { Modal, ModalOverlay } from "react-aria-components";
import { FieldError, Input, Label, Text, TextArea, TextField } from "react-aria-components";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Button as SelectButton, ListBox, ListBoxItem, Select as AriaSelect, SelectValue } from "react-aria-components";
import { Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components";
import { useSay } from "./i18n";

type Kind = "go" | "bare" | "plain" | "late";
export interface ActProps extends Omit<ButtonProps, "className"> { kind?: Kind; /** Why it cannot be done now: shown, and the button does nothing. */ why?: string | null; keys?: string; className?: string }
/** A button. One that cannot be used stays reachable and says why. */
export function Button({ kind = "plain", why, keys, className = "", children, onPress, ...rest }: ActProps) {
  const button = (
    <AriaButton {...rest} {...(onPress && !why ? { onPress } : {})} aria-disabled={why ? true : undefined} className={`btn ${kind === "plain" ? "" : kind} ${why ? "cannot" : ""} ${className}`}>
      {children}
    </AriaButton>
  );
  return why || keys ? <Hint text={why ?? keys!}>{button}</Hint> : button;
}
/** A word that appears beside a control on hover and focus. */
export function Hint({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <AriaTooltip className="hint" offset={6}>{text}</AriaTooltip>
    </TooltipTrigger>
  );
}
interface FieldBase { label: string; help?: ReactNode; error?: string | null; optional?: boolean }
export function TextLine({ label, help, error, optional, hidden, ...rest }: FieldBase & { hidden?: boolean } & Omit<ComponentProps<typeof TextField>, "className" | "children">) {
  const say = useSay();
  return (
    <TextField {...rest} isInvalid={!!error} className="item">
      <Label className={hidden ? "unseen" : ""}>{label}{optional && <span className="m"> {say("form.optional")}</span>}</Label>
      <Input className="field" />
      {help && <Text slot="description" className="s m">{help}</Text>}
      {error && <FieldError className="s txt-late">{error}</FieldError>}
    </TextField>
  );
}
export function TextArea_({ label, help, error, optional, rows = 4, inputProps, ...rest }: FieldBase & { rows?: number; inputProps?: ComponentProps<typeof TextArea> } & Omit<ComponentProps<typeof TextField>, "className" | "children">) {
  const say = useSay();
  return (
    <TextField {...rest} isInvalid={!!error} className="item">
      <Label>{label}{optional && <span className="m"> {say("form.optional")}</span>}</Label>
      <TextArea className="field area" rows={rows} {...inputProps} />
      {help && <Text slot="description" className="s m">{help}</Text>}
      {error && <FieldError className="s txt-late">{error}</FieldError>}
    </TextField>
  );
}
export { TextArea_ as TextBox };
export interface Choice { id: string; name: string; more?: string; why?: string | null }
export function Select({ label, choices, value, onChange, help, error, optional, quiet }: FieldBase & { choices: Choice[]; value: string | null; onChange: (id: string) => void; quiet?: boolean }) {
  const say = useSay();
  return (
    <AriaSelect className={quiet ? "item quiet" : "item"} selectedKey={value} onSelectionChange={(k) => onChange(String(k))} isInvalid={!!error} placeholder={say("form.choose")}>
      <Label className={quiet ? "unseen" : ""}>{label}{optional && <span className="m"> {say("form.optional")}</span>}</Label>
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
/** A menu behind a button. What cannot be done stays in it, with its reason. */
export function ActMenu({ label, kind = "plain", choices, onChoose, name }: { label: ReactNode; name?: string; kind?: Kind; choices: Choice[]; onChoose: (id: string) => void }) {
  return (
    <MenuTrigger>
      <AriaButton className={`btn ${kind === "plain" ? "" : kind}`} {...(name ? { "aria-label": name } : {})}>{label}<span aria-hidden="true" className="down" /></AriaButton>
      <Popover className="pop" offset={4} placement="bottom end">
        <AriaMenu className="menu" items={choices} onAction={(k) => { const c = choices.find((c) => c.id === k); if (c && !c.why) onChoose(c.id); }}>
          {(c: Choice) => (
            <MenuItem id={c.id} textValue={c.name} className={`menu-item ${c.why ? "cannot" : ""}`} aria-disabled={c.why ? true : undefined}>
              <span>{c.name}</span>{(c.why ?? c.more) && <span className="s m">{c.why ?? c.more}</span>}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
/** A dialog; Escape and a click beside it close it, focus returns to where it came from. */
export function Dialog({ title, open, onClose, children, wide, side }: { title: string; open: boolean; onClose: () => void; children: ReactNode; wide?: boolean; side?: boolean }) {
  const say = useSay();
  return (
    <ModalOverlay className="veil" isOpen={open} onOpenChange={(o) => { if (!o) onClose(); }} isDismissable>
      <Modal className={`sheet ${wide ? "wide-sheet" : ""} ${side ? "side-sheet" : ""}`}>
        <AriaDialog className="sheet-in">
          <header className="x sheet-top"><Heading slot="title" className="grow">{title}</Heading><Button kind="bare" onPress={onClose} aria-label={say("form.close")}>✕</Button></header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
export { DialogTrigger };
