//! What the vendor's people keep for their daily work: reply templates, macros and check lists, their own and those colleagues share.
use crate::form::Form;
use crate::log::{self, Line};
use crate::{Act, Fault, limits};
use domain::kit::ToolId;
use domain::people::{Actor, KeepTools, Leave};
use serde_json::json;
use store::db::Tx;
use store::tool::Tool;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    Template,
    Macro,
    Checklist,
}
impl ToolKind {
    pub fn key(self) -> &'static str {
        match self {
            ToolKind::Template => "template",
            ToolKind::Macro => "macro",
            ToolKind::Checklist => "checklist",
        }
    }
    fn lines(self) -> [&'static str; 3] {
        match self {
            ToolKind::Template => ["template.created", "template.edited", "template.dropped"],
            ToolKind::Macro => ["macro.created", "macro.edited", "macro.dropped"],
            ToolKind::Checklist => ["checklist.created", "checklist.edited", "checklist.dropped"],
        }
    }
}
/// What somebody keeps. The body was checked by the kind's own room.
#[derive(Debug, Clone)]
pub struct ToolIn {
    pub name: String,
    /// Colleagues of the vendor see and use it too.
    pub shared: bool,
    pub body: String,
}

/// Keeps one. Errors: Invalid, Refused `tool.too_many`.
pub fn create(cx: &mut Act, leave: &Leave<KeepTools>, kind: ToolKind, new: &ToolIn) -> Result<Tool, Fault> {
    let who = leave.actor();
    let name = checked(new)?;
    cx.tx.lock("tools")?;
    if store::tool::list_own(cx.tx, kind.key(), who.person)?.len() >= limits::TOOLS_MAX {
        return Err(Fault::Refused { code: "tool.too_many", args: vec![("max", limits::TOOLS_MAX.to_string())] });
    }
    let (owner, created_at, body) = (who.person, cx.now, new.body.clone());
    let tool = Tool { id: cx.fresh(), kind: kind.key().into(), owner, name, shared: new.shared, body, created_at, version: 1 };
    store::tool::put_new(cx.tx, &tool)?;
    note(cx, who, kind.lines()[0], &tool)?;
    Ok(tool)
}
/// Changes one's own. Errors: NotFound, Stale, Invalid.
pub fn edit(cx: &mut Act, leave: &Leave<KeepTools>, kind: ToolKind, id: ToolId, seen_version: u32, new: &ToolIn) -> Result<Tool, Fault> {
    let who = leave.actor();
    let name = checked(new)?;
    let before = own(cx.tx, who, kind, id)?;
    if before.version != seen_version {
        return Err(Fault::Stale { current: before.version });
    }
    let tool = Tool { name, shared: new.shared, body: new.body.clone(), ..before };
    if !store::tool::put(cx.tx, &tool)? {
        let current = store::tool::find(cx.tx, id)?.map_or(0, |t| t.version);
        return Err(Fault::Stale { current });
    }
    let tool = Tool { version: tool.version + 1, ..tool };
    note(cx, who, kind.lines()[1], &tool)?;
    Ok(tool)
}
/// Drops one's own. Errors: NotFound.
pub fn drop_own(cx: &mut Act, leave: &Leave<KeepTools>, kind: ToolKind, id: ToolId) -> Result<(), Fault> {
    let who = leave.actor();
    let tool = own(cx.tx, who, kind, id)?;
    store::tool::drop_one(cx.tx, id, who.person)?;
    note(cx, who, kind.lines()[2], &tool)
}
fn own(tx: &mut Tx, who: &Actor, kind: ToolKind, id: ToolId) -> Result<Tool, Fault> {
    store::tool::find(tx, id)?.filter(|t| t.owner == who.person && t.kind == kind.key()).ok_or(Fault::NotFound)
}
fn note(cx: &mut Act, who: &Actor, key: &'static str, tool: &Tool) -> Result<(), Fault> {
    let body = json!({"tool": tool.id.to_string(), "name": tool.name, "shared": tool.shared});
    log::write(cx, vec![Line::audit(Some(who.person), who.account, key, body)])?;
    Ok(())
}
fn checked(new: &ToolIn) -> Result<String, Fault> {
    let mut form = Form::new();
    let name = form.line("name", &new.name, 100);
    form.body("body", &new.body, limits::MESSAGE_BYTES_MAX);
    form.done()?;
    Ok(name)
}
/// One's own, then what colleagues share.
pub fn list(tx: &mut Tx, leave: &Leave<KeepTools>, kind: ToolKind) -> Result<Vec<Tool>, Fault> {
    let me = leave.actor().person;
    let mut all = store::tool::list_own(tx, kind.key(), me)?;
    all.extend(store::tool::list_shared(tx, kind.key())?.into_iter().filter(|t| t.owner != me));
    Ok(all)
}
/// One's own or a shared one. Errors: NotFound.
pub fn get(tx: &mut Tx, leave: &Leave<KeepTools>, kind: ToolKind, id: ToolId) -> Result<Tool, Fault> {
    let me = leave.actor().person;
    store::tool::find(tx, id)?.filter(|t| t.kind == kind.key() && (t.shared || t.owner == me)).ok_or(Fault::NotFound)
}
