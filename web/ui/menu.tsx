import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import type { Kind } from "./button";
import type { Choice } from "./select";

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
