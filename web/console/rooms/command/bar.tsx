/** The command bar's place; its content comes when it is first opened. */
import { lazy, Suspense } from "react";
import { useLayer } from "./registry";

const Palette = lazy(() => import("./palette"));
export function CommandBar() {
  return useLayer() === "bar" ? <Suspense fallback={null}><Palette /></Suspense> : null;
}
