//! Everything that is done to a case goes through one address; which act it is, the body says.
use super::App;
use super::extract::{PathId, SeenVersion};
use super::message::SaidOut;
use super::once::Write;
use super::problem::{Problem, ProblemOut};
use super::ticket::{TicketOut, language};
use super::wire::{AttachmentRef, Instant, Made, PersonRef, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::act::{Doing, Done};
use desk::{Act, Fault, Flaw};
use domain::kit::{PersonId, TicketId};
use domain::people::{ActOnTicket, Leave};
use domain::promise::Wait;
use domain::ticket::{Command, Severity};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(act_on_ticket))
}

/// One act with its arguments; an argument of another act is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActIn {
    pub act: ActKey,
    /// The words that go with it; `reply` and `note` need some.
    #[serde(default)]
    pub body: Option<String>,
    /// Files uploaded to this case and not sent yet.
    #[serde(default)]
    pub attachments: Vec<AttachmentRef>,
    /// Of the text, BCP 47; the writer's unless said.
    #[serde(default)]
    pub language: Option<String>,
    /// `reply`: puts a question the customer must answer.
    #[serde(default)]
    pub asks: Option<bool>,
    /// `wait_for`: `vendor` or `product`. `ask_person`: why, in words, if they like to say.
    #[serde(default)]
    #[schema(example = "vendor")]
    pub why: Option<String>,
    /// `resolve`: the root cause.
    #[serde(default)]
    pub cause: Option<String>,
    /// `withdraw`, `reopen`, `transfer`, `hand_over`, `lower_severity`, `snooze`.
    #[serde(default)]
    pub reason: Option<String>,
    /// `transfer`, `hand_over`: a person. `raise_severity`, `lower_severity`: a severity.
    #[serde(default)]
    pub to: Option<String>,
    /// `transfer`: the support tier, 1 to 4.
    #[serde(default)]
    pub tier: Option<u8>,
    /// `consult`: whom.
    #[serde(default)]
    pub expert: Option<PersonRef>,
    /// `consult`: what.
    #[serde(default)]
    pub question: Option<String>,
    /// `reply`, `resolve`: of a case with parts, the same on each part that is open; all or nothing.
    #[serde(default)]
    pub with_children: bool,
    /// `agree_update`: until when the next word is agreed for. `snooze`: until when the case is laid aside, 30 days at most.
    #[serde(default)]
    pub until: Option<Instant>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActKey {
    Reply,
    Note,
    WaitFor,
    TakeUp,
    Resolve,
    Confirm,
    Withdraw,
    Reopen,
    Transfer,
    HandOver,
    Consult,
    Join,
    Leave,
    Boost,
    AskPerson,
    AgreeUpdate,
    RaiseSeverity,
    LowerSeverity,
    AgreeLower,
    DeclineLower,
    Follow,
    Unfollow,
    Snooze,
    Wake,
}

