//! Who takes a case, and what the same rule would answer to a question that is none yet. The rule is [`domain::routing::route`]; here it gets
//! its candidates. What a trial says and what a case gets are one function ([`Room::choose`]).
use crate::{Act, Desk, Fault, Flaw, form::Form};
use domain::kit::{AccountId, At, PersonId, TicketId};
use domain::people::{Leave, ReadTicket, TryRouting};
use domain::routing::{Candidate, Choice, Need, Standing, route, stand};
use domain::ticket::{Fact, Scale, Severity};
use std::collections::HashMap;
use store::db::Tx;
use store::log::Entry;
use store::person::{Named, Person};
use store::ticket::Case;

/// Everybody who answers cases, read once.
struct Room<'d> {
    desk: &'d Desk,
    people: Vec<Person>,
}
impl<'d> Room<'d> {
    fn read(tx: &mut Tx, desk: &'d Desk) -> Result<Room<'d>, Fault> {
        Ok(Room { desk, people: store::person::list_answering(tx)? })
    }
    /// The choice for a need at an instant. `owner`: who answered the case first.
    fn choose(&self, tx: &mut Tx, need: &Need, tam: Option<PersonId>, owner: Option<PersonId>, at: At) -> Result<(Choice, Vec<Candidate>), Fault> {
        let fallback = store::person::list_on_duty(tx, "fallback", at)?;
        let candidates: Vec<Candidate> = self.people.iter().map(|p| self.candidate(p, tam, owner, at)).collect();
        Ok((route(need, &candidates, &fallback), candidates))
    }
    fn candidate(&self, p: &Person, tam: Option<PersonId>, owner: Option<PersonId>, at: At) -> Candidate {
        let shelves = self.desk.shelves();
        let at_work = p.work_calendar.as_deref().and_then(|c| shelves.newest(c)).is_none_or(|c| c.is_open(at));
        Candidate {
            person: p.id,
            role: p.role,
            tier: p.tier,
            skills: p.skills.clone(),
            languages: p.languages.clone(),
            load: p.load,
            capacity: p.capacity,
            on_shift: at_work && p.away_until.is_none_or(|until| until <= at),
            is_tam: tam == Some(p.id),
            is_first_ask: owner == Some(p.id),
            last_assigned_at: p.last_assigned_at,
        }
    }
}
fn need_of(case: &Case) -> Need {
    Need {
        product: case.words.product.clone(),
        component: String::new(),
        language: case.language.clone(),
        severity_rank: case.ticket.severity.rank(),
        tier: case.ticket.tier,
        account: case.ticket.account,
    }
}
fn tam_of(tx: &mut Tx, account: AccountId) -> Result<Option<PersonId>, Fault> {
    Ok(store::account::find(tx, account)?.and_then(|a| a.tam))
}
/// Who takes a case: E1, E2, E5. Reads everybody who answers; the choice itself is the domain's.
pub(crate) fn assign(cx: &mut Act, case: &Case) -> Result<Option<Fact>, Fault> {
    let room = Room::read(cx.tx, cx.desk)?;
    let tam = tam_of(cx.tx, case.ticket.account)?;
    let (choice, _) = room.choose(cx.tx, &need_of(case), tam, case.ticket.owner, cx.now)?;
    Ok(choice.who.map(|to| Fact::Assigned { to, why: choice.why }))
}

/// What a trial asks about: a case as it stands, or words that are no case yet.
#[derive(Debug, Clone)]
pub enum Question {
    Case(TicketId),
    Words(Words),
}
/// What is not said is what a customer who says nothing gets.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub product: String,
    pub severity: Option<String>,
    pub language: Option<String>,
    pub channel: Option<String>,
    pub account: Option<AccountId>,
    pub tier: Option<u8>,
}
/// What routing would do.
#[derive(Debug, Clone)]
pub struct Trial {
    pub at: At,
    pub choice: Choice,
    /// The chosen one first, then the others in the order they were looked at; at most [`STANDINGS_MAX`].
    pub standings: Vec<(Standing, Candidate)>,
    pub people: Vec<Named>,
}
pub const STANDINGS_MAX: usize = 50;

