import { Shape } from "@ui";
export function Page() { return <Shape />; }
