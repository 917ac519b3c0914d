//! Many cases at once, for measuring and for trying a house of some size: the same rules decide, the same rows are written, only the
//! transactions hold many cases each. The histories lie in the past, so nobody is told of them: no notices, no letters.
use crate::act::{move_loads, settle, tell_board};
use crate::board::Board;
use crate::log::{self, Line};
use crate::token::{self, NewToken};
use crate::{Act, Desk, Fault, access::Scopes, ticket};
use domain::kit::{AccountId, At, Dice, MessageId, PersonId, Span, TicketId};
use domain::people::{Actor, Deed, KeepOwnTokens, Role, ask};
use domain::ticket::{Command, Fact, Severity, Ticket, decide};
use serde_json::json;
use std::sync::Arc;
use std::sync::mpsc::channel;
use store::account::{Account, PlanOrder};
use store::log::NewEntry;
use store::message::{Message, MessageKind};
use store::person::{Person, Shift};
use store::ticket::{Case, Words};

/// What to load.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub tickets: u64,
    /// Accounts the cases belong to, made on the first load.
    pub accounts: u32,
    pub engineers: u32,
    /// Families of plans the accounts are on, in turn.
    pub families: Vec<String>,
    /// Every case is open, unanswered, and its first promise falls due at this instant, all at once. `None`: a mixture of stages.
    pub due_at: Option<At>,
    pub seed: u64,
}
impl Default for Wanted {
    fn default() -> Wanted {
        Wanted { tickets: 0, accounts: 200, engineers: 20, families: vec!["ali.enterprise".into()], due_at: None, seed: 1 }
    }
}

/// Who can do something in the loaded house, each with a token of their own.
#[derive(Debug, Clone)]
pub struct Hand {
    pub person: PersonId,
    pub account: Option<AccountId>,
    pub role: Role,
    pub secret: String,
}

/// What was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loaded {
    pub last: Option<TicketId>,
    pub clocks: u64,
    /// Of those: clocks that run now and will fire by themselves.
    pub running: u64,
}

/// Cases of one transaction; they share an account, so that its chain moves once. Two transactions are under way together, so that one is
/// thought out while the other is written.
const BATCH: u64 = 250;
const AT_ONCE: usize = 2;
const NAME: &str = "load";

/// Makes the people and accounts that are missing; gives everybody a fresh token while they have room for one.
pub fn people(desk: &Desk, wanted: &Wanted, now: At) -> Result<Vec<Hand>, Fault> {
    let wanted = wanted.clone();
    let persons = desk.write(now, move |cx| {
        let mut persons = vec![staff(cx, "admin", Role::Administrator)?, staff(cx, "chief", Role::DutyChief)?];
        for i in 0..wanted.engineers {
            persons.push(staff(cx, &format!("engineer-{i}"), Role::Engineer)?);
        }
        for i in 0..wanted.accounts {
            let family = &wanted.families[i as usize % wanted.families.len().max(1)];
            persons.push(contact(cx, i, family)?);
        }
        Ok(persons)
    })?;
    let mut hands = Vec::new();
    for p in persons {
        let actor = Actor { person: p.id, role: p.role, tier: p.tier, account: p.account };
        let issued = desk.write(now, move |cx| {
            let leave = ask::<KeepOwnTokens>(&actor).ok_or(Fault::Forbidden { deed: KeepOwnTokens::NAME })?;
            token::create(cx, &leave, &Scopes::all(), &NewToken { name: NAME.into(), scopes: vec!["*".into()], expires_at: None })
        })?;
        hands.push(Hand { person: p.id, account: p.account, role: p.role, secret: issued.secret });
    }
    Ok(hands)
}
fn staff(cx: &mut Act, name: &str, role: Role) -> Result<Person, Fault> {
    let login = format!("{NAME}-{name}");
    if let Some(known) = store::person::find_by_login(cx.tx, &login)? {
        return Ok(known);
    }
    let p = person(cx, None, role, &login);
    put_new(cx, &p)?;
    if role == Role::DutyChief {
        for duty in ["fallback", "duty_chief"] {
            let shift = Shift { id: cx.fresh(), duty: duty.into(), person: p.id, position: 50, from_at: cx.now, to_at: None };
            store::person::put_shift(cx.tx, &shift)?;
        }
    }
    Ok(p)
}
fn contact(cx: &mut Act, i: u32, family: &str) -> Result<Person, Fault> {
    let login = format!("{NAME}-contact-{i}");
    if let Some(known) = store::person::find_by_login(cx.tx, &login)? {
        return Ok(known);
    }
    let since = cx.now - Span::days(400);
    let account = Account {
        id: cx.fresh(),
        number: format!("L{i:05}"),
        name: format!("Load {i:05}"),
        language: "zh-CN".into(),
        tz: "Asia/Shanghai".into(),
        tam: None,
        contact: None,
        active: true,
        created_at: since,
        version: 1,
    };
    store::account::put_new(cx.tx, &account)?;
    log::write(cx, vec![Line::audit(None, Some(account.id), "account.created", json!({"number": account.number}))])?;
    let plan = cx.desk.shelves().version_at(family, cx.now).map(|b| b.id.clone()).ok_or_else(|| Fault::invalid("family", "unknown"))?;
    let order =
        PlanOrder { id: cx.fresh(), account: account.id, family: family.into(), plan, ordered_at: cx.now, starts_at: since, ends_at: None, by: None };
    store::account::put_order(cx.tx, &order)?;
    let p = person(cx, Some(account.id), Role::Contact, &login);
    put_new(cx, &p)?;
    Ok(p)
}
fn put_new(cx: &mut Act, p: &Person) -> Result<(), Fault> {
    store::person::put_new(cx.tx, p)?;
    let body = json!({"person": p.id.to_string(), "role": p.role.key()});
    log::write(cx, vec![Line::audit(None, p.account, "person.created", body)]).map(|_| ())
}
fn person(cx: &mut Act, account: Option<AccountId>, role: Role, login: &str) -> Person {
    Person {
        id: cx.fresh(),
        account,
        role,
        tier: if role == Role::Engineer { 2 } else { 0 },
        name: login.into(),
        login: login.into(),
        email: format!("{login}@example.com"),
        language: "zh-CN".into(),
        tz: "Asia/Shanghai".into(),
        skills: vec!["*".into()],
        languages: vec!["zh-CN".into(), "en".into()],
        capacity: 1_000_000,
        work_calendar: None,
        away_until: None,
        active: true,
        load: 0,
        last_assigned_at: None,
        quiet: None,
        digest: false,
        password_hash: None,
        created_at: cx.now,
        version: 1,
    }
}