/// What routing would do now, or with the shifts and the rota of another instant; loads are today's. Stores nothing.
/// Errors: NotFound for a case or account that is not theirs, Invalid with every flaw.
pub fn try_out(tx: &mut Tx, desk: &Desk, leave: &Leave<TryRouting>, see: &Leave<ReadTicket>, asked: &Question, at: At) -> Result<Trial, Fault> {
    let (need, tam, owner) = match asked {
        Question::Case(id) => {
            let case = crate::ticket::get(tx, see.actor(), *id)?;
            (need_of(&case), tam_of(tx, case.ticket.account)?, case.ticket.owner)
        }
        Question::Words(words) => need_of_words(tx, desk, leave, words)?,
    };
    let (choice, candidates) = Room::read(tx, desk)?.choose(tx, &need, tam, owner, at)?;
    let standings: Vec<(Standing, Candidate)> = stand(&need, &candidates, &choice).into_iter().take(STANDINGS_MAX).collect();
    let ids: Vec<PersonId> = standings.iter().map(|(s, _)| s.person).collect();
    Ok(Trial { at, choice, standings, people: store::person::list_named(tx, &ids)? })
}
type Needs = (Need, Option<PersonId>, Option<PersonId>);
fn need_of_words(tx: &mut Tx, desk: &Desk, leave: &Leave<TryRouting>, w: &Words) -> Result<Needs, Fault> {
    let account = match w.account {
        Some(id) => Some(store::account::find(tx, id)?.filter(|a| leave.actor().may_know(a.id)).ok_or(Fault::NotFound)?),
        None => None,
    };
    let mut flaws: Vec<Flaw> = Vec::new();
    let severity = match (w.channel.as_deref(), w.severity.as_deref()) {
        (None, None) => Some(Severity::Medium),
        (None, Some(key)) => {
            let found = Severity::parse(key);
            if found.is_none() {
                let known: Vec<&str> = Severity::ALL.iter().map(|s| s.key()).collect();
                flaws.push(Flaw::new("severity", "unknown").with("known", known.join(", ")));
            }
            found
        }
        (Some(channel), key) => crate::ticket::on_scale(channel, key.unwrap_or_else(|| usual(channel).key()), &mut flaws),
    };
    let mut form = Form::new();
    let product = form.line_or_none("product", &w.product, 100);
    let language = w.language.as_ref().map(|tag| form.language("language", tag));
    let tier = w.tier.unwrap_or(1);
    form.must((1..=4).contains(&tier), "tier", "not_a_tier");
    match (severity, form.done()) {
        (Some(severity), Ok(())) if flaws.is_empty() => {
            let language = language.or_else(|| account.as_ref().map(|a| a.language.clone())).unwrap_or_else(|| desk.rules().language.clone());
            let id = account.as_ref().map_or(AccountId::from_raw(0), |a| a.id);
            let need = Need { product, component: String::new(), language, severity_rank: severity.rank(), tier, account: id };
            Ok((need, account.and_then(|a| a.tam), None))
        }
        (_, Err(Fault::Invalid(more))) => Err(Fault::Invalid(flaws.into_iter().chain(more).collect())),
        (_, Err(fault)) => Err(fault),
        _ => Err(Fault::Invalid(flaws)),
    }
}

fn usual(channel: &str) -> Severity {
    if Severity::scale_of(channel) == Scale::Group { Severity::GeneralProblem } else { Severity::Medium }
}

/// A case of the past: who got it first, and who would get it by the rules, the people and the loads of today.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub case: Case,
    pub was: Option<PersonId>,
    pub would: Option<PersonId>,
}
pub const PAST_MAX: u32 = 200;
/// So many lines of a case's log are looked at for its first assignment, which is written with its opening.
const FIRST_LINES: u32 = 8;

/// The newest cases, each as if it were opened again at its instant: nobody has answered it yet, it lies on the first tier.
/// Errors: Invalid unless `limit` is 1 to [`PAST_MAX`].
pub fn try_past(
    tx: &mut Tx,
    desk: &Desk,
    _leave: &Leave<TryRouting>,
    _see: &Leave<ReadTicket>,
    limit: u32,
) -> Result<(Vec<Replayed>, Vec<Named>), Fault> {
    if !(1..=PAST_MAX).contains(&limit) {
        return Err(Fault::Invalid(vec![Flaw::new("limit", "out_of_range").with("min", 1).with("max", PAST_MAX)]));
    }
    let room = Room::read(tx, desk)?;
    let mut tams: HashMap<AccountId, Option<PersonId>> = HashMap::new();
    let mut all = Vec::new();
    for case in store::ticket::list_newest(tx, limit)? {
        let account = case.ticket.account;
        let tam = match tams.get(&account) {
            Some(tam) => *tam,
            None => *tams.entry(account).or_insert(tam_of(tx, account)?),
        };
        let need = Need { tier: 1, ..need_of(&case) };
        let (choice, _) = room.choose(tx, &need, tam, None, case.ticket.opened_at)?;
        let first = store::log::list_of_ticket(tx, case.ticket.id, 0, FIRST_LINES)?;
        all.push(Replayed { was: first.iter().find_map(assigned_to), would: choice.who, case });
    }
    let mut ids: Vec<PersonId> = all.iter().flat_map(|r| [r.was, r.would]).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    Ok((all, store::person::list_named(tx, &ids)?))
}
fn assigned_to(line: &Entry) -> Option<PersonId> {
    if line.key != "ticket.assigned" {
        return None;
    }
    serde_json::from_str::<serde_json::Value>(&line.body).ok()?["to"].as_str()?.parse().ok()
}
