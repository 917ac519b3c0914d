import { Shape } from "@ui";
export function Page() { return <div className="room"><Shape /></div>; }