/// Arguments, each taken by the act it belongs to; what is missing or left over is a flaw.
struct Taken<'a> {
    of: &'a mut ActIn,
    flaws: Vec<Flaw>,
}
impl Taken<'_> {
    fn need<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.flaws.push(Flaw::new(field, "missing_field"));
        }
        value
    }
    /// A reason that is not given is an empty one, which the rules refuse where they want one.
    fn reason(&mut self) -> String {
        self.of.reason.take().unwrap_or_default()
    }
    fn person(&mut self) -> Option<PersonId> {
        let text = self.of.to.take();
        let text = self.need("to", text)?;
        let read = text.parse().ok();
        if read.is_none() {
            self.flaws.push(Flaw::new("to", "bad_id"));
        }
        read
    }
    /// What is waited for that is not the customer.
    fn wait(&mut self, said: Option<String>) -> Option<Wait> {
        match self.need("why", said)?.as_str() {
            "vendor" => Some(Wait::Vendor),
            "product" => Some(Wait::Product),
            _ => {
                self.flaws.push(Flaw::new("why", "unknown_value").with("expected", "vendor, product"));
                None
            }
        }
    }
    fn severity(&mut self) -> Option<Severity> {
        let text = self.of.to.take();
        let text = self.need("to", text)?;
        let read = Severity::parse(&text);
        if read.is_none() {
            let known: Vec<&str> = Severity::ALL.iter().map(|s| s.key()).collect();
            self.flaws.push(Flaw::new("to", "unknown_value").with("expected", known.join(", ")));
        }
        read
    }
    fn command(&mut self) -> Option<Command> {
        Some(match self.of.act {
            ActKey::Reply => Command::Reply { asks: self.of.asks.take().unwrap_or_default() },
            ActKey::Note => Command::Note,
            ActKey::WaitFor => {
                let why = self.of.why.take();
                Command::WaitFor { why: self.wait(why)? }
            }
            ActKey::TakeUp => Command::TakeUp,
            ActKey::Resolve => Command::Resolve { cause: self.of.cause.take().unwrap_or_default() },
            ActKey::Confirm => Command::Confirm,
            ActKey::Withdraw => Command::Withdraw { reason: self.reason() },
            ActKey::Reopen => Command::Reopen { reason: self.reason() },
            ActKey::Transfer => {
                let (tier, reason) = (self.of.tier.take(), self.reason());
                Command::Transfer { to: self.person()?, tier, reason }
            }
            ActKey::HandOver => {
                let reason = self.reason();
                Command::HandOver { to: self.person()?, reason }
            }
            ActKey::Consult => {
                let (expert, question) = (self.of.expert.take(), self.of.question.take().unwrap_or_default());
                Command::Consult { expert: self.need("expert", expert)?.0, question }
            }
            ActKey::Join => Command::Join,
            ActKey::Leave => Command::Leave,
            ActKey::Boost => Command::Boost,
            ActKey::AskPerson => Command::AskPerson { why: self.of.why.take().unwrap_or_default() },
            ActKey::AgreeUpdate => {
                let until = self.of.until.take();
                Command::AgreeUpdate { until: self.need("until", until)?.0 }
            }
            ActKey::RaiseSeverity => Command::RaiseSeverity { to: self.severity()? },
            ActKey::LowerSeverity => {
                let reason = self.reason();
                Command::LowerSeverity { to: self.severity()?, reason }
            }
            ActKey::AgreeLower => Command::AgreeLower,
            ActKey::DeclineLower => Command::DeclineLower,
            ActKey::Follow => Command::Follow,
            ActKey::Unfollow => Command::Unfollow,
            ActKey::Snooze => {
                let (until, reason) = (self.of.until.take(), self.reason());
                Command::Snooze { until: self.need("until", until)?.0, reason }
            }
            ActKey::Wake => Command::Wake,
        })
    }
    fn leftovers(&mut self) {
        let a = &self.of;
        let left = [
            ("asks", a.asks.is_some()),
            ("why", a.why.is_some()),
            ("cause", a.cause.is_some()),
            ("reason", a.reason.is_some()),
            ("to", a.to.is_some()),
            ("tier", a.tier.is_some()),
            ("expert", a.expert.is_some()),
            ("question", a.question.is_some()),
            ("until", a.until.is_some()),
        ];
        self.flaws.extend(left.into_iter().filter(|(_, is_left)| *is_left).map(|(field, _)| Flaw::new(field, "not_for_this_act")));
    }
}
impl TryFrom<ActIn> for Doing {
    type Error = Problem;
    /// Errors: 422 with every argument that is missing, wrong, or of another act.
    fn try_from(mut said: ActIn) -> Result<Doing, Problem> {
        let language = said.language.as_deref().map(|tag| language("language", tag)).transpose()?.unwrap_or_default();
        let mut taken = Taken { of: &mut said, flaws: Vec::new() };
        let command = taken.command();
        taken.leftovers();
        let flaws = taken.flaws;
        let attachments = said.attachments.iter().map(|a| a.0).collect();
        match command {
            Some(command) if flaws.is_empty() => {
                Ok(Doing { command, body: said.body, attachments, seen_version: None, language, with_children: said.with_children })
            }
            _ => Err(Fault::Invalid(flaws).into()),
        }
    }
}

/// What came of an act, as who did it may see it.
pub fn done_out(cx: &Act, leave: &Leave<ActOnTicket>, done: Done) -> SaidOut {
    SaidOut { message: done.message.map(Into::into), ticket: TicketOut::written(cx.desk, leave.actor(), done.case, done.pos) }
}

