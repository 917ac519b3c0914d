use crate::world::{World, code, flaws, leave};
use desk::people::{self, NewPerson, NewShift, Of, OwnEdit, PersonEdit};
use desk::{Fault, access};
use domain::kit::Span;
use domain::people::{EditPerson, EditRota, InvitePerson, ReadPerson, ReadRota, Role};
use store::person::Person;
use store::store_test;

fn invite(w: &World, by: &Person, new: NewPerson) -> Result<Person, Fault> {
    let leave = leave::<InvitePerson>(by);
    w.write(move |cx| people::create(cx, &leave, &new))
}

store_test! {
    fn a_manager_invites_contacts_of_the_own_account_and_nobody_else(db) {
        let w = World::new(db);
        let p = invite(&w, &w.manager, NewPerson::new(Some(w.ours.id), Role::Contact, "Wu", "Wu@Example.com")).unwrap();
        assert_eq!((p.login.as_str(), p.account, p.tz.as_str()), ("wu@example.com", Some(w.ours.id), "Asia/Shanghai"));
        assert_eq!(w.last_lines(1), ["person.created"]);
        let foreign = NewPerson::new(Some(w.theirs.id), Role::Contact, "Wu", "wu2@example.com");
        assert_eq!(code(invite(&w, &w.manager, foreign)), "not_found");
        let higher = NewPerson::new(Some(w.ours.id), Role::CustomerManager, "Wu", "wu3@example.com");
        assert_eq!(flaws(invite(&w, &w.manager, higher)), [("role".to_string(), "more_than_own")]);
        let staff = NewPerson::new(None, Role::Engineer, "Wu", "wu4@example.com");
        assert_eq!(flaws(invite(&w, &w.manager, staff)), [("role".to_string(), "more_than_own")]);
    }
    fn all_that_is_wrong_is_said_at_once(db) {
        let w = World::new(db);
        let new = NewPerson {
            tz: Some("Asia/Peking2".into()),
            language: Some("Chinese!".into()),
            tier: 9,
            skills: vec!["two words".into()],
            capacity: 5_000,
            work_calendar: Some("moon".into()),
            login: "with space".into(),
            ..NewPerson::new(Some(w.ours.id), Role::Engineer, "", "not an address")
        };
        let found = flaws(invite(&w, &w.admin, new));
        let want = [
            ("name", "missing"), ("login", "white_space"), ("email", "not_an_email"), ("language", "not_a_language"), ("tz", "unknown_time_zone"),
            ("skills[0]", "not_a_key"), ("account", "staff_has_none"), ("tier", "not_a_tier"), ("capacity", "too_large"), ("work_calendar", "unknown"),
        ];
        assert_eq!(found, want.map(|(f, c)| (f.to_string(), c)));
        let again = NewPerson { login: "CONTACT".into(), ..NewPerson::new(Some(w.theirs.id), Role::Contact, "Wu", "wu@example.com") };
        assert_eq!(flaws(invite(&w, &w.admin, again)), [("login".to_string(), "taken")]);
        let lost = NewPerson::new(None, Role::Contact, "Wu", "wu@example.com");
        assert_eq!(flaws(invite(&w, &w.admin, lost)), [("account".to_string(), "missing")]);
    }
    fn an_edit_names_the_version_it_has_seen(db) {
        let w = World::new(db);
        let id = w.engineer.id;
        let edit = |version: u32, e: PersonEdit| {
            let l = leave::<EditPerson>(&w.admin);
            w.write(move |cx| people::edit(cx, &l, id, version, &e))
        };
        let skills = PersonEdit { skills: Some(vec!["ecs".into(), "rds".into()]), tier: Some(3), ..PersonEdit::default() };
        let after = edit(1, skills.clone()).unwrap();
        assert_eq!((after.version, after.tier, after.skills.len()), (2, 3, 2));
        assert_eq!(edit(1, skills).unwrap_err(), Fault::Stale { current: 2 });
        let kept = w.read(|tx| Ok(store::person::find(tx, id)?)).unwrap().unwrap();
        assert_eq!(kept, after);
        assert!(w.log_text().contains(r#""changed":["tier","skills"]"#));
        assert_eq!(code(edit(2, PersonEdit { role: Some(Role::Contact), ..PersonEdit::default() })), "person.other_side");
    }
    fn of_many_edits_at_once_over_one_version_one_is_kept(db) {
        let w = World::new(db);
        let kept = std::thread::scope(|s| {
            let each = |n: u32| {
                let (desk, now, l, id) = (w.desk.clone(), w.now, leave::<EditPerson>(&w.admin), w.engineer.id);
                let edit = PersonEdit { capacity: Some(n), ..PersonEdit::default() };
                s.spawn(move || desk.write(now, move |cx| people::edit(cx, &l, id, 1, &edit)))
            };
            let all: Vec<_> = (0..8).map(each).collect();
            all.into_iter().map(|t| t.join().unwrap()).filter(|r| if let Err(f) = r { assert_eq!(*f, Fault::Stale { current: 2 }); false } else { true }).count()
        });
        assert_eq!(kept, 1);
    }
    fn nobody_locks_themselves_out(db) {
        let w = World::new(db);
        let (l, id) = (leave::<EditPerson>(&w.admin), w.admin.id);
        assert_eq!(code(w.write(move |cx| people::disable(cx, &l, id, 1))), "person.yourself");
    }
    fn one_says_oneself_when_one_is_away(db) {
        let w = World::new(db);
        let until = w.now + Span::days(3);
        let own = |away| {
            let known = w.known(&w.engineer);
            let edit = OwnEdit { away_until: Some(away), ..OwnEdit::default() };
            let version = known.person.version;
            w.write(move |cx| people::edit_own(cx, &known, version, &edit))
        };
        assert_eq!(own(Some(until)).unwrap().away_until, Some(until));
        assert_eq!(flaws(own(Some(w.now))), [("away_until".to_string(), "not_in_future")]);
        assert_eq!(flaws(own(Some(w.now + Span::days(900)))), [("away_until".to_string(), "too_far")]);
        assert_eq!(own(None).unwrap().away_until, None);
        let known = w.known(&w.engineer);
        assert!(matches!(w.write(move |cx| people::edit_own(cx, &known, 1, &OwnEdit::default())), Err(Fault::Stale { current: 3 })));
    }
    fn customers_know_their_colleagues_and_pages_do_not_overlap(db) {
        let w = World::new(db);
        let list = |by: &Person, of: Of, after, limit| w.read(|tx| people::list(tx, &leave::<ReadPerson>(by), of, after, limit));
        let first = list(&w.manager, Of::Account(w.ours.id), None, 2).unwrap();
        let rest = list(&w.manager, Of::Account(w.ours.id), first.last().map(|p| p.id), 2).unwrap();
        let mut seen: Vec<_> = first.iter().chain(&rest).map(|p| p.login.clone()).collect();
        seen.sort();
        assert_eq!(seen, ["colleague", "contact", "manager"]);
        assert_eq!(list(&w.manager, Of::Account(w.theirs.id), None, 9).unwrap_err(), Fault::NotFound);
        assert_eq!(list(&w.manager, Of::Staff, None, 9).unwrap_err(), Fault::NotFound);
        assert_eq!(list(&w.engineer, Of::Staff, None, 9).unwrap().len(), 3);
        let get = |by: &Person, id| w.read(|tx| people::get(tx, &leave::<ReadPerson>(by), id));
        assert!(get(&w.manager, w.contact.id).is_ok());
        assert_eq!(get(&w.manager, w.stranger.id).unwrap_err(), Fault::NotFound);
        assert_eq!(get(&w.manager, w.engineer.id).unwrap_err(), Fault::NotFound);
        assert!(domain::people::ask::<ReadPerson>(&access::actor_of(&w.contact)).is_none());
    }
    fn the_rota_calls_by_position_and_a_shift_ends_when_somebody_says_so(db) {
        let mut w = World::new(db);
        let put = |w: &World, duty: &str, person: &Person, position, from: Span, to: Option<Span>| {
            let l = leave::<EditRota>(&w.chief);
            let new = NewShift { duty: duty.into(), person: person.id, position, from_at: w.now + from, to_at: to.map(|t| w.now + t) };
            w.write(move |cx| people::put_shift(cx, &l, &new))
        };
        put(&w, "fallback", &w.engineer, 2, Span::ZERO, None).unwrap();
        let first = put(&w, "fallback", &w.chief, 1, Span::hours(-1), Some(Span::hours(8))).unwrap();
        let coming = put(&w, "fallback", &w.admin, 0, Span::hours(4), None).unwrap();
        let called = |w: &World| w.read(|tx| Ok(store::person::list_on_duty(tx, "fallback", w.now)?)).unwrap();
        assert_eq!(called(&w), [w.chief.id, w.engineer.id]);
        w.pass(Span::hours(1));
        let end = |w: &World, id| {
            let l = leave::<EditRota>(&w.chief);
            w.write(move |cx| people::end_shift(cx, &l, "fallback", id, None))
        };
        end(&w, first.id).unwrap();
        end(&w, coming.id).unwrap();
        assert_eq!(called(&w), [w.engineer.id]);
        assert_eq!(end(&w, first.id).unwrap_err(), Fault::NotFound, "it is over");
        w.pass(Span::hours(4));
        assert_eq!(called(&w), [w.engineer.id], "a shift taken back before it began never begins");
        let shown = w.read(|tx| people::rota(tx, &leave::<ReadRota>(&w.engineer), "fallback", w.now)).unwrap();
        assert_eq!(shown.len(), 1);

        let found = flaws(put(&w, "kitchen", &w.contact, 999, Span::ZERO, Some(Span::hours(-1))));
        let want = [("duty", "unknown"), ("person", "unknown"), ("position", "too_large"), ("to_at", "before_from"), ("to_at", "not_in_future")];
        assert_eq!(found, want.map(|(f, c)| (f.to_string(), c)));
    }
}