/// Loads the cases; `told` hears how many are in after each transaction.
pub fn cases(desk: &Desk, wanted: &Wanted, hands: &[Hand], now: At, mut told: impl FnMut(u64)) -> Result<Loaded, Fault> {
    let engineers: Arc<[PersonId]> = hands.iter().filter(|h| h.role == Role::Engineer).map(|h| h.person).collect();
    let customers: Vec<(AccountId, PersonId)> = hands.iter().filter_map(|h| Some((h.account?, h.person))).collect();
    if engineers.is_empty() || customers.is_empty() {
        return Err(Fault::internal("nobody to load cases for"));
    }
    let first = block(desk, wanted.tickets)?;
    let (sender, written) = channel();
    let (mut begun, mut done, mut under_way, mut all) = (0, 0, 0, Loaded::default());
    while done < wanted.tickets {
        if under_way < AT_ONCE && begun < wanted.tickets {
            let n = BATCH.min(wanted.tickets - begun);
            let (account, requester) = customers[(begun / BATCH) as usize % customers.len()];
            let batch = Batch { from: begun, to: begun + n, first, account, requester, engineers: engineers.clone(), wanted: wanted.clone() };
            let sender = sender.clone();
            desk.write_then(now, move |cx| batch.write(cx), move |part| drop(sender.send(part.map(|p| (n, p)))));
            (begun, under_way) = (begun + n, under_way + 1);
            continue;
        }
        let (n, part) = written.recv().map_err(|_| Fault::internal("the database let a batch fall"))??;
        all = Loaded { last: all.last.max(part.last), clocks: all.clocks + part.clocks, running: all.running + part.running };
        (done, under_way) = (done + n, under_way - 1);
        told(done);
    }
    Ok(all)
}
/// Consecutive case numbers.
fn block(desk: &Desk, n: u64) -> Result<i64, Fault> {
    desk.db().write(move |tx| Ok(store::ticket::take_block(tx, "ticket", 10_001, n as i64)?))
}

