use crate::world::{PASSWORD, World, code, flaws, leave};
use desk::access::{change_password, look, prepare_password, prove, sign_out};
use desk::token::{self, NewToken};
use desk::{Fault, account, people};
use domain::kit::Span;
use domain::people::{EditAccount, EditPerson, KeepOwnTokens, ReadTicket, WaiveBreach};
use store::store_test;

const NEW_PASSWORD: &str = "another horse, another battery";

store_test! {
    fn a_session_begins_with_the_password_and_ends_by_hand_or_by_time(db) {
        let mut w = World::new(db);
        let first = w.sign_in(" Engineer ", PASSWORD).unwrap();
        assert_eq!(first.person.id, w.engineer.id);
        assert!(first.secret.starts_with("yns_"));
        let known = w.knows(&first.secret).unwrap();
        assert_eq!(known.actor.person, w.engineer.id);
        assert_eq!(w.last_lines(1), ["access.signed_in"]);

        let second = w.sign_in("engineer", PASSWORD).unwrap();
        w.write(move |cx| sign_out(cx, &known)).unwrap();
        assert_eq!(code(w.knows(&first.secret)), "unknown_credential");
        assert_eq!(w.last_lines(1), ["access.signed_out"]);

        w.now = second.session.expires_at - domain::kit::At::TICK;
        assert!(w.knows(&second.secret).is_ok());
        w.now = second.session.expires_at;
        assert_eq!(code(w.knows(&second.secret)), "session_expired");
        assert!(!w.log_text().contains(&first.secret[4..]), "the log knows no secrets");
    }
    fn nobody_learns_whether_a_login_exists(db) {
        let w = World::new(db);
        assert_eq!(w.sign_in("engineer", "wrong").unwrap_err(), Fault::Unauthorized { code: "bad_credentials" });
        assert_eq!(w.sign_in("nobody-at-all", "wrong").unwrap_err(), Fault::Unauthorized { code: "bad_credentials" });
        assert_eq!(w.sign_in("zero\0", "wrong").unwrap_err(), Fault::Unauthorized { code: "bad_credentials" });
    }
    fn guessing_gets_slow_and_the_right_password_waits_too(db) {
        let mut w = World::new(db);
        for _ in 0..5 {
            assert_eq!(code(w.sign_in("engineer", "guess")), "bad_credentials");
        }
        assert!(matches!(w.sign_in("engineer", PASSWORD), Err(Fault::TooMany { retry_after_s: 1.. })));
        w.pass(Span::minutes(1));
        assert!(w.sign_in("engineer", PASSWORD).is_ok());
    }
    fn a_new_password_ends_every_other_session(db) {
        let w = World::new(db);
        let (here, elsewhere) = (w.sign_in("contact", PASSWORD).unwrap(), w.sign_in("contact", PASSWORD).unwrap());
        let known = w.knows(&here.secret).unwrap();
        assert_eq!(prove(&w.desk, &w.guard, w.now, "contact", "guess").err(), Some(Fault::Unauthorized { code: "bad_credentials" }));
        let old = prove(&w.desk, &w.guard, w.now, "contact", PASSWORD).unwrap();
        let new = prepare_password(NEW_PASSWORD, "contact").unwrap();
        let going_on = w.write(move |cx| change_password(cx, &known, &old, &new)).unwrap();
        assert!(w.knows(&going_on.secret).is_ok());
        assert!(w.knows(&here.secret).is_err() && w.knows(&elsewhere.secret).is_err());
        assert_eq!(code(w.sign_in("contact", PASSWORD)), "bad_credentials");
        assert!(w.sign_in("contact", NEW_PASSWORD).is_ok());

        let known = w.known(&w.colleague);
        let somebody_elses = w.read(|tx| look(tx, "contact")).unwrap().answer(NEW_PASSWORD).unwrap();
        let new = prepare_password(NEW_PASSWORD, "colleague").unwrap();
        assert_eq!(code(w.write(move |cx| change_password(cx, &known, &somebody_elses, &new))), "bad_credentials");
    }
    fn a_token_does_what_its_scopes_and_its_persons_role_allow(db) {
        let mut w = World::new(db);
        let known = w.known(&w.chief);
        let (leave, giver) = (known.leave::<KeepOwnTokens>().unwrap(), known.scopes().clone());
        let new = NewToken { name: " nightly report ".into(), scopes: vec!["ticket.read".into()], expires_at: None };
        let issued = w.write(move |cx| token::create(cx, &leave, &giver, &new)).unwrap();
        assert!(issued.secret.starts_with("yn_") && issued.secret.starts_with(&issued.token.hint));
        assert_eq!(issued.token.name, "nightly report");
        let by_token = w.knows(&issued.secret).unwrap();
        assert!(by_token.leave::<ReadTicket>().is_ok());
        assert_eq!(by_token.leave::<WaiveBreach>().unwrap_err(), Fault::Forbidden { deed: "clock.waive" });
        assert!(by_token.in_person().is_err(), "a token does not change passwords");
        assert!(known.leave::<WaiveBreach>().is_ok(), "the session may do what the role may");
        assert!(!w.log_text().contains(&issued.secret[3..]));

        // Its use is noted once a minute.
        assert_eq!(token::use_to_note(&by_token, w.now), Some(issued.token.id));
        let id = issued.token.id;
        w.write(move |cx| token::note_use(cx, id)).unwrap();
        assert_eq!(token::use_to_note(&w.knows(&issued.secret).unwrap(), w.now + Span::seconds(59)), None);
        let later = w.now + Span::minutes(1);
        assert!(token::use_to_note(&w.knows(&issued.secret).unwrap(), later).is_some());
        w.desk.write(w.now + Span::seconds(59), move |cx| token::note_use(cx, id)).unwrap();
        let noted = |w: &World| w.read(|tx| token::list(tx, &crate::world::leave(&w.chief))).unwrap()[0].last_used_at;
        assert_eq!(noted(&w), Some(w.now));
        w.desk.write(later, move |cx| token::note_use(cx, id)).unwrap();
        assert_eq!(noted(&w), Some(later));

        w.now = issued.token.expires_at.unwrap();
        assert_eq!(code(w.knows(&issued.secret)), "token_expired");
    }
    fn the_eleventh_active_token_is_refused(db) {
        let mut w = World::new(db);
        let make = |w: &World, days: i64| {
            let known = w.known(&w.contact);
            let (leave, giver) = (known.leave::<KeepOwnTokens>().unwrap(), known.scopes().clone());
            let new = NewToken { name: "t".into(), scopes: vec!["*".into()], expires_at: Some(w.now + Span::days(days)) };
            w.write(move |cx| token::create(cx, &leave, &giver, &new))
        };
        let short = make(&w, 1).unwrap();
        for _ in 0..9 {
            make(&w, 30).unwrap();
        }
        let full = Fault::Refused { code: "token.too_many", args: vec![("max", "10".into())] };
        assert_eq!(make(&w, 30).unwrap_err(), full);
        w.now = short.token.expires_at.unwrap();
        let tenth = make(&w, 30).unwrap();
        assert_eq!(make(&w, 30).unwrap_err(), full, "an expired one made room for one");
        let (id, l) = (tenth.token.id, leave(&w.contact));
        w.write(move |cx| token::revoke(cx, &l, id)).unwrap();
        assert_eq!(code(w.knows(&tenth.secret)), "token_revoked");
        assert!(make(&w, 30).is_ok());

        let l = leave(&w.contact);
        assert_eq!(code(w.write(move |cx| token::revoke(cx, &l, id))), "not_found", "twice");
        let (id, l) = (short.token.id, leave(&w.colleague));
        assert_eq!(code(w.write(move |cx| token::revoke(cx, &l, id))), "not_found", "somebody else's");
    }
    fn many_tokens_asked_for_at_once_are_ten(db) {
        let w = World::new(db);
        let known = w.known(&w.contact);
        let made = std::thread::scope(|s| {
            let each = |_| {
                let (desk, now, l, giver) = (w.desk.clone(), w.now, known.leave::<KeepOwnTokens>().unwrap(), known.scopes().clone());
                let new = NewToken { name: "t".into(), scopes: vec!["*".into()], expires_at: None };
                s.spawn(move || desk.write(now, move |cx| token::create(cx, &l, &giver, &new)))
            };
            let all: Vec<_> = (0..14).map(each).collect();
            all.into_iter().filter_map(|t| t.join().unwrap().ok()).count()
        });
        assert_eq!(made, 10);
    }
    fn a_token_gives_on_no_more_than_it_has_and_says_all_that_is_wrong(db) {
        let w = World::new(db);
        let known = w.known(&w.contact);
        let try_ = |scopes: &[&str], name: &str, lasts: Span| {
            let (leave, giver) = (known.leave::<KeepOwnTokens>().unwrap(), known.scopes().clone());
            let new = NewToken { name: name.into(), scopes: scopes.iter().map(|s| s.to_string()).collect(), expires_at: Some(w.now + lasts) };
            w.write(move |cx| token::create(cx, &leave, &giver, &new))
        };
        let found = flaws(try_(&["ticket.read_internal", "ticket.dance"], "", Span::ZERO));
        let want = [("name", "missing"), ("expires_at", "not_in_future"), ("scopes[0]", "more_than_own"), ("scopes[1]", "unknown")];
        assert_eq!(found, want.map(|(f, c)| (f.to_string(), c)));
        assert_eq!(flaws(try_(&["*"], "t", Span::days(400))), [("expires_at".to_string(), "too_far")]);

        let narrow = try_(&["token.own", "ticket.read"], "t", Span::days(1)).unwrap();
        let by_token = w.knows(&narrow.secret).unwrap();
        let (leave, giver) = (by_token.leave::<KeepOwnTokens>().unwrap(), by_token.scopes().clone());
        let new = NewToken { name: "wider".into(), scopes: vec!["*".into()], expires_at: None };
        assert_eq!(flaws(w.write(move |cx| token::create(cx, &leave, &giver, &new))), [("scopes[0]".to_string(), "more_than_own")]);
    }
    fn who_is_disabled_is_out_at_once(db) {
        let w = World::new(db);
        let session = w.sign_in("engineer", PASSWORD).unwrap();
        let known = w.knows(&session.secret).unwrap();
        let (l, giver) = (known.leave::<KeepOwnTokens>().unwrap(), known.scopes().clone());
        let new = NewToken { name: "t".into(), scopes: vec!["*".into()], expires_at: None };
        let issued = w.write(move |cx| token::create(cx, &l, &giver, &new)).unwrap();
        let (l, id) = (leave::<EditPerson>(&w.admin), w.engineer.id);
        w.write(move |cx| people::disable(cx, &l, id, 1)).unwrap();
        assert_eq!(code(w.knows(&session.secret)), "unknown_credential");
        assert_eq!(code(w.knows(&issued.secret)), "token_revoked");
        assert_eq!(code(w.sign_in("engineer", PASSWORD)), "bad_credentials");
    }
    fn a_disabled_account_signs_all_its_people_out(db) {
        let w = World::new(db);
        let session = w.sign_in("contact", PASSWORD).unwrap();
        let other = w.sign_in("stranger", PASSWORD).unwrap();
        let (l, id) = (leave::<EditAccount>(&w.admin), w.ours.id);
        let edit = account::AccountEdit { active: Some(false), ..Default::default() };
        w.write(move |cx| account::edit(cx, &l, id, 1, &edit)).unwrap();
        assert_eq!(code(w.knows(&session.secret)), "unknown_credential");
        assert_eq!(code(w.sign_in("contact", PASSWORD)), "account_disabled");
        assert!(w.knows(&other.secret).is_ok());
    }
}
