use crate::world::{PASSWORD, World, code, flaws, leave};
use desk::access::prepare_password;
use desk::pass::{self, INVITE_LASTS, SIGN_IN_LASTS};
use desk::people::{NewPerson, create};
use desk::postman::{Parcel, claim};
use domain::kit::{PersonId, Span};
use domain::people::{InvitePerson, NameContact, Role};
use store::person::Person;
use store::store_test;

/// The texts of the letters that wait for somebody, and what stands behind `#` in them.
fn letters(w: &World, to: &Person) -> Vec<(String, String)> {
    let all = claim(&w.desk, "test", w.now, 100).unwrap();
    let mails = all.into_iter().filter_map(|o| match o.parcel {
        Parcel::Mail(m) if m.address == to.email => Some(m.text),
        _ => None,
    });
    mails.map(|text| (text.clone(), text.split('#').nth(1).unwrap_or_default().split_whitespace().next().unwrap_or_default().to_string())).collect()
}
fn ask(w: &World, email: &'static str) {
    w.write(move |cx| pass::send_sign_in(cx, email)).unwrap();
}
fn newcomer(w: &World) -> Person {
    let l = leave::<InvitePerson>(&w.manager);
    let new = NewPerson { language: Some("en".into()), ..NewPerson::new(Some(w.ours.id), Role::Contact, "Wu", "wu@example.com") };
    w.write(move |cx| create(cx, &l, &new)).unwrap()
}
fn invite(w: &World, by: &Person, id: PersonId) -> Result<pass::Invitation, desk::Fault> {
    let l = leave::<InvitePerson>(by);
    w.write(move |cx| pass::invite(cx, &l, id))
}

