//! The way mail goes, as whoever looks after it sees it.
use crate::log::{self, Line};
use crate::postman::trial_letter;
use crate::{Act, Desk, Fault, form::Form};
use domain::kit::At;
use domain::people::{KeepMail, Leave};
use serde_json::json;
use store::db::Tx;

/// How the last letters went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub last_sent_at: Option<At>,
    /// Of a letter that still waits, else of the last one given up.
    pub last_error: Option<String>,
    /// `None` while it waits.
    pub last_error_at: Option<At>,
    /// Letters by mail that wait, of the 10,000 next ones.
    pub waiting: i64,
}
pub fn standing(tx: &mut Tx, _leave: &Leave<KeepMail>) -> Result<Standing, Fault> {
    let last_sent_at = store::outbox::last_mail(tx, "sent")?.map(|(at, _)| at);
    let waiting = store::outbox::waiting_mail(tx)?;
    let (last_error, last_error_at) = match (store::outbox::waiting_mail_error(tx)?, store::outbox::last_mail(tx, "failed")?) {
        (Some(error), _) => (Some(error), None),
        // What was given up before the last one that went is over.
        (None, Some((at, error))) if last_sent_at.is_none_or(|sent| sent <= at) => (error, Some(at)),
        _ => (None, None),
    };
    Ok(Standing { last_sent_at, last_error, last_error_at, waiting })
}

/// A letter on trial, written for whoever asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    pub name: String,
    pub address: String,
    pub subject: String,
    pub text: String,
}
/// To `to`, or to one's own address. Errors: Invalid.
pub fn trial(tx: &mut Tx, desk: &Desk, leave: &Leave<KeepMail>, to: Option<&str>) -> Result<Trial, Fault> {
    let own = store::person::find(tx, leave.actor().person)?.ok_or(Fault::NotFound)?;
    let mut form = Form::new();
    let address = form.email("to", to.unwrap_or(&own.email));
    form.done()?;
    let name = if to.is_some() { String::new() } else { own.name.clone() };
    let (subject, text) = trial_letter(desk, &own.language);
    Ok(Trial { name, address, subject, text })
}
/// Notes that a letter was tried and what came of it; not whom it went to.
pub fn tried(cx: &mut Act, leave: &Leave<KeepMail>, code: &str) -> Result<(), Fault> {
    log::write(cx, vec![Line::audit(Some(leave.actor().person), None, "mail.tested", json!({"code": code}))]).map(|_| ())
}
