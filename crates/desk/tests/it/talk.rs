use crate::world::{World, flaws, leave, some_id};
use desk::presence::{self, Since};
use desk::{Fault, draft};
use domain::kit::{Span, TicketId};
use domain::people::{KeepDraft, ReadTicket};
use domain::ticket::Command;
use store::person::Person;
use store::presence::Draft;
use store::store_test;

fn keep(w: &World, by: &Person, id: TicketId, kind: &'static str, body: &'static str, seen: u32) -> Result<Draft, Fault> {
    let l = leave::<KeepDraft>(by);
    w.write(move |cx| draft::put(cx, &l, id, kind, body, seen))
}

store_test! {
    fn a_draft_is_kept_over_the_version_seen(db) {
        let w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        let first = keep(&w, &w.engineer, id, "internal", "perhaps the disk", 0).unwrap();
        assert_eq!(first.version, 1);
        let second = keep(&w, &w.engineer, id, "public", "It is the disk.", 1).unwrap();
        assert_eq!(second.version, 2);
        assert_eq!(keep(&w, &w.engineer, id, "public", "from another tab", 1).unwrap_err(), Fault::Stale { current: 2 });
        assert_eq!(keep(&w, &w.engineer, id, "public", "from another tab", 0).unwrap_err(), Fault::Stale { current: 2 });
        let get = |by: &Person| w.read(|tx| draft::get(tx, &leave::<KeepDraft>(by), id));
        assert_eq!(get(&w.engineer).unwrap(), second);
        assert_eq!(get(&w.chief).unwrap_err(), Fault::NotFound, "nobody reads another's draft");
        assert_eq!(w.read(|tx| draft::list(tx, &leave::<KeepDraft>(&w.engineer))).unwrap(), [second]);
        let l = leave::<KeepDraft>(&w.engineer);
        w.write(move |cx| draft::drop_own(cx, &l, id)).unwrap();
        assert_eq!(get(&w.engineer).unwrap_err(), Fault::NotFound);
        assert_eq!(keep(&w, &w.engineer, id, "public", "late", 2).unwrap_err(), Fault::Stale { current: 0 });
    }
    fn a_customer_drafts_on_their_own_cases_and_nothing_internal(db) {
        let w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        assert!(keep(&w, &w.contact, id, "public", "thank you", 0).is_ok());
        assert!(keep(&w, &w.manager, id, "public", "we wait", 0).is_ok());
        assert_eq!(keep(&w, &w.colleague, id, "public", "x", 0).unwrap_err(), Fault::NotFound);
        assert_eq!(keep(&w, &w.stranger, id, "public", "x", 0).unwrap_err(), Fault::NotFound);
        assert_eq!(flaws(keep(&w, &w.contact, id, "internal", "a\0b", 1)), [("kind", "unknown"), ("body", "control_character")].map(|(f, c)| (f.to_string(), c)));
    }
    fn who_was_here_half_a_minute_ago_is_gone(db) {
        let mut w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        let beat = |w: &World, by: &Person, doing: &'static str| {
            let l = leave::<ReadTicket>(by);
            w.write(move |cx| presence::beat(cx, &l, id, doing))
        };
        beat(&w, &w.engineer, "typing").unwrap();
        beat(&w, &w.contact, "reading").unwrap();
        let here = |w: &World, by: &Person| {
            let all = w.read(|tx| presence::here(tx, &leave::<ReadTicket>(by), id, w.now)).unwrap();
            all.into_iter().map(|h| format!("{} {}", h.name, h.doing)).collect::<Vec<_>>()
        };
        assert_eq!(here(&w, &w.chief), ["engineer typing", "contact reading"]);
        assert_eq!(here(&w, &w.engineer), ["contact reading"], "oneself is not somebody else");
        assert_eq!(here(&w, &w.manager), ["contact reading"], "customers do not see who of the vendor reads along");
        w.pass(Span::seconds(29));
        assert_eq!(here(&w, &w.chief).len(), 2);
        beat(&w, &w.engineer, "reading").unwrap();
        w.pass(Span::seconds(1));
        assert_eq!(here(&w, &w.chief), ["engineer reading"]);
        assert_eq!(beat(&w, &w.stranger, "reading").unwrap_err(), Fault::NotFound);
        assert_eq!(flaws(beat(&w, &w.engineer, "sleeping")), [("doing".to_string(), "unknown")]);
        assert_eq!(w.read(|tx| presence::here(tx, &leave::<ReadTicket>(&w.stranger), id, w.now)).unwrap_err(), Fault::NotFound);
    }
    fn two_new_messages_since_you_started(db) {
        let mut w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        let began = w.now;
        w.pass(Span::minutes(1));
        let first = w.say(&w.engineer, id, Command::Reply { asks: false }, "Have you tried it again?").message.unwrap();
        w.pass(Span::minutes(1));
        let note = w.say(&w.chief, id, Command::Note, "Look at the disk.").message.unwrap();
        w.pass(Span::minutes(1));
        let last = w.say(&w.contact, id, Command::Reply { asks: false }, "Yes.").message.unwrap();
        let news = |by: &Person, since| w.read(|tx| presence::news(tx, &leave::<ReadTicket>(by), id, since));
        let of_engineer = news(&w.engineer, Since::Message(first)).unwrap();
        let mut authors = vec![w.chief.id, w.contact.id];
        authors.sort();
        assert_eq!((of_engineer.count, of_engineer.authors, of_engineer.last, of_engineer.more), (2, authors, Some(last), false));
        let of_contact = news(&w.contact, Since::Instant(began)).unwrap();
        assert_eq!((of_contact.count, of_contact.authors), (1, vec![w.engineer.id]), "neither their own nor what is internal");
        assert_eq!(news(&w.contact, Since::Message(note)).unwrap_err(), Fault::NotFound, "a note is not theirs to name");
        assert_eq!(news(&w.contact, Since::Message(some_id(5))).unwrap_err(), Fault::NotFound);
        assert_eq!(news(&w.colleague, Since::Instant(began)).unwrap_err(), Fault::NotFound);
        assert_eq!(news(&w.engineer, Since::Message(last)).unwrap().count, 0);
    }
}