/// Does something to a case: answers, waits, resolves, confirms, transfers, boosts … What is possible now, the case's offers say.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/acts", tag = "tickets", operation_id = "act_on_ticket", request_body = ActIn,
    params(("id" = TicketRef, Path), ("If-Match" = Option<String>, Header, description = "The version seen; absent: whatever it is now.")),
    responses((status = 200, description = "Done", body = SaidOut),
        (status = 409, description = "The rules refuse it as things stand", body = ProblemOut, content_type = "application/problem+json"), (status = 412, description = "Changed meanwhile", body = ProblemOut, content_type = "application/problem+json")))]
async fn act_on_ticket(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    SeenVersion(seen): SeenVersion,
    write: Write<ActIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<ActOnTicket>()?;
    let mut doing = Doing { seen_version: seen, ..Doing::try_from(write.body)? };
    if doing.language.is_empty() {
        doing.language.clone_from(&visitor.person.language);
    }
    let done = app.once(visitor.id(), write.once, move |cx| {
        let done = desk::act::act(cx, &leave, id, &doing)?;
        let version = done.case.ticket.version;
        Ok(Made::ok(done_out(cx, &leave, done)).version(version))
    });
    done.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::extract::read_json;

    fn read(body: &str) -> Result<Command, String> {
        let problem = |p: Problem| p.flaws.iter().map(|f| format!("{} {}", f.field, f.code)).collect::<Vec<_>>().join(", ");
        let said: ActIn = read_json(body.as_bytes()).map_err(problem)?;
        Doing::try_from(said).map(|d| d.command).map_err(problem)
    }
    #[test]
    fn an_act_takes_its_own_arguments_and_no_others() {
        assert_eq!(read(r#"{"act": "reply", "body": "x", "asks": true}"#), Ok(Command::Reply { asks: true }));
        assert_eq!(read(r#"{"act": "wait_for", "why": "product"}"#), Ok(Command::WaitFor { why: Wait::Product }));
        assert_eq!(read(r#"{"act": "raise_severity", "to": "urgent"}"#), Ok(Command::RaiseSeverity { to: Severity::Urgent }));
        assert_eq!(read(r#"{"act": "ask_person", "why": "the shop is down"}"#), Ok(Command::AskPerson { why: "the shop is down".into() }));
        assert_eq!(read(r#"{"act": "confirm", "reason": "x", "tier": 2}"#), Err("reason not_for_this_act, tier not_for_this_act".into()));
        assert_eq!(read(r#"{"act": "transfer", "reason": "x"}"#), Err("to missing_field".into()));
        assert_eq!(read(r#"{"act": "transfer", "to": "urgent", "reason": "x"}"#), Err("to bad_id".into()));
        assert_eq!(read(r#"{"act": "raise_severity", "to": "grave"}"#), Err("to unknown_value".into()));
        assert_eq!(read(r#"{"act": "wait_for", "why": "customer"}"#), Err("why unknown_value".into()));
        assert_eq!(read(r#"{"act": "fly"}"#), Err("act unknown_value".into()));
        assert_eq!(read(r#"{"act": "boost", "cuase": ""}"#), Err("cuase unknown_field".into()));
    }
    #[test]
    fn every_act_of_the_rules_has_its_address() {
        for key in
            ["reply", "note", "wait_for", "take_up", "resolve", "confirm", "withdraw", "reopen", "transfer", "hand_over", "consult", "join", "leave"]
                .iter()
                .chain(&[
                    "boost",
                    "ask_person",
                    "agree_update",
                    "raise_severity",
                    "lower_severity",
                    "agree_lower",
                    "decline_lower",
                    "follow",
                    "unfollow",
                    "snooze",
                    "wake",
                ])
        {
            let person = "per_00000000000000000000000001";
            let args = match *key {
                "wait_for" => r#", "why": "vendor""#.to_string(),
                "transfer" | "hand_over" => format!(r#", "to": "{person}""#),
                "consult" => format!(r#", "expert": "{person}""#),
                "agree_update" | "snooze" => r#", "until": "2025-06-16T10:00:00Z""#.to_string(),
                "raise_severity" | "lower_severity" => r#", "to": "low""#.to_string(),
                _ => String::new(),
            };
            assert_eq!(read(&format!(r#"{{"act": "{key}"{args}}}"#)).map(|c| c.key()), Ok(*key));
        }
    }
}
