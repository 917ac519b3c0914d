import type { ReactNode } from "react";
import { Dialog as AriaDialog, DialogTrigger } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Button } from "./button";
import { useSay } from "./i18n";

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
