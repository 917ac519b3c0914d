//! Check lists: what is to be done on a case, item by item. The vendor's own business; open items hold nothing up.
use crate::form::Form;
use crate::log::{self, Line};
use crate::{Act, Fault, Flaw};
use domain::kit::TicketId;
use domain::people::{Actor, Leave, WorkOnTicket};
use serde_json::{Value, json};
use store::checklist::{ITEMS_MAX, Item};
use store::log::Audience;
use store::ticket::Case;

/// The most of one list.
pub const LIST_MAX: usize = 50;
const TEXT_CHARS_MAX: usize = 300;

/// The texts of a list, trimmed. Errors: Invalid with every flaw.
pub fn check(items: &[String]) -> Result<Vec<String>, Fault> {
    let mut form = Form::new();
    form.must(!items.is_empty(), "items", "empty");
    if items.len() > LIST_MAX {
        form.flaw(Flaw::new("items", "too_many").with("max", LIST_MAX));
    }
    let texts = items.iter().take(LIST_MAX).enumerate().map(|(i, text)| form.line(&format!("items[{i}]"), text, TEXT_CHARS_MAX)).collect();
    form.done()?;
    Ok(texts)
}
/// Adds open items to a case. Errors: NotFound, Invalid, Refused `check.too_many`.
pub fn add(cx: &mut Act, leave: &Leave<WorkOnTicket>, id: TicketId, items: &[String]) -> Result<Vec<Item>, Fault> {
    let (who, case) = (leave.actor().clone(), held(cx, id)?);
    let texts = check(items)?;
    let there = store::checklist::list_of_ticket(cx.tx, id)?;
    if there.len() + texts.len() > ITEMS_MAX as usize {
        return Err(Fault::Refused { code: "check.too_many", args: vec![("max", ITEMS_MAX.to_string())] });
    }
    let added = store::checklist::add(cx.tx, id, &texts)?;
    let told: Vec<Value> = added.iter().map(|i| json!({"n": i.n, "text": i.text})).collect();
    note(cx, &who, &case, "ticket.checks_added", json!({"items": told}))?;
    Ok([there, added].concat())
}
/// What changes of an item.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub done: Option<bool>,
    pub text: Option<String>,
}
/// Ticks an item off, takes that back, or says it in other words. Returns the case's items. Errors: NotFound, Invalid.
pub fn edit(cx: &mut Act, leave: &Leave<WorkOnTicket>, id: TicketId, n: u32, change: &Change) -> Result<Vec<Item>, Fault> {
    let (who, case) = (leave.actor().clone(), held(cx, id)?);
    let before = store::checklist::find(cx.tx, id, n)?.ok_or(Fault::NotFound)?;
    let mut form = Form::new();
    form.must(change.done.is_some() || change.text.is_some(), "done", "missing");
    let text = change.text.as_deref().map(|text| form.line("text", text, TEXT_CHARS_MAX));
    form.done()?;
    let done = match change.done {
        Some(true) => before.done.or(Some((who.person, cx.now))),
        Some(false) => None,
        None => before.done,
    };
    let item = Item { text: text.unwrap_or_else(|| before.text.clone()), done, ..before };
    store::checklist::put(cx.tx, id, &before, &item)?;
    let body = json!({"n": n, "text": item.text});
    if item.text != before.text {
        note(cx, &who, &case, "ticket.check_edited", body.clone())?;
    }
    match (before.done, item.done) {
        (None, Some(_)) => note(cx, &who, &case, "ticket.check_done", body)?,
        (Some(_), None) => note(cx, &who, &case, "ticket.check_undone", body)?,
        _ => {}
    }
    Ok(store::checklist::list_of_ticket(cx.tx, id)?)
}
/// Takes an item away. Returns the others. Errors: NotFound.
pub fn drop_one(cx: &mut Act, leave: &Leave<WorkOnTicket>, id: TicketId, n: u32) -> Result<Vec<Item>, Fault> {
    let (who, case) = (leave.actor().clone(), held(cx, id)?);
    let item = store::checklist::find(cx.tx, id, n)?.ok_or(Fault::NotFound)?;
    store::checklist::drop_one(cx.tx, id, &item)?;
    note(cx, &who, &case, "ticket.check_dropped", json!({"n": n, "text": item.text}))?;
    Ok(store::checklist::list_of_ticket(cx.tx, id)?)
}
/// Every case is known to whoever works on cases.
pub(crate) fn held(cx: &mut Act, id: TicketId) -> Result<Case, Fault> {
    store::ticket::find_locked(cx.tx, id)?.ok_or(Fault::NotFound)
}
/// A line the vendor's people see. The case's version stays: nobody's act gets stale by it.
pub(crate) fn note(cx: &mut Act, who: &Actor, case: &Case, key: &'static str, body: Value) -> Result<(), Fault> {
    let (account, ticket, actor) = (Some(case.ticket.account), Some(case.ticket.id), Some(who.person));
    log::write(cx, vec![Line { account, ticket, actor, key, audience: Audience::Staff, body }])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_item_of_a_list_says_something_in_one_line() {
        let Err(Fault::Invalid(flaws)) = check(&["ask for logs ".into(), " ".into(), "a\nb".into()]) else { panic!("flaws") };
        let codes: Vec<_> = flaws.iter().map(|f| (f.field.as_str(), f.code)).collect();
        assert_eq!(codes, [("items[1]", "missing"), ("items[2]", "control_character")]);
        assert_eq!(check(&[" ask for logs ".into()]), Ok(vec!["ask for logs".to_string()]));
        assert!(check(&[]).is_err() && check(&vec!["x".to_string(); LIST_MAX + 1]).is_err() && check(&vec!["x".to_string(); LIST_MAX]).is_ok());
    }
}
