import type { ComponentProps, ReactNode } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import { TextField } from "react-aria-components/TextField";
import { useSay } from "./i18n";

export interface FieldBase { label: string; help?: ReactNode; error?: string | null; optional?: boolean }
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
