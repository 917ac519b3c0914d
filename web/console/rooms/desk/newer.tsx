/** Rooms whose answers a house may not give yet. While they are built the page says so; in a finished house there is no such room. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refusal } from "@api/client";
import { Empty, useSay } from "@ui";
import { Asked } from "./kit";

const isAbsent = (error: unknown) => import.meta.env.DEV && error instanceof Refusal && error.status === 404;
export function Newer<T>({ of, rows, children }: { of: UseQueryResult<T>; rows?: number; children: (data: T) => ReactNode }) {
  const say = useSay();
  if (of.data === undefined && isAbsent(of.error)) return <Empty title={say("desk.not_here")} />;
  return <Asked of={of} {...(rows ? { rows } : {})}>{children}</Asked>;
}
