use crate::world::{World, code, flaws, leave};
use desk::chores::{Chore, RingAlarms};
use desk::grant::{self, NewGrant};
use domain::kit::{GrantId, PersonId, Span, TicketId};
use domain::people::{GiveAccess, ReadTicket, UseAccess};
use domain::ticket::{AccessGrant, AccessStanding, Command};
use store::person::Person;
use store::store_test;

fn access(w: &World, to: Option<PersonId>) -> NewGrant {
    NewGrant { to, scopes: vec!["read_logs".into()], resource: "i-1, /var/log".into(), until: w.now + Span::hours(2) }
}
fn give(w: &World, by: &Person, id: TicketId, new: NewGrant) -> Result<AccessGrant, desk::Fault> {
    let l = leave::<GiveAccess>(by);
    w.write(move |cx| grant::give(cx, &l, id, &new))
}
fn revoke(w: &World, by: &Person, id: GrantId) -> Result<AccessGrant, desk::Fault> {
    let l = leave::<GiveAccess>(by);
    w.write(move |cx| grant::revoke(cx, &l, id))
}
fn note(w: &World, by: &Person, id: GrantId) -> Result<(), desk::Fault> {
    let l = leave::<UseAccess>(by);
    w.write(move |cx| grant::note_use(cx, &l, id, "read the log of the night").map(|_| ()))
}

store_test! {
    fn access_is_given_used_and_taken_back_and_all_of_it_is_told(db) {
        let w = World::new(db);
        let case = w.ticket(&w.contact).ticket.id;
        let given = give(&w, &w.contact, case, access(&w, Some(w.engineer.id))).unwrap();
        assert_eq!(w.last_lines(1), ["grant.given"]);
        note(&w, &w.engineer, given.id).unwrap();
        assert_eq!(w.last_lines(1), ["grant.used"]);
        assert_eq!(code(note(&w, &w.chief, given.id)), "grant.not_yours");
        let seen = w.read(|tx| desk::ticket::read(tx, &w.desk, &leave::<ReadTicket>(&w.engineer), case, w.now)).unwrap();
        assert_eq!(seen.grants.iter().map(|g| (g.id, g.uses)).collect::<Vec<_>>(), [(given.id, 1)]);
        assert!(seen.people.iter().any(|p| p.id == w.engineer.id));
        let (_, uses, people) = w.read(|tx| grant::read(tx, &leave::<ReadTicket>(&w.contact), given.id)).unwrap();
        assert_eq!((uses.len(), uses[0].by, uses[0].what.as_str()), (1, w.engineer.id, "read the log of the night"));
        assert_eq!(people.len(), 2);
        assert_eq!(revoke(&w, &w.manager, given.id).unwrap().standing(w.now), AccessStanding::Revoked);
        assert_eq!(w.last_lines(1), ["grant.revoked"]);
        assert_eq!(code(note(&w, &w.engineer, given.id)), "grant.revoked");
        assert_eq!(code(revoke(&w, &w.contact, given.id)), "grant.revoked");
    }
    fn access_given_to_whoever_handles_the_case_moves_with_it(db) {
        let w = World::new(db);
        let case = w.ticket(&w.contact);
        let given = give(&w, &w.contact, case.ticket.id, access(&w, None)).unwrap();
        let first = case.ticket.handler.unwrap();
        let (holder, other) = if first == w.engineer.id { (&w.engineer, &w.chief) } else { (&w.chief, &w.engineer) };
        note(&w, holder, given.id).unwrap();
        let transfer = Command::Transfer { to: other.id, tier: None, reason: "knows it better".into() };
        w.say(holder, case.ticket.id, transfer, "over to you");
        assert_eq!(code(note(&w, holder, given.id)), "grant.not_yours");
        note(&w, other, given.id).unwrap();
    }
    fn access_ends_by_itself_and_is_told_of_once(db) {
        let mut w = World::new(db);
        let case = w.ticket(&w.contact).ticket.id;
        let given = give(&w, &w.contact, case, access(&w, Some(w.engineer.id))).unwrap();
        let other = give(&w, &w.contact, case, access(&w, None)).unwrap();
        revoke(&w, &w.contact, other.id).unwrap();
        assert!(RingAlarms.next_at(&w.desk).unwrap().is_some_and(|at| at <= given.until));
        w.now = given.until;
        assert_eq!(code(note(&w, &w.engineer, given.id)), "grant.ended", "by the time, whether a chore came by or not");
        assert_eq!(code(revoke(&w, &w.contact, given.id)), "grant.ended");
        assert_eq!(RingAlarms.round(&w.desk, w.now).unwrap().did, 1, "what was taken back does not end as well");
        assert_eq!(w.last_lines(1), ["grant.ended"]);
        assert_eq!(RingAlarms.round(&w.desk, w.now).unwrap().did, 0);
        let told = w.read(|tx| Ok(store::outbox::list_of_target(tx, w.engineer.id.bytes(), None, 50)?)).unwrap();
        let topics: Vec<_> = told.iter().map(|l| l.topic.as_str()).filter(|t| t.starts_with("grant.")).collect();
        assert_eq!(topics.iter().filter(|t| **t == "grant.ended").count(), 1, "{topics:?}");
    }
    fn access_is_for_a_while_for_known_ends_and_for_those_who_answer(db) {
        let w = World::new(db);
        let case = w.ticket(&w.contact).ticket.id;
        let wrong = NewGrant { to: Some(w.colleague.id), scopes: vec!["everything".into()], resource: " ".into(), until: w.now };
        let found = flaws(give(&w, &w.contact, case, wrong));
        let want = [("scopes[0]", "unknown"), ("resource", "missing"), ("until", "not_in_future"), ("to", "nobody_who_answers")];
        assert_eq!(found, want.map(|(f, c)| (f.to_string(), c)));
        let late = NewGrant { until: w.now + Span::hours(72) + domain::kit::At::TICK, ..access(&w, None) };
        assert_eq!(flaws(give(&w, &w.contact, case, late)), [("until".to_string(), "too_far")]);
        let none = NewGrant { scopes: vec![], ..access(&w, None) };
        assert_eq!(flaws(give(&w, &w.contact, case, none)), [("scopes".to_string(), "missing")]);
        assert!(give(&w, &w.contact, case, NewGrant { until: w.now + Span::hours(72), ..access(&w, None) }).is_ok());
    }
    fn a_case_of_somebody_elses_is_not_ones_own_to_open_up(db) {
        let w = World::new(db);
        let case = w.ticket(&w.contact).ticket.id;
        assert_eq!(code(give(&w, &w.stranger, case, access(&w, None))), "not_found");
        assert_eq!(code(give(&w, &w.colleague, case, access(&w, None))), "not_found");
        let given = give(&w, &w.manager, case, access(&w, None)).unwrap();
        assert_eq!(code(revoke(&w, &w.stranger, given.id)), "not_found");
        assert_eq!(code(w.read(|tx| grant::read(tx, &leave::<ReadTicket>(&w.stranger), given.id))), "not_found");
    }
}
