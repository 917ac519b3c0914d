//! A small house: two customers, a few people of the vendor, and the moment of the test.
use desk::access::{Guard, Known, NewPassword, SignedIn, actor_of, prepare_password, sign_in, who_is};
use desk::people::{NewPerson, create};
use desk::plan::Library;
use desk::secrets::Seal;
use desk::ticket::Opening as Question;
use desk::{Act, Desk, Fault, Opening, Rules, Shelves};
use domain::kit::{AccountId, At, Dice, Id, Kind, PersonId, Span, TicketId};
use domain::people::{Actor, Deed, EditAccount, InvitePerson, Leave, OpenTicket, Role, ask};
use std::sync::OnceLock;
use store::account::Account;
use store::db::{Db, Tx};
use store::person::Person;
use store::ticket::{Case, Words};

/// A fixed moment, a Monday morning in Shanghai.
pub fn t0() -> At {
    At::parse("2026-03-02T10:00:00+08:00").expect("an instant")
}
pub const PASSWORD: &str = "correct horse battery";

pub struct World {
    pub desk: Desk,
    pub guard: Guard,
    pub now: At,
    pub ours: Account,
    pub theirs: Account,
    pub admin: Person,
    pub chief: Person,
    pub engineer: Person,
    /// A customer's manager and two contacts of `ours`, one contact of `theirs`.
    pub manager: Person,
    pub contact: Person,
    pub colleague: Person,
    pub stranger: Person,
}
/// Hashed once: it is slow on purpose.
pub fn password() -> NewPassword {
    static ONE: OnceLock<NewPassword> = OnceLock::new();
    ONE.get_or_init(|| prepare_password(PASSWORD, "nobody").expect("a good password")).clone()
}
/// An actor nobody has kept: the first administrator, before there is one.
pub fn founder() -> Actor {
    Actor { person: PersonId::from_raw(1), role: Role::Administrator, tier: 0, account: None }
}
pub fn leave<D: Deed>(person: &Person) -> Leave<D> {
    ask(&actor_of(person)).expect("the role may")
}

impl World {
    pub fn new(db: &Db) -> World {
        let now = t0();
        let shelves = Shelves::new(Library::shipped().expect("the shipped books are sound"));
        let desk = Desk::open(db.clone(), Opening { rules: Rules::default(), shelves, search: None, seal: Seal::new(&[7; 32]), seed: 42 }, now)
            .expect("opens");
        let account = |number: &str| {
            let leave = ask::<EditAccount>(&founder()).expect("may");
            let new = desk::account::NewAccount { number: number.into(), name: format!("Customer {number}"), ..Default::default() };
            desk.write(now, move |cx| desk::account::create(cx, &leave, &new)).expect("an account")
        };
        let (ours, theirs) = (account("C-1"), account("C-2"));
        let person = |account: Option<AccountId>, role: Role, login: &str| {
            let leave = ask::<InvitePerson>(&founder()).expect("may");
            let new = NewPerson {
                login: login.into(),
                password: Some(password()),
                ..NewPerson::new(account, role, login, &format!("{login}@example.com"))
            };
            desk.write(now, move |cx| create(cx, &leave, &new)).expect("a person")
        };
        World {
            admin: person(None, Role::Administrator, "admin"),
            chief: person(None, Role::DutyChief, "chief"),
            engineer: person(None, Role::Engineer, "engineer"),
            manager: person(Some(ours.id), Role::CustomerManager, "manager"),
            contact: person(Some(ours.id), Role::Contact, "contact"),
            colleague: person(Some(ours.id), Role::Contact, "colleague"),
            stranger: person(Some(theirs.id), Role::Contact, "stranger"),
            guard: Guard::default(),
            desk,
            now,
            ours,
            theirs,
        }
    }
    pub fn write<T: Send + 'static>(&self, job: impl FnMut(&mut Act) -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
        self.desk.write(self.now, job)
    }
    pub fn read<T>(&self, job: impl FnOnce(&mut Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        self.desk.read(job)
    }
    pub fn pass(&mut self, span: Span) {
        self.now = self.now + span;
    }
    pub fn sign_in(&self, login: &str, password: &str) -> Result<SignedIn, Fault> {
        sign_in(&self.desk, &self.guard, self.now, login, password)
    }
    pub fn knows(&self, secret: &str) -> Result<Known, Fault> {
        let credential = desk::access::Credential::parse(secret).ok_or(Fault::Unauthorized { code: "unknown_credential" })?;
        self.read(|tx| who_is(tx, self.now, credential))
    }
    /// Signed in, without the seconds a wrong password costs.
    pub fn known(&self, person: &Person) -> Known {
        let secret = self.sign_in(&person.login, PASSWORD).expect("signs in").secret;
        self.knows(&secret).expect("is known")
    }
    pub fn ticket(&self, by: &Person) -> Case {
        let leave = leave::<OpenTicket>(by);
        let number = self.desk.next_number().expect("a number");
        let question = Question {
            channel: "web_ticket".into(),
            severity: "high".into(),
            words: Words { subject: "It does not start".into(), product: "ecs".into(), ..Words::default() },
            body: "Since this morning.".into(),
            ..Question::default()
        };
        self.write(move |cx| desk::ticket::open(cx, &leave, number, &question)).expect("opens").case
    }
    pub fn say(&self, by: &Person, ticket: TicketId, command: domain::ticket::Command, body: &str) -> desk::act::Done {
        let leave = leave(by);
        let doing = desk::act::Doing { body: Some(body.into()), ..desk::act::Doing::new(command) };
        self.write(move |cx| desk::act::act(cx, &leave, ticket, &doing)).expect("may be said")
    }
    /// The whole log. On PostgreSQL a reader waits for older transactions of the whole server, other tests' too: asked until all is there.
    fn log(&self) -> Vec<store::log::Entry> {
        let written = self.read(|tx| Ok(store::log::last_pos(tx)?)).expect("the log reads");
        loop {
            let all = self.read(|tx| Ok(store::log::list_after(tx, 0, 10_000)?)).expect("the log reads");
            if all.last().map_or(0, |e| e.pos) >= written {
                return all;
            }
            std::thread::yield_now();
        }
    }
    /// Keys of the newest lines of the log, the newest last.
    pub fn last_lines(&self, n: usize) -> Vec<String> {
        let all = self.log();
        all[all.len().saturating_sub(n)..].iter().map(|e| e.key.clone()).collect()
    }
    /// The whole log as text: for what must not stand in it.
    pub fn log_text(&self) -> String {
        self.log().iter().map(|e| format!("{} {}\n", e.key, e.body)).collect()
    }
}
pub fn some_id<K: Kind>(n: u64) -> Id<K> {
    Id::new(t0(), &mut Dice::new(n))
}
/// Field and code of every flaw.
pub fn flaws<T: std::fmt::Debug>(result: Result<T, Fault>) -> Vec<(String, &'static str)> {
    match result {
        Err(Fault::Invalid(flaws)) => flaws.into_iter().map(|f| (f.field, f.code)).collect(),
        other => panic!("flaws were expected, got {other:?}"),
    }
}
pub fn code<T: std::fmt::Debug>(result: Result<T, Fault>) -> &'static str {
    result.expect_err("a fault was expected").code()
}
