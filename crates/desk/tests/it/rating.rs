use crate::world::{World, code, flaws, leave};
use desk::rating::rate;
use domain::kit::{Span, TicketId};
use domain::people::{RateTicket, ReadTicket};
use domain::ticket::{Command, Rating};
use store::person::Person;
use store::store_test;

fn give(w: &World, by: &Person, id: TicketId, stars: u32, comment: &'static str) -> Result<Rating, desk::Fault> {
    let l = leave::<RateTicket>(by);
    w.write(move |cx| rate(cx, &l, id, stars, comment))
}
store_test! {
    fn a_closed_case_is_rated_once_and_may_be_changed_for_a_week(db) {
        let mut w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        assert_eq!(code(give(&w, &w.contact, id, 5, "")), "ticket.not_closed");
        w.say(&w.contact, id, Command::Withdraw { reason: "found it".into() }, "found it");
        let first = give(&w, &w.contact, id, 3, " slow ").unwrap();
        assert_eq!((first.stars, first.comment.as_str(), first.edited_at), (3, "slow", None));
        assert_eq!(w.last_lines(1), ["ticket.rated"]);
        let given_at = w.now;
        w.pass(Span::days(7) - Span::seconds(1));
        let second = give(&w, &w.manager, id, 4, "slow, but right").unwrap();
        assert_eq!((second.at, second.edited_at, second.by), (given_at, Some(w.now), w.manager.id));
        w.pass(Span::seconds(1));
        assert_eq!(code(give(&w, &w.contact, id, 1, "")), "rating.too_late");
        let seen = w.read(|tx| desk::ticket::read(tx, &w.desk, &leave::<ReadTicket>(&w.engineer), id, w.now)).unwrap();
        assert_eq!(seen.rating, Some(second));
    }
    fn stars_are_one_to_five_and_other_peoples_cases_are_not_ones_own_to_rate(db) {
        let w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        w.say(&w.contact, id, Command::Withdraw { reason: "found it".into() }, "found it");
        for stars in [0, 6] {
            assert_eq!(flaws(give(&w, &w.contact, id, stars, "")), [("stars".to_string(), "out_of_range")]);
        }
        assert_eq!(code(give(&w, &w.colleague, id, 5, "")), "not_found");
        assert_eq!(code(give(&w, &w.stranger, id, 5, "")), "not_found");
    }
}
