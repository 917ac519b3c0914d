//! What a question would be promised if it were asked now. Nothing is stored: the same board that opens a case hears the same fact.
use crate::board::{Board, Subject, clock_id};
use crate::{Desk, Fault, Flaw};
use domain::calendar::Calendar;
use domain::kit::{AccountId, At, Dice};
use domain::people::{Actor, Leave, OpenTicket};
use domain::plan::{PlanBook, Promise, ScopeVerdict, scope_verdict};
use domain::promise::{Clock, Kind};
use domain::ticket::{Fact, Severity};
use store::db::Tx;

/// A question that is not asked yet.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// A customer's own when `None`, needed from staff.
    pub account: Option<AccountId>,
    pub channel: String,
    pub severity: String,
    pub product: String,
    pub subject: String,
}
/// What it would come to.
pub struct Preview<'d> {
    pub account: AccountId,
    /// The book the promises come from; the basic one when the plan's counted tickets are used up.
    pub book: &'d PlanBook,
    /// The soonest due first.
    pub begins: Vec<Begins<'d>>,
    pub scope: ScopeVerdict<'d>,
}
/// One promise that would begin, with its row of the book.
pub struct Begins<'d> {
    pub clock: Clock,
    pub row: Option<&'d Promise>,
}

/// Looks a question up. Internal goals are told to staff alone. Errors: Invalid, NotFound for an account that is not theirs.
pub fn preview<'d>(tx: &mut Tx, desk: &'d Desk, leave: &Leave<OpenTicket>, asked: &Asked, now: At) -> Result<Preview<'d>, Fault> {
    let who = leave.actor();
    let mut flaws = Vec::new();
    for (field, text, max) in [("product", &asked.product, 100), ("subject", &asked.subject, crate::limits::SUBJECT_CHARS_MAX)] {
        if text.chars().count() > max {
            flaws.push(Flaw::new(field, "too_long").with("max", max).with("unit", "characters"));
        }
        if text.contains('\0') {
            flaws.push(Flaw::new(field, "control_character"));
        }
    }
    let severity = crate::ticket::on_scale(&asked.channel, &asked.severity, &mut flaws);
    let Some(severity) = severity.filter(|_| flaws.is_empty()) else { return Err(Fault::Invalid(flaws)) };
    let account = whose(tx, who, asked.account)?;
    let book = terms_now(tx, desk, account, now)?;
    let others = desk.shelves().library().books().filter(|b| b.vendor == book.vendor && b.id != book.id);
    let scope = scope_verdict(&book.scope, others.flat_map(|b| &b.scope.third_party), &asked.product, &asked.subject);
    Ok(Preview { account, book, begins: begins(desk, book, &asked.channel, severity, now, who.role.is_staff()), scope })
}
/// The account asked for, as it is asked for when a case is opened.
fn whose(tx: &mut Tx, who: &Actor, named: Option<AccountId>) -> Result<AccountId, Fault> {
    let account = match (who.account, named) {
        (Some(own), Some(named)) if own != named => return Err(Fault::NotFound),
        (own, named) => own.or(named).ok_or_else(|| Fault::invalid("account", "missing"))?,
    };
    store::account::find(tx, account)?.filter(|a| a.active).ok_or(Fault::NotFound)?;
    Ok(account)
}
/// The book a case opened now would be promised by: past a plan's counted tickets it is the basic one.
fn terms_now<'d>(tx: &mut Tx, desk: &'d Desk, account: AccountId, now: At) -> Result<&'d PlanBook, Fault> {
    let book = crate::ticket::plan_now(tx, desk, account, now)?;
    let Some(rule) = book.quotas.iter().find(|q| q.id == "tickets" && !q.purchased) else { return Ok(book) };
    let period = domain::quota::period_key(rule.period, &rule.tz, now).unwrap_or_else(|| "-".into());
    let balance = store::quota::balance(tx, account, &rule.id, &period)?;
    if domain::quota::may_take(&crate::quota::limits(rule), &balance, 1, 0).is_ok() {
        return Ok(book);
    }
    desk.shelves().version_at(&desk.rules().basic_family, now).ok_or_else(|| Fault::internal("no basic plan is in force"))
}
/// The promises that receiving such a case begins, the soonest due first.
pub fn begins<'d>(desk: &'d Desk, book: &'d PlanBook, channel: &str, severity: Severity, now: At, inside: bool) -> Vec<Begins<'d>> {
    let (mut board, mut dice) = (Board::default(), Dice::new(0));
    if let Some(received) = Fact::Opened.heard(now) {
        board.hear(&received, Some(book), &Subject::with(channel, severity, false), now, desk.shelves(), &mut || clock_id(now, &mut dice));
    }
    let clocks = board.seats.into_iter().map(|s| s.clock).filter(|c| inside || c.terms.kind == Kind::Contract);
    let mut begins: Vec<Begins> = clocks.map(|clock| Begins { row: book.promises.iter().find(|p| p.row == clock.terms.row), clock }).collect();
    begins.sort_by_key(|b| b.clock.due_at.unwrap_or(At::MAX));
    begins
}

/// What somebody may choose from when they ask, and what each choice is promised.
pub struct Choices<'d> {
    pub book: &'d PlanBook,
    pub channels: Vec<Way<'d>>,
    pub severities: Vec<Grade<'d>>,
    /// Products the book names, by line.
    pub lines: &'d [domain::plan::ProductLine],
}
pub struct Way<'d> {
    pub channel: &'d domain::plan::ChannelRule,
    /// `None`: the sources give no hours.
    pub calendar: Option<&'d Calendar>,
}
pub struct Grade<'d> {
    pub severity: Severity,
    pub begins: Vec<Begins<'d>>,
}
/// The choices of an account on a channel. Errors: Invalid, NotFound.
pub fn choices<'d>(
    tx: &mut Tx,
    desk: &'d Desk,
    leave: &Leave<OpenTicket>,
    named: Option<AccountId>,
    channel: &str,
    now: At,
) -> Result<Choices<'d>, Fault> {
    let who = leave.actor();
    if !crate::ticket::CHANNELS.contains(&channel) {
        return Err(Fault::Invalid(vec![Flaw::new("channel", "unknown").with("known", crate::ticket::CHANNELS.join(", "))]));
    }
    let account = whose(tx, who, named)?;
    let book = terms_now(tx, desk, account, now)?;
    let scale = Severity::scale_of(channel);
    let grade = |s: &Severity| Grade { severity: *s, begins: begins(desk, book, channel, *s, now, who.role.is_staff()) };
    let way = |c: &'d domain::plan::ChannelRule| Way { channel: c, calendar: c.calendar.as_deref().and_then(|id| desk.shelves().newest(id)) };
    Ok(Choices {
        book,
        channels: book.channels.iter().filter(|c| crate::ticket::CHANNELS.contains(&c.id.as_str())).map(way).collect(),
        severities: Severity::ALL.iter().filter(|s| s.scale() == scale).map(grade).collect(),
        lines: &book.scope.escort_products,
    })
}
