use super::{Held, Kind, Service, Stage};
use crate::people::{AcceptService, Actor, Deed, KeepService, RequestService, Role};
use crate::quota::EntryKind;

/// What somebody wants done with a booked service. Words that go with it are the use case's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Agree,
    Decline,
    Withdraw,
    /// The vendor calls it off.
    Cancel,
    /// Writes its sheet, again as often as needed.
    Plan,
    Rehearse,
    Tick,
    Begin,
    /// A line of the watch log.
    Note,
    Report,
    Accept,
    /// The report does not do: back to work.
    Return,
    Rate,
    Close,
    /// Our product was the cause: it does not count.
    Exempt,
}
impl Command {
    pub const ALL: &[Command] = {
        use Command::*;
        &[Agree, Decline, Withdraw, Cancel, Plan, Rehearse, Tick, Begin, Note, Report, Accept, Return, Rate, Close, Exempt]
    };
    pub fn key(self) -> &'static str {
        match self {
            Command::Agree => "agree",
            Command::Decline => "decline",
            Command::Withdraw => "withdraw",
            Command::Cancel => "cancel",
            Command::Plan => "plan",
            Command::Rehearse => "rehearse",
            Command::Tick => "tick",
            Command::Begin => "begin",
            Command::Note => "note",
            Command::Report => "report",
            Command::Accept => "accept",
            Command::Return => "return",
            Command::Rate => "rate",
            Command::Close => "close",
            Command::Exempt => "exempt",
        }
    }
    /// The deed it takes leave for.
    pub fn deed(self) -> &'static str {
        match self {
            Command::Withdraw => RequestService::NAME,
            Command::Accept | Command::Return | Command::Rate => AcceptService::NAME,
            _ => KeepService::NAME,
        }
    }
    /// Is not done without a reason.
    pub fn wants_reason(self) -> bool {
        matches!(self, Command::Decline | Command::Withdraw | Command::Cancel | Command::Return | Command::Exempt)
    }
}

/// What somebody may do about a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doers {
    pub requests: bool,
    pub keeps: bool,
    pub accepts: bool,
}
impl Doers {
    /// By role; of a customer's contacts only the technical one speaks for the customer.
    pub fn of(who: &Actor, is_technical_contact: bool) -> Doers {
        let speaks = who.role != Role::Contact || is_technical_contact;
        Doers { requests: RequestService::may(who.role), keeps: KeepService::may(who.role), accepts: AcceptService::may(who.role) && speaks }
    }
    fn may(self, command: Command) -> bool {
        match command {
            Command::Withdraw => self.requests,
            Command::Accept | Command::Return | Command::Rate => self.accepts,
            _ => self.keeps,
        }
    }
}

/// What follows from a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub stage: Stage,
    pub held: Held,
    /// The kind of line the quota's ledger gets.
    pub entry: Option<EntryKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NotYours,
    /// Not while it stands where it does.
    NotNow(Stage),
    /// It is not begun without a sheet.
    NoPlan,
    NothingUsed,
    /// The plan does not give back what was used.
    NotExempt,
}
impl Refusal {
    pub const ALL: &[Refusal] = &[Refusal::NotYours, Refusal::NotNow(Stage::Requested), Refusal::NoPlan, Refusal::NothingUsed, Refusal::NotExempt];
    pub fn key(self) -> &'static str {
        match self {
            Refusal::NotYours => "service.not_yours",
            Refusal::NotNow(_) => "service.not_now",
            Refusal::NoPlan => "service.no_plan",
            Refusal::NothingUsed => "service.nothing_used",
            Refusal::NotExempt => "service.not_exempt",
        }
    }
}

/// What a command comes to, or why it is refused.
pub fn decide(s: &Service, command: Command, who: Doers) -> Result<Outcome, Refusal> {
    use Stage::*;
    if !who.may(command) {
        return Err(Refusal::NotYours);
    }
    let to = |stage| Ok(Outcome { stage, held: s.held, entry: None });
    match (command, s.stage) {
        (Command::Agree, Requested) => to(Agreed),
        (Command::Decline, Requested) => ended(s, Declined),
        (Command::Withdraw, Requested | Agreed | Planned) => ended(s, Withdrawn),
        (Command::Cancel, Requested | Agreed | Planned | UnderWay) => ended(s, Cancelled),
        (Command::Plan, Agreed | Planned) => to(Planned),
        (Command::Plan, UnderWay) => to(UnderWay),
        (Command::Rehearse, Planned) => to(Planned),
        (Command::Tick, Planned | UnderWay) => to(s.stage),
        (Command::Begin, Agreed) if s.kind.needs_plan() => Err(Refusal::NoPlan),
        (Command::Begin, Agreed | Planned) => Ok(begun(s)),
        (Command::Note, Planned | UnderWay) => to(s.stage),
        (Command::Report, UnderWay | Reported) => to(Reported),
        (Command::Accept, Reported) => to(Accepted),
        (Command::Return, Reported) => to(UnderWay),
        (Command::Rate, Accepted) => to(Closed),
        (Command::Close, Accepted) => to(Closed),
        (Command::Exempt, _) => exempted(s),
        _ => Err(Refusal::NotNow(s.stage)),
    }
}
/// It will not take place, or not further: what is only reserved is free again, what is used stays used.
fn ended(s: &Service, stage: Stage) -> Result<Outcome, Refusal> {
    Ok(match s.held {
        Held::Reserved => Outcome { stage, held: Held::Released, entry: Some(EntryKind::Release) },
        held => Outcome { stage, held, entry: None },
    })
}
fn begun(s: &Service) -> Outcome {
    match s.held {
        Held::Reserved => Outcome { stage: Stage::UnderWay, held: Held::Used, entry: Some(EntryKind::Consume) },
        held => Outcome { stage: Stage::UnderWay, held, entry: None },
    }
}
fn exempted(s: &Service) -> Result<Outcome, Refusal> {
    match s.held {
        Held::Used if s.exempts => Ok(Outcome { stage: s.stage, held: Held::Exempt, entry: Some(EntryKind::Exempt) }),
        Held::Used => Err(Refusal::NotExempt),
        _ => Err(Refusal::NothingUsed),
    }
}

/// Every act with why it is not possible now, if it is not; the same rule that decides it.
pub fn offers(s: &Service, who: Doers) -> Vec<(Command, Option<Refusal>)> {
    Command::ALL.iter().map(|c| (*c, decide(s, *c, who).err())).collect()
}

impl Service {
    /// A new request; what is counted is reserved at once (plans.md, recommendation 4).
    pub fn requested(kind: Kind, is_counted: bool, exempts: bool) -> Service {
        let held = if is_counted { Held::Reserved } else { Held::Nothing };
        Service { kind, stage: Stage::Requested, held, exempts }
    }
}
