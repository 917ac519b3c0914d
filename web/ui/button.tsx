import { Button as AriaButton, type ButtonProps } from "react-aria-components/Button";
import { Hint } from "./hint";

export type Kind = "go" | "bare" | "plain" | "late";
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
