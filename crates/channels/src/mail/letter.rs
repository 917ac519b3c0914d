//! Writing a letter (RFC 5322, MIME). Whatever would end a header early is refused, not repaired.
use crate::DeliveryError;
use domain::kit::At;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};
use sha2::{Digest, Sha256};

/// A person or desk with an address. The name may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    pub address: String,
}

/// RFC 3834 §5: tells other machines not to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoSubmitted {
    /// Written by a person: no header.
    No,
    /// A notice nobody asked for.
    Generated,
    /// An automatic answer to a letter.
    Replied,
}

/// RFC 2919, 2369 and 8058: which list a letter belongs to and how to leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListHeaders {
    /// `tickets.example.com`, without brackets.
    pub id: String,
    /// An `https:` or `mailto:` address, without brackets.
    pub unsubscribe: Option<String>,
    /// The `https:` address takes a POST without further questions.
    pub one_click: bool,
}

/// One finished letter to one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Idempotency key: the same for every try of this letter, different for every other. Becomes the Message-ID.
    pub key: String,
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// The Message-ID this one answers, with angle brackets.
    pub in_reply_to: Option<String>,
    /// The thread so far, oldest first, with angle brackets.
    pub references: Vec<String>,
    pub auto_submitted: AutoSubmitted,
    pub list: Option<ListHeaders>,
}

/// How much of a long thread is named: its first letter and the newest ones (RFC 5322 §3.6.4 sets no limit, old servers do).
const REFERENCES_MAX: usize = 20;
/// RFC 5322 §2.1.1, less the header's name.
const REFERENCE_BYTES_MAX: usize = 900;

/// Errors: `Permanent`, with a code that names what is wrong with the letter.
pub(super) fn compose(
    letter: &Letter,
    from: &lettre::message::Mailbox,
    reply_to: Option<&lettre::message::Mailbox>,
    now: At,
) -> Result<Message, DeliveryError> {
    one_line(&letter.subject)?;
    let id = message_id(&letter.key, from.email.domain());
    let mut draft = Message::builder().from(from.clone()).to(mailbox(&letter.to)?).subject(letter.subject.clone()).date(now.timestamp().into());
    if let Some(reply_to) = reply_to {
        draft = draft.reply_to(reply_to.clone());
    }
    for (name, value) in headers(letter, id)? {
        draft = draft.raw_header(HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value));
    }
    let text = SinglePart::plain(letter.text.clone());
    let made = match &letter.html {
        None => draft.singlepart(text),
        Some(html) => draft.multipart(MultiPart::alternative().singlepart(text).singlepart(SinglePart::html(html.clone()))),
    };
    made.map_err(|_| DeliveryError::permanent("mail.cannot_be_written", ""))
}

/// Headers made of tokens only, already folded; everything in them was checked or made by us.
fn headers(letter: &Letter, id: String) -> Result<Vec<(&'static str, String)>, DeliveryError> {
    let mut all = vec![("Message-ID", id)];
    let answered = letter.in_reply_to.as_deref().filter(|id| is_message_id(id));
    if let Some(id) = answered {
        all.push(("In-Reply-To", id.to_string()));
    }
    let thread = thread(&letter.references);
    if !thread.is_empty() {
        all.push(("References", thread.join("\r\n ")));
    }
    match letter.auto_submitted {
        AutoSubmitted::No => {}
        AutoSubmitted::Generated => all.push(("Auto-Submitted", "auto-generated".into())),
        AutoSubmitted::Replied => all.push(("Auto-Submitted", "auto-replied".into())),
    }
    if let Some(list) = &letter.list {
        all.push(("List-Id", format!("<{}>", token(&list.id)?)));
        if let Some(way_out) = &list.unsubscribe {
            all.push(("List-Unsubscribe", format!("<{}>", token(way_out)?)));
            if list.one_click {
                all.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
            }
        }
    }
    Ok(all)
}

pub(super) fn message_id(key: &str, domain: &str) -> String {
    let usable = !key.is_empty() && key.len() <= 64 && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'));
    if usable {
        return format!("<{key}@{domain}>");
    }
    let hash: String = Sha256::digest(key.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("<{hash}@{domain}>")
}

/// Errors: a line break in name or address, or no address at all.
pub(super) fn mailbox(of: &Mailbox) -> Result<lettre::message::Mailbox, DeliveryError> {
    one_line(&of.name)?;
    one_line(&of.address)?;
    let address = of.address.parse().map_err(|_| DeliveryError::permanent("mail.not_an_address", ""))?;
    Ok(lettre::message::Mailbox::new(Some(of.name.clone()).filter(|n| !n.is_empty()), address))
}

fn one_line(text: &str) -> Result<(), DeliveryError> {
    // U+2028 and U+2029 are line ends to some readers of headers.
    let breaks = text.chars().any(|c| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}'));
    if breaks { Err(DeliveryError::permanent("mail.line_break_in_header", "")) } else { Ok(()) }
}

fn token(text: &str) -> Result<&str, DeliveryError> {
    let fine = !text.is_empty() && text.len() <= REFERENCE_BYTES_MAX && text.bytes().all(|c| c.is_ascii_graphic() && !matches!(c, b'<' | b'>'));
    if fine { Ok(text) } else { Err(DeliveryError::permanent("mail.bad_list_header", "")) }
}

/// Message-IDs come from foreign letters; one that cannot be named is left out rather than costing the letter.
fn is_message_id(id: &str) -> bool {
    let inner = id.strip_prefix('<').and_then(|r| r.strip_suffix('>'));
    inner.is_some_and(|inner| token(inner).is_ok())
}

fn thread(references: &[String]) -> Vec<&str> {
    let good: Vec<&str> = references.iter().map(String::as_str).filter(|id| is_message_id(id)).collect();
    match good.split_first() {
        Some((first, rest)) if rest.len() >= REFERENCES_MAX => {
            std::iter::once(*first).chain(rest[rest.len() + 1 - REFERENCES_MAX..].iter().copied()).collect()
        }
        _ => good,
    }
}