store_test! {
    fn a_link_signs_in_once_and_for_a_quarter_of_an_hour(db) {
        let mut w = World::new(db);
        ask(&w, " Contact@Example.com ");
        assert_eq!(w.last_lines(1), ["access.link_sent"]);
        let (text, token) = letters(&w, &w.contact).remove(0);
        assert!(text.contains("/portal/link#ynl_") && text.contains("登录"), "{text}");
        let used = token.clone();
        let signed_in = w.write(move |cx| pass::sign_in(cx, &used)).unwrap();
        assert_eq!(signed_in.person.id, w.contact.id);
        assert_eq!(w.knows(&signed_in.secret).unwrap().actor.person, w.contact.id);
        let again = token.clone();
        assert_eq!(code(w.write(move |cx| pass::sign_in(cx, &again))), "link_used");
        assert!(!w.log_text().contains(&token));

        ask(&w, "contact@example.com");
        let token = letters(&w, &w.contact).remove(0).1;
        w.pass(SIGN_IN_LASTS);
        assert_eq!(code(w.write(move |cx| pass::sign_in(cx, &token))), "link_expired");
        assert_eq!(code(w.write(|cx| pass::sign_in(cx, "ynl_forged"))), "link_unknown");
    }
    fn the_database_holds_no_token_that_could_be_used(db) {
        let w = World::new(db);
        ask(&w, "contact@example.com");
        let rows = w.read(|tx| Ok(store::outbox::list_of_target(tx, w.contact.id.bytes(), None, 10)?)).unwrap();
        assert!(rows.iter().all(|l| !l.body.contains("ynl_")) && rows.iter().any(|l| l.topic == pass::SIGN_IN_TOPIC));
    }
    fn nobody_learns_who_is_in_the_house_and_staff_use_their_password(db) {
        let w = World::new(db);
        let before = w.read(|tx| Ok(store::log::last_pos(tx)?)).unwrap();
        for email in ["nobody@example.com", "", "zero\0@example.com", "engineer@example.com"] {
            ask(&w, email);
        }
        assert_eq!(w.read(|tx| Ok(store::log::last_pos(tx)?)).unwrap(), before);
    }
    fn a_newer_link_takes_the_place_of_an_older(db) {
        let w = World::new(db);
        ask(&w, "contact@example.com");
        let old = letters(&w, &w.contact).remove(0).1;
        ask(&w, "contact@example.com");
        let new = letters(&w, &w.contact).remove(0).1;
        assert_eq!(code(w.write(move |cx| pass::sign_in(cx, &old))), "link_revoked");
        assert!(w.write(move |cx| pass::sign_in(cx, &new)).is_ok());
    }
    fn of_many_who_use_one_link_at_once_one_gets_in(db) {
        let w = World::new(db);
        ask(&w, "contact@example.com");
        let token = letters(&w, &w.contact).remove(0).1;
        let entered = std::thread::scope(|s| {
            let each = |_| {
                let (desk, now, token) = (w.desk.clone(), w.now, token.clone());
                s.spawn(move || desk.write(now, move |cx| pass::sign_in(cx, &token)).is_ok())
            };
            let all: Vec<_> = (0..6).map(each).collect();
            all.into_iter().map(|t| t.join().unwrap()).filter(|entered| *entered).count()
        });
        assert_eq!(entered, 1);
    }
    fn who_is_invited_chooses_a_password_and_is_in(db) {
        let mut w = World::new(db);
        let wu = newcomer(&w);
        assert_eq!(invite(&w, &w.manager, wu.id).unwrap().state, "sent");
        assert_eq!(w.last_lines(1), ["person.invited"]);
        let (text, token) = letters(&w, &wu).remove(0);
        assert!(text.contains("manager invites you") && text.contains("/portal/invitation#ynl_"), "{text}");
        w.pass(INVITE_LASTS - Span::seconds(1));
        assert_eq!(w.read(|tx| pass::invited(tx, &token, w.now)).unwrap().id, wu.id);
        let password = prepare_password(PASSWORD, "wu@example.com").unwrap();
        let (used, first) = (token.clone(), password.clone());
        let signed_in = w.write(move |cx| pass::accept(cx, &used, &first)).unwrap();
        assert!(w.knows(&signed_in.secret).is_ok());
        assert!(w.sign_in("wu@example.com", PASSWORD).is_ok());
        assert_eq!(code(w.write(move |cx| pass::accept(cx, &token, &password))), "link_used");
        assert_eq!(code(invite(&w, &w.manager, wu.id)), "person.has_password");
        let l = leave::<InvitePerson>(&w.manager);
        assert_eq!(w.read(|tx| pass::look(tx, &l, wu.id, w.now)).unwrap().state, "accepted");
    }
    fn an_invitation_can_be_sent_again_and_taken_back(db) {
        let mut w = World::new(db);
        let wu = newcomer(&w);
        let l = leave::<InvitePerson>(&w.manager);
        assert_eq!(code(w.read(|tx| pass::look(tx, &l, wu.id, w.now))), "not_found");
        invite(&w, &w.manager, wu.id).unwrap();
        let first = letters(&w, &wu).remove(0).1;
        w.pass(Span::hours(1));
        invite(&w, &w.admin, wu.id).unwrap();
        let second = letters(&w, &wu).remove(0).1;
        assert_eq!(code(w.read(|tx| pass::invited(tx, &first, w.now))), "link_revoked");
        assert_eq!(code(w.read(|tx| pass::invited(tx, "ynl_x", w.now))), "link_unknown");
        let l = leave::<InvitePerson>(&w.manager);
        assert_eq!(w.write(move |cx| pass::revoke(cx, &l, wu.id)).unwrap().state, "revoked");
        assert_eq!(code(w.read(|tx| pass::invited(tx, &second, w.now))), "link_revoked");
    }
    fn another_accounts_people_are_not_ones_own_to_invite(db) {
        let w = World::new(db);
        assert_eq!(code(invite(&w, &w.manager, w.stranger.id)), "not_found");
        assert_eq!(code(invite(&w, &w.manager, w.engineer.id)), "not_found");
    }
    fn a_manager_names_the_technical_contact_among_the_own_people(db) {
        let w = World::new(db);
        let name = |account, version, person: Option<PersonId>| {
            let l = leave::<NameContact>(&w.manager);
            w.write(move |cx| desk::account::name_contact(cx, &l, account, version, person))
        };
        assert_eq!(name(w.ours.id, 1, Some(w.colleague.id)).unwrap().contact, Some(w.colleague.id));
        assert_eq!(w.last_lines(1), ["account.contact_named"]);
        assert_eq!(code(name(w.ours.id, 1, None)), "stale");
        assert_eq!(flaws(name(w.ours.id, 2, Some(w.stranger.id))), [("person".to_string(), "unknown")]);
        assert_eq!(flaws(name(w.ours.id, 2, Some(w.engineer.id))), [("person".to_string(), "unknown")]);
        assert_eq!(code(name(w.theirs.id, 1, None)), "not_found");
        assert_eq!(name(w.ours.id, 2, None).unwrap().contact, None);
    }
    fn what_must_be_booked_ahead_begins_after_whole_working_days(db) {
        let w = World::new(db);
        let order = leave::<domain::people::OrderPlan>(&w.admin);
        let (id, new) = (w.ours.id, desk::account::NewOrder { family: "ali.top".into(), ..Default::default() });
        w.write(move |cx| desk::account::order_plan(cx, &order, id, &new)).unwrap();
        let read = leave::<domain::people::ReadAccount>(&w.contact);
        w.read(|tx| {
            let (book, leads) = desk::account::leads(tx, &w.desk, &read, id, w.now)?;
            assert_eq!(book.family, "ali.top");
            assert!(!leads.is_empty());
            // Asked on Monday the 2nd: five whole working days later is the day after Monday the 9th.
            for lead in leads.iter().filter(|l| l.working_days == 5) {
                assert_eq!(lead.earliest.map(|d| d.to_string()).as_deref(), Some("2026-03-10"));
            }
            assert_eq!(code(desk::account::leads(tx, &w.desk, &read, w.theirs.id, w.now).map(|_| ())), "not_found");
            Ok(())
        }).unwrap();
    }
}