struct Batch {
    from: u64,
    to: u64,
    /// Number of case 0.
    first: i64,
    account: AccountId,
    requester: PersonId,
    engineers: Arc<[PersonId]>,
    wanted: Wanted,
}
/// What a batch will write, each kind of row at once.
#[derive(Default)]
struct Rows {
    cases: Vec<(Case, Board)>,
    messages: Vec<Message>,
    entries: Vec<NewEntry>,
}
impl Batch {
    fn write(&self, cx: &mut Act) -> Result<Loaded, Fault> {
        let loaded_at = cx.now;
        let mut dice = Dice::new(self.wanted.seed ^ self.from.wrapping_mul(0x9E37_79B9));
        let plan = ticket::plan_now(cx.tx, cx.desk, self.account, cx.now)?.id.clone();
        let mut rows = Rows::default();
        for i in self.from..self.to {
            self.case(cx, i, &plan, loaded_at, &mut dice, &mut rows)?;
        }
        cx.now = loaded_at;
        let cases: Vec<&Case> = rows.cases.iter().map(|(case, _)| case).collect();
        store::ticket::put_new_all(cx.tx, &cases)?;
        store::message::put_new_all(cx.tx, &rows.messages)?;
        Board::save_all(cx.tx, rows.cases.iter().map(|(case, board)| (case.ticket.id, case.ticket.account, board)))?;
        store::log::append(cx.tx, &rows.entries)?;
        let pairs: Vec<_> = cases.iter().map(|case| (None, Some(*case))).collect();
        move_loads(cx, &pairs)?;
        crate::view::moved_all(cx, &pairs)?;
        cx.tx.nudge("clock");
        let seats = || rows.cases.iter().flat_map(|(_, board)| &board.seats);
        let running = seats().filter(|s| s.clock.is_open() && s.clock.fires_at.is_some()).count() as u64;
        Ok(Loaded { last: cases.last().map(|c| c.ticket.id), clocks: seats().count() as u64, running })
    }

    /// One case with its history. Half are closed, the older ones; the others are in all stages of work.
    fn case(&self, cx: &mut Act, i: u64, plan: &str, loaded_at: At, dice: &mut Dice, rows: &mut Rows) -> Result<(), Fault> {
        let mut history = History { rows, case: self.fresh(cx, i, plan, loaded_at, dice), board: Board::default() };
        let engineer = Actor { person: self.engineers[i as usize % self.engineers.len()], role: Role::Engineer, tier: 2, account: None };
        let customer = Actor { person: self.requester, role: Role::Contact, tier: 0, account: Some(self.account) };
        let assigned = Fact::Assigned { to: engineer.person, why: vec!["load".into()] };
        history.happen(cx, &customer, vec![Fact::Opened, assigned], Some(text(dice)))?;
        let answer = Command::Reply { asks: false };
        let resolve = || Command::Resolve { cause: "configuration".into() };
        let steps: Vec<(&Actor, Command, bool)> = match (self.wanted.due_at, i * 10 / self.wanted.tickets.max(1), i % 8) {
            (Some(_), ..) => vec![],
            (None, 0..=4, _) => vec![(&engineer, answer.clone(), true), (&engineer, resolve(), true), (&customer, Command::Confirm, false)],
            (None, _, 0..=4) => vec![],
            (None, _, 5) => vec![(&engineer, answer.clone(), true), (&customer, answer.clone(), true)],
            (None, _, 6) => vec![(&engineer, Command::Reply { asks: true }, true)],
            (None, ..) => vec![(&engineer, answer.clone(), true), (&engineer, resolve(), true)],
        };
        for (who, command, speaks) in steps {
            cx.now = (cx.now + Span::seconds(60 + dice.roll(900) as i64)).min(loaded_at);
            let facts = decide(&history.case.ticket, who, &command, &cx.desk.rules().patience, cx.now)?;
            history.happen(cx, who, facts, speaks.then(|| text(dice)))?;
        }
        cx.now = loaded_at;
        history.end(cx);
        Ok(())
    }
    fn fresh(&self, cx: &mut Act, i: u64, plan: &str, loaded_at: At, dice: &mut Dice) -> Case {
        cx.now = match self.wanted.due_at {
            Some(due) => due - first_target(cx.desk, plan),
            None => opened_at(i, self.wanted.tickets, loaded_at),
        };
        let id: TicketId = cx.fresh();
        let word = |words: &[&str], dice: &mut Dice| dice.pick(words).copied().unwrap_or_default().to_string();
        let (product, severity) = (word(PRODUCTS, dice), Severity::parse(&word(SEVERITIES, dice)).unwrap_or(Severity::Medium));
        let subject = format!("{} {} {}", product.to_uppercase(), word(TROUBLES, dice), self.first + i as i64);
        let ticket = Ticket::opened(id, self.account, self.requester, "web_ticket".into(), severity, cx.now);
        Case {
            ticket,
            number: self.first + i as i64,
            words: Words { subject, product, instance: format!("i-{:08x}", dice.roll(u32::MAX.into())), ..Words::default() },
            plan: plan.to_string(),
            language: "zh-CN".into(),
            updated_at: cx.now,
            cause: String::new(),
            next_due_at: None,
            broken: 0,
            messages: 0,
            checks_open: 0,
            minutes_spent: 0,
        }
    }
}
/// The closed ones over a year, the open ones over the last day; order of cases is order of time.
fn opened_at(i: u64, of: u64, now: At) -> At {
    let share = i as f64 / of.max(1) as f64;
    let back = if share < 0.5 {
        Span::days(365).as_micros() as f64 * (0.5 - share) / 0.5 + Span::days(2).as_micros() as f64
    } else {
        Span::days(1).as_micros() as f64 * (1.0 - share) / 0.5
    };
    now - Span::micros(back as i64)
}
/// How long the first promise of a web ticket gives.
fn first_target(desk: &Desk, plan: &str) -> Span {
    let promises = desk.shelves().book(plan).map(|b| b.promises.as_slice()).unwrap_or_default();
    let spans = promises.iter().filter(|p| p.starts == domain::promise::On::Received && p.channel.takes("web_ticket"));
    let targets = spans.filter_map(|p| match p.target {
        Some(domain::promise::Target::Time(span)) => Some(span),
        _ => None,
    });
    targets.min().unwrap_or(Span::minutes(120))
}

