//! Who is told of what: in-site notices at once, mails and webhooks as rows of the outbox, in the transaction that caused them.
use crate::directory::Directory;
use crate::{Act, Fault};
use domain::kit::{At, OutboxId, PersonId, Span, TicketId};
use domain::ticket::{Fact, Waking};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use store::log::Audience;
use store::notice::Notice;
use store::outbox::Letter;
use store::person::Person;
use store::ticket::Case;

/// Local hour at which bundled mails go out.
const DIGEST_HOUR: i8 = 8;

/// One thing to tell somebody.
pub struct Telling<'a> {
    pub topic: &'a str,
    /// Arguments of the sentence; words are made where the reader's language is known.
    pub args: Value,
    /// Told at once: neither quiet hours nor bundling hold it back.
    pub urgent: bool,
}

/// What is told by everything that is settled together: gathered, then written at once.
#[derive(Default)]
pub(crate) struct Bag {
    pub people: Directory,
    notices: Vec<Notice>,
    letters: Vec<Letter>,
}
impl Bag {
    /// Writes it all down. What is in the bag and not posted was never said.
    pub fn post(self, cx: &mut Act) -> Result<(), Fault> {
        if !self.notices.is_empty() {
            store::notice::put_new_all(cx.tx, &self.notices)?;
            cx.tx.nudge("notice");
        }
        if !self.letters.is_empty() {
            store::outbox::put_new_all(cx.tx, &self.letters)?;
        }
        Ok(())
    }
}

/// Facts of a case to the people they concern; nobody is told of what they did themselves.
pub(crate) fn of_facts(cx: &mut Act, bag: &mut Bag, case: &Case, actor: Option<PersonId>, facts: &[Fact]) -> Result<(), Fault> {
    for fact in facts {
        let urgent = case.ticket.severity.rank() <= 1 || matches!(fact, Fact::Consulted { .. } | Fact::PersonAsked { .. });
        let mut people = concerned(case, fact);
        if matches!(fact, Fact::PersonAsked { .. }) {
            people.extend(called_as_well(cx, bag, case)?);
            people.sort();
            people.dedup();
        }
        for person in people {
            if Some(person) != actor {
                tell(cx, bag, case, person, &Telling { topic: fact.key(), args: Value::Null, urgent })?;
            }
        }
    }
    Ok(())
}
/// Who is called when a customer asks for a person and nobody seems to be there: the duty chief, else whoever takes what nobody takes.
fn called_as_well(cx: &mut Act, bag: &mut Bag, case: &Case) -> Result<Vec<PersonId>, Fault> {
    let last_word = store::message::last_of_staff(cx.tx, case.ticket.id)?;
    if !domain::ticket::is_left_alone(&case.ticket, last_word, cx.now) {
        return Ok(Vec::new());
    }
    let chiefs = bag.people.on_duty(cx.tx, "duty_chief", cx.now)?;
    if chiefs.is_empty() { bag.people.on_duty(cx.tx, "fallback", cx.now) } else { Ok(chiefs) }
}
pub(crate) fn concerned(case: &Case, fact: &Fact) -> Vec<PersonId> {
    let t = &case.ticket;
    let working = || t.handler.into_iter().chain(t.owner).chain(t.followers.iter().copied());
    let mut people: Vec<PersonId> = match fact {
        Fact::Assigned { to, .. } | Fact::HandedOver { to, .. } => vec![*to],
        Fact::Transferred { to, .. } => vec![*to],
        Fact::Consulted { expert, .. } => vec![*expert],
        Fact::CustomerReplied { .. } | Fact::Confirmed { .. } | Fact::Reopened { .. } | Fact::Boosted { .. } | Fact::SeverityRaised { .. } => {
            working().collect()
        }
        Fact::PersonAsked { .. } | Fact::LowerDeclined | Fact::Woken { why: Waking::Time } => working().collect(),
        Fact::Replied { .. } | Fact::TimeoutAnnounced { .. } | Fact::Resolved { .. } | Fact::LowerProposed { .. } | Fact::SeverityLowered { .. } => {
            vec![t.requester]
        }
        Fact::Closed { .. } => vec![t.requester].into_iter().chain(working()).collect(),
        Fact::Noted { .. } => t.helpers.iter().copied().chain(working()).collect(),
        _ => Vec::new(),
    };
    people.sort();
    people.dedup();
    people
}

