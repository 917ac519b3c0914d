/** Who is signed in, and the door for who is not. */
import { useQuery } from "@tanstack/react-query";
import { createContext, lazy, Suspense, useContext, useEffect, type ReactNode } from "react";
import { api, got, setApiLanguage, type Me } from "@api/client";
import { meQuery } from "@api/queries";
import { useSpeech } from "./i18n";
import { Shape, Wrong } from "./states";

// The door has fields and buttons that who is inside already need not load.
const SignIn = lazy(() => import("./sign_in"));
const Context = createContext<Me | null>(null);
/** The person at the screen. */
export function useMe(): Me {
  const me = useContext(Context);
  if (!me) throw new Error("outside <SignedIn>");
  return me;
}
/** Says who is there where another way than the cookie told it. */
export const Known = ({ me, children }: { me: Me; children: ReactNode }) => <Context value={me}>{children}</Context>;
export const may = (me: Me, deed: string) => me.deeds.includes(deed);
/** Staff work in the console, customers in the portal. */
export const homeOf = (me: { account?: unknown }) => (me.account ? "/portal/" : "/console/");

export function SignedIn({ workspace, more, children }: { workspace: "console" | "portal"; more?: ReactNode; children: ReactNode }) {
  const { setLanguage, language, setZone } = useSpeech();
  setApiLanguage(language === "en-XA" ? "en" : language);
  const me = useQuery(meQuery);
  const own = me.data?.language, zone = me.data?.tz;
  const asked = new URLSearchParams(location.search).get("lang");
  useEffect(() => { if (own && !asked) setLanguage(own); }, [own, asked]);
  useEffect(() => { if (zone) setZone(zone); }, [zone]);
  if (me.isPending) return <div className="door"><Shape rows={3} /></div>;
  if (me.isError) return <div className="door"><Wrong error={me.error} again={() => void me.refetch()} /></div>;
  if (!me.data) return <Suspense fallback={<div className="door"><Shape rows={3} /></div>}><SignIn more={more} /></Suspense>;
  if (homeOf(me.data) !== `/${workspace}/`) { location.replace(homeOf(me.data)); return null; }
  return <Context value={me.data}>{children}</Context>;
}
export async function signOut() {
  await got(api.DELETE("/api/v1/sessions/current")).catch(() => undefined);
  location.assign("/");
}
