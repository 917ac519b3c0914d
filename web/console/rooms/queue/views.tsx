/** Saving what is shown as a view; renaming, sharing and dropping one's own. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, got, type Schemas } from "@api/client";
import { ActMenu, Button, Dialog, TextLine, useMe, useSay, useTell } from "@ui";
import { asSaved, type Filter } from "./standing";

type View = Schemas["ViewOut"];
/** Of the view as it is on the screen: a colleague’s change in between is not overwritten. */
const seen = (view: View) => ({ "If-Match": `"${view.version}"` });
export function ViewActs({ view, filter, changed }: { view: View | undefined; filter: Filter; changed: boolean }) {
  const say = useSay(), me = useMe(), tell = useTell(), client = useQueryClient(), go = useNavigate();
  const [open, setOpen] = useState<"save" | "rename" | null>(null);
  const fresh = () => client.invalidateQueries({ queryKey: ["views"] });
  const wrong = (e: unknown) => tell(e instanceof Error ? e.message : String(e));
  const own = view?.owner === me.id;
  const edit = async (body: Schemas["ViewEditIn"], done: string) => {
    await got(api.PATCH("/api/v1/views/{id}", { params: { path: { id: view!.id }, header: seen(view!) }, body }));
    await fresh();
    tell(done);
  };
  const drop = async () => {
    await got(api.DELETE("/api/v1/views/{id}", { params: { path: { id: view!.id } } }));
    await go({ to: "/", search: {} });
    await fresh();
    const { name, shared, filter } = view!;
    tell(say("queue.view_dropped", { name }), () => void got(api.POST("/api/v1/views", { body: { name, shared, filter } })).then(async (again) => { await fresh(); await go({ to: "/", search: { view: again.id } }); }).catch(wrong));
  };
  if (!changed && !view) return null;
  return (
    <>
      {own ? (
        <ActMenu kind="bare" label={say("queue.view")} onChoose={(id) => {
          if (id === "drop") void drop().catch(wrong);
          else if (id === "keep") void edit({ filter: asSaved(filter) }, say("queue.view_kept", { name: view!.name })).then(() => go({ to: "/", search: { view: view!.id } })).catch(wrong);
          else if (id === "share") void edit({ shared: !view!.shared }, say(view!.shared ? "queue.view_unshared" : "queue.view_shared", { name: view!.name })).catch(wrong);
          else setOpen(id as "save" | "rename");
        }} choices={[
          ...(changed ? [{ id: "keep", name: say("queue.view_keep") }, { id: "save", name: say("queue.view_save_as") }] : []),
          { id: "rename", name: say("queue.view_rename") }, { id: "share", name: say(view!.shared ? "queue.view_unshare" : "queue.view_share") }, { id: "drop", name: say("queue.view_drop") },
        ]} />
      ) : changed && <Button kind="bare" onPress={() => setOpen("save")}>{say("queue.view_save")}</Button>}
      {open && <SaveView view={open === "rename" ? view : undefined} filter={filter} onClose={() => setOpen(null)} />}
    </>
  );
}
function SaveView({ view, filter, onClose }: { view: View | undefined; filter: Filter; onClose: () => void }) {
  const say = useSay(), tell = useTell(), client = useQueryClient(), go = useNavigate();
  const [name, setName] = useState(view?.name ?? ""), [shared, setShared] = useState(view?.shared ?? false), [missing, setMissing] = useState(false);
  const save = useMutation({
    mutationFn: () => (view ? got(api.PATCH("/api/v1/views/{id}", { params: { path: { id: view.id }, header: seen(view) }, body: { name: name.trim(), shared } })) : got(api.POST("/api/v1/views", { body: { name: name.trim(), shared, filter: asSaved(filter) } }))),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["views"] });
      onClose();
      tell(say("queue.view_saved", { name: saved.name }));
      await go({ to: "/", search: { view: saved.id } });
    },
  });
  return (
    <Dialog title={say(view ? "queue.view_rename" : "queue.view_save")} open onClose={onClose}>
      <form className="q-form" onSubmit={(e) => { e.preventDefault(); if (!name.trim()) setMissing(true); else if (!save.isPending) save.mutate(); }}>
        <TextLine autoFocus label={say("queue.view_name")} value={name} onChange={(v) => { setName(v); setMissing(false); }} error={missing ? say("form.missing") : save.error?.message ?? null} maxLength={80} />
        <label className="q-check"><input type="checkbox" checked={shared} onChange={(e) => setShared(e.target.checked)} />{say("queue.view_shared_label")}</label>
        <div className="x"><Button kind="go" type="submit">{say("form.save")}</Button><Button kind="bare" onPress={onClose}>{say("form.cancel")}</Button></div>
      </form>
    </Dialog>
  );
}