/// Tells one person of a case in the ways they want. In-site at once; by mail when their hours allow it.
pub(crate) fn tell(cx: &mut Act, bag: &mut Bag, case: &Case, person: PersonId, telling: &Telling) -> Result<(), Fault> {
    let args = json!({
        "number": cx.desk.number_text(case.number), "subject": case.words.subject, "severity": case.ticket.severity.key(), "ticket": case.ticket.id.to_string(),
    });
    tell_person(cx, bag, person, Some(case.ticket.id), args, telling)
}
/// As [`tell`], about anything: `args` go with the telling's own.
pub(crate) fn tell_person(
    cx: &mut Act,
    bag: &mut Bag,
    person: PersonId,
    ticket: Option<TicketId>,
    mut args: Value,
    telling: &Telling,
) -> Result<(), Fault> {
    let Some((p, unwanted)) = bag.people.person(cx.tx, person)?.filter(|(p, _)| p.active) else { return Ok(()) };
    let wants = |way: &str| !unwanted.iter().any(|(topic, w)| w == way && covers(topic, telling.topic));
    if let (Some(args), Some(more)) = (args.as_object_mut(), telling.args.as_object()) {
        args.extend(more.clone());
    }
    let body = args.to_string();
    if cx.desk.rules().mail && wants("mail") && !p.email.is_empty() {
        let due_at = if telling.urgent { cx.now } else { convenient(p, cx.now) };
        bag.letters.push(letter(cx.fresh(), "mail", person.bytes(), cx.pos, telling.topic, body.clone(), due_at, cx.now));
    }
    if wants("in_site") {
        bag.notices.push(Notice { id: cx.fresh(), person, topic: telling.topic.into(), ticket, body, at: cx.now, read_at: None });
    }
    Ok(())
}
/// A preference for `ticket` covers every topic that begins with it.
fn covers(preference: &str, topic: &str) -> bool {
    preference == "*" || topic == preference || topic.strip_prefix(preference).is_some_and(|rest| rest.starts_with('.'))
}
/// A row of the outbox that waits to be sent.
#[expect(clippy::too_many_arguments, reason = "a row has as many columns as it has")]
pub(crate) fn letter(id: OutboxId, way: &str, target: [u8; 16], log_pos: i64, topic: &str, body: String, due_at: At, now: At) -> Letter {
    Letter {
        id,
        way: way.into(),
        target,
        log_pos,
        topic: topic.into(),
        body,
        state: "queued".into(),
        attempts: 0,
        due_at,
        created_at: now,
        ended_at: None,
        error: None,
    }
}

/// The next moment an ordinary mail may be sent to this person: bundled ones in the morning, none in the quiet hours.
pub fn convenient(p: &Person, now: At) -> At {
    let tz = TimeZone::get(&p.tz).unwrap_or(TimeZone::UTC);
    let local = tz.to_datetime(now.timestamp());
    let at_time = |days: i8, time: Time| {
        let date = local.date().saturating_add(jiff::Span::new().days(days));
        tz.to_ambiguous_timestamp(date.to_datetime(time)).compatible().map(At::from).unwrap_or(now)
    };
    if p.digest {
        let morning = Time::constant(DIGEST_HOUR, 0, 0, 0);
        return if local.time() <= morning { at_time(0, morning) } else { at_time(1, morning) };
    }
    let Some((from, to)) = p.quiet else { return now };
    let minute = local.hour() as u32 * 60 + local.minute() as u32;
    let end = Time::midnight().saturating_add(jiff::Span::new().minutes(to.min(1439) as i64));
    match (from <= to, minute >= from, minute < to) {
        (true, true, true) => at_time(0, end),
        (false, true, _) => at_time(1, end),
        (false, _, true) => at_time(0, end),
        _ => now,
    }
}