/// A case that is being lived through; what its history leaves goes to the rows.
struct History<'a> {
    case: Case,
    board: Board,
    rows: &'a mut Rows,
}
impl History<'_> {
    fn happen(&mut self, cx: &mut Act, who: &Actor, facts: Vec<Fact>, words: Option<String>) -> Result<(), Fault> {
        let message: Option<MessageId> = words.as_ref().map(|_| cx.fresh());
        self.board.tick(cx.now, cx.desk.shelves());
        let (case, lines) = tell_board(cx, self.case.clone(), Some(who.person), &facts, message, &mut self.board)?;
        self.case = case;
        self.case.updated_at = cx.now;
        if let (Some(id), Some(body)) = (message, words) {
            let kind = MessageKind::Public;
            let message = Message { id, ticket: self.case.ticket.id, author: Some(who.person), kind, body, at: cx.now, language: "zh-CN".into() };
            self.rows.messages.push(message);
        }
        self.note(cx.now, lines);
        Ok(())
    }
    fn note(&mut self, at: At, lines: Vec<Line>) {
        self.rows.entries.extend(lines.into_iter().map(|l| l.entry(at)));
    }
    /// Everything that fell due until now has fired; the case stays as it stands.
    fn end(mut self, cx: &mut Act) {
        self.board.tick(cx.now, cx.desk.shelves());
        let mut lines = Vec::new();
        settle(self.case.updated_at, None, &mut self.case, &self.board, &mut lines);
        self.note(cx.now, lines);
        self.rows.cases.push((self.case, self.board));
    }
}

const PRODUCTS: &[&str] = &["ecs", "rds", "oss", "slb", "redis", "ack", "cdn", "vpc", "polardb", "kafka"];
const SEVERITIES: &[&str] = &["low", "medium", "medium", "high", "urgent"];
/// What goes wrong; the bench searches for these words.
const TROUBLES: &[&str] = &[
    "无法登录实例",
    "连接超时",
    "磁盘空间不足",
    "slow queries after upgrade",
    "备份失败",
    "certificate expired",
    "节点未就绪",
    "权限错误 403",
    "packet loss between zones",
    "计费异常",
];
const SENTENCES: &[&str] = &[
    "我们从今天早上开始无法连接到实例,控制台显示运行中。",
    "The connection times out after thirty seconds, ping works from the same zone.",
    "已经重启过一次,问题依旧,请帮忙查看后台日志。",
    "Please find the trace id in the attachment, it happened twice this week.",
    "业务高峰期间延迟明显升高,影响了下单流程。",
    "We rolled back the last deployment and the error is still there.",
    "安全组规则没有变化,其他实例可以正常访问。",
    "Could you confirm whether there was maintenance in this region?",
];
fn text(dice: &mut Dice) -> String {
    let n = 1 + dice.roll(4);
    (0..n).filter_map(|_| dice.pick(SENTENCES).copied()).collect::<Vec<_>>().join(" ")
}