/// What happened, to every webhook that listens to it. Internal and administrative lines go only to webhooks of the whole house.
pub(crate) fn of_webhooks(cx: &mut Act, bag: &mut Bag, case: &Case, told: &[(&'static str, Audience, Value)]) {
    let webhooks = cx.desk.webhooks();
    for hook in webhooks.iter().filter(|w| w.active && w.account.is_none_or(|a| a == case.ticket.account)) {
        for (key, audience, body) in told {
            let listens = hook.topics.iter().any(|t| covers(t, key));
            if !listens || (hook.account.is_some() && *audience != Audience::Public) {
                continue;
            }
            let data = json!({
                "ticket": case.ticket.id.to_string(), "number": cx.desk.number_text(case.number), "account": case.ticket.account.to_string(),
                "stage": case.ticket.stage.key(), "severity": case.ticket.severity.key(), "version": case.ticket.version, "fact": body,
            });
            let payload = json!({"type": key, "timestamp": cx.now.to_string(), "data": data});
            bag.letters.push(letter(cx.fresh(), "webhook", hook.id.bytes(), cx.pos, key, payload.to_string(), cx.now, cx.now));
        }
    }
}

/// How long a claim of the postman holds.
pub const CLAIM_LASTS: Span = Span::minutes(2);

#[cfg(test)]
mod tests {
    use super::*;
    use domain::people::Role;
    fn somebody(quiet: Option<(u32, u32)>, digest: bool) -> Person {
        Person {
            id: PersonId::from_raw(1),
            account: None,
            role: Role::Engineer,
            tier: 1,
            name: "Li".into(),
            login: "li".into(),
            email: "li@example.com".into(),
            language: "zh-CN".into(),
            tz: "Asia/Shanghai".into(),
            skills: vec![],
            languages: vec![],
            capacity: 10,
            work_calendar: None,
            away_until: None,
            active: true,
            load: 0,
            last_assigned_at: None,
            quiet,
            digest,
            password_hash: None,
            created_at: At::MIN,
            version: 1,
        }
    }
    #[track_caller]
    fn check(p: &Person, now: &str, then: &str) {
        assert_eq!(convenient(p, At::parse(now).unwrap()), At::parse(then).unwrap());
    }
    #[test]
    fn quiet_hours_over_midnight_hold_a_mail_until_their_end() {
        let p = somebody(Some((22 * 60, 7 * 60)), false);
        check(&p, "2026-03-02T23:30:00+08:00", "2026-03-03T07:00:00+08:00");
        check(&p, "2026-03-03T06:59:00+08:00", "2026-03-03T07:00:00+08:00");
        check(&p, "2026-03-03T07:00:00+08:00", "2026-03-03T07:00:00+08:00");
        check(&p, "2026-03-03T12:00:00+08:00", "2026-03-03T12:00:00+08:00");
    }
    #[test]
    fn bundled_mails_go_out_in_the_morning() {
        let p = somebody(None, true);
        check(&p, "2026-03-02T07:30:00+08:00", "2026-03-02T08:00:00+08:00");
        check(&p, "2026-03-02T09:00:00+08:00", "2026-03-03T08:00:00+08:00");
    }
    #[test]
    fn a_preference_covers_what_begins_with_it() {
        assert!(covers("ticket", "ticket.replied") && covers("*", "clock.breached") && covers("ticket.replied", "ticket.replied"));
        assert!(!covers("ticket", "tickets.replied") && !covers("ticket.replied", "ticket"));
    }
}
