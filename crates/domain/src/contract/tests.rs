use super::*;
use crate::kit::{At, Dice, OrderId, Span, Text};
use crate::plan::{Combination, Effective, Eligibility, FeeModel, FeeRule, NotForSale, PlanBook, Reckoning, Refund, Sale, Scope};
use crate::promise::Source;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const CUT_OVER: &str = "2025-06-16T11:00:00+08:00";

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}
fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}
fn source() -> Source {
    Source { document: "d".into(), section: "s".into() }
}
fn book(family: &str, version: &str, rank: u32, sale: Sale, from: Option<&str>, to: Option<&str>) -> PlanBook {
    let fee = FeeRule {
        currency: "CNY".into(),
        model: FeeModel::Unconfirmed,
        base: None,
        rate: None,
        bands: vec![],
        combination: Combination::GreaterOf,
        refund: Refund::None,
        reckoning: Reckoning::default(),
        source: source(),
    };
    let needs = Eligibility { requires_any: vec!["x.enterprise".into(), "x.top".into()], words: Text::default(), source: source() };
    PlanBook {
        id: format!("{family}.{version}"),
        family: family.into(),
        vendor: "x".into(),
        name: Text::default(),
        rank,
        sale,
        effective: Effective { from: from.map(at), to: to.map(at) },
        document: source(),
        fee,
        eligibility: Some(needs).filter(|_| sale == Sale::InviteOnly),
        channels: vec![],
        promises: vec![],
        quotas: vec![],
        deliverables: vec![],
        features: vec![],
        not_provided: vec![],
        scope: Scope::default(),
        policies: vec![],
        credit: None,
        unconfirmed: vec![],
        hash: format!("hash of {family}.{version}"),
    }
}
/// Two versions around the cut-over; one plan of before only, one by invitation of after only.
fn books() -> Vec<PlanBook> {
    let mut books = vec![
        book("x.business", "v1", 1, Sale::Closed, None, Some(CUT_OVER)),
        book("x.trial", "v1", 2, Sale::Open, None, None),
        book("x.excellence", "v2", 5, Sale::InviteOnly, Some(CUT_OVER), None),
    ];
    for (family, rank) in [("x.basic", 0), ("x.enterprise", 3), ("x.top", 4)] {
        books.push(book(family, "v1", rank, Sale::Open, None, Some(CUT_OVER)));
        books.push(book(family, "v2", rank, Sale::Open, Some(CUT_OVER), None));
    }
    books
}
/// An account, told as a story.
struct Account {
    books: Vec<PlanBook>,
    contract: Contract,
    orders: u128,
}
impl Account {
    fn new() -> Account {
        Account { books: books(), contract: Contract::default(), orders: 0 }
    }
    fn ask(&mut self, family: &str, when: &str, set: impl Fn(&mut Ask)) -> Result<Change, Refusal> {
        self.orders += 1;
        let books = self.books.clone();
        let book = crate::plan::version_at(&books, family, at(when)).ok_or(Refusal::NotInForce)?;
        let consent = Some(book.hash.as_str());
        let zone = shanghai();
        let mut ask =
            Ask { order: OrderId::from_raw(self.orders), book, at: at(when), tz: &zone, invited: false, ends_at: None, consent, trial: None };
        set(&mut ask);
        let change = order(&self.contract, &ask)?;
        self.contract = self.contract.after(&change).expect("what was decided makes a row");
        Ok(change)
    }
    fn orders(&mut self, family: &str, when: &str) -> Change {
        self.ask(family, when, |_| {}).unwrap()
    }
    fn cancels(&mut self, when: &str) -> Result<(), Refusal> {
        let change = cancel(&self.contract, at(when), &shanghai())?;
        self.contract = self.contract.after(&change).expect("what was decided makes a row");
        Ok(())
    }
    #[track_caller]
    fn is_on(&self, plan: &str, when: &str) {
        let found = self.contract.resolve(&self.books, "x.basic", at(when)).map(|b| b.id.as_str());
        assert_eq!(found, Some(plan), "at {when}");
    }
}

#[test]
fn the_instant_of_the_order_pins_the_version_for_as_long_as_it_runs() {
    // plans.md PIN-01 to PIN-05, I3
    for (when, version) in [
        ("2025-06-16T10:59:59.999+08:00", "v1"),
        ("2025-06-16T11:00:00+08:00", "v2"),
        ("2025-06-16T02:59:59Z", "v1"),
        ("2025-06-16T03:00:00Z", "v2"),
        ("2025-06-15T23:00:00-04:00", "v2"),
    ] {
        let mut one = Account::new();
        one.orders("x.top", when);
        one.is_on(&format!("x.top.{version}"), when);
        one.is_on(&format!("x.top.{version}"), "2030-01-01T00:00:00Z");
    }
}
#[test]
fn an_account_without_a_paid_plan_is_on_the_one_everybody_has_in_its_version_of_the_day() {
    let mut one = Account::new();
    one.is_on("x.basic.v1", "2025-06-16T10:59:59+08:00");
    one.is_on("x.basic.v2", CUT_OVER);
    one.orders("x.enterprise", "2025-03-01T00:00:00+08:00");
    one.is_on("x.basic.v1", "2025-02-28T23:59:59+08:00");
    one.is_on("x.enterprise.v1", "2025-03-01T00:00:00+08:00");
}
#[test]
fn moving_up_counts_at_once() {
    let mut one = Account::new();
    one.orders("x.enterprise", "2025-05-03T10:00:00+08:00");
    let change = one.orders("x.top", "2025-05-17T09:30:00+08:00");
    assert_eq!(change.begins.map(|s| s.reason), Some(Reason::Upgrade));
    one.is_on("x.enterprise.v1", "2025-05-17T09:29:59.999999+08:00");
    one.is_on("x.top.v1", "2025-05-17T09:30:00+08:00");
}
#[test]
fn moving_down_counts_from_the_end_of_the_month() {
    // plans.md DNG-01
    let mut one = Account::new();
    one.orders("x.top", "2025-02-03T10:00:00+08:00");
    let change = one.orders("x.enterprise", "2025-05-10T10:00:00+08:00");
    assert_eq!(change.ends, [(OrderId::from_raw(1), at("2025-06-01T00:00:00+08:00"))]);
    one.is_on("x.top.v1", "2025-05-31T23:59:59+08:00");
    one.is_on("x.enterprise.v1", "2025-06-01T00:00:00+08:00");
}
#[test]
fn leaving_counts_from_the_end_of_the_month() {
    // plans.md CAN-01
    let mut one = Account::new();
    one.orders("x.enterprise", "2025-02-03T10:00:00+08:00");
    one.cancels("2025-05-03T10:00:00+08:00").unwrap();
    one.is_on("x.enterprise.v1", "2025-05-31T23:59:59+08:00");
    one.is_on("x.basic.v1", "2025-06-01T00:00:00+08:00");
    assert_eq!(one.cancels("2025-05-04T10:00:00+08:00"), Err(Refusal::EndsAlready { at: at("2025-06-01T00:00:00+08:00") }));
    assert_eq!(one.cancels("2025-06-04T10:00:00+08:00"), Err(Refusal::NothingHeld));
}
#[test]
fn of_several_decisions_on_what_comes_next_the_last_one_counts() {
    let mut one = Account::new();
    one.orders("x.top", "2025-02-03T10:00:00+08:00");
    one.orders("x.enterprise", "2025-05-10T10:00:00+08:00");
    one.cancels("2025-05-11T10:00:00+08:00").unwrap();
    one.is_on("x.basic.v1", "2025-06-01T00:00:00+08:00");
    one.orders("x.enterprise", "2025-05-12T10:00:00+08:00");
    one.is_on("x.enterprise.v1", "2025-06-01T00:00:00+08:00");
    let back = one.orders("x.top", "2025-05-13T10:00:00+08:00");
    assert_eq!(back.withdrawn.len(), 1, "the move down is withdrawn");
    one.is_on("x.top.v1", "2025-06-01T00:00:00+08:00");
}
#[test]
fn a_renewal_is_a_new_order_on_the_version_then_in_force_with_its_differences_agreed_to() {
    // plans.md E2
    let mut one = Account::new();
    one.ask("x.enterprise", "2025-03-01T00:00:00+08:00", |a| a.ends_at = Some(at("2025-09-01T00:00:00+08:00"))).unwrap();
    let silent = one.ask("x.enterprise", "2025-07-01T00:00:00+08:00", |a| a.consent = None);
    assert_eq!(silent, Err(Refusal::ConsentNeeded));
    let old_text = one.ask("x.enterprise", "2025-07-01T00:00:00+08:00", |a| a.consent = Some("hash of x.enterprise.v1"));
    assert_eq!(old_text, Err(Refusal::ConsentNeeded), "what was agreed to is another text");
    let change = one.orders("x.enterprise", "2025-07-01T00:00:00+08:00");
    assert_eq!(change.begins.map(|s| s.reason), Some(Reason::Renewal));
    one.is_on("x.enterprise.v1", "2025-08-31T23:59:59+08:00");
    one.is_on("x.enterprise.v2", "2025-09-01T00:00:00+08:00");
}
#[test]
fn moving_up_after_the_cut_over_brings_the_new_text_and_needs_agreement() {
    // plans.md E3
    let mut one = Account::new();
    one.orders("x.enterprise", "2025-03-01T00:00:00+08:00");
    assert_eq!(one.ask("x.top", "2025-07-10T00:00:00+08:00", |a| a.consent = None), Err(Refusal::ConsentNeeded));
    one.orders("x.top", "2025-07-10T00:00:00+08:00");
    one.is_on("x.top.v2", "2025-07-10T00:00:00+08:00");
}
#[test]
fn the_highest_plan_needs_an_invitation_and_a_paid_plan() {
    // plans.md E4
    let mut one = Account::new();
    let invited = |a: &mut Ask| a.invited = true;
    assert_eq!(one.ask("x.excellence", "2025-07-10T00:00:00+08:00", |_| {}), Err(Refusal::NotForSale(NotForSale::NotInvited)));
    assert_eq!(one.ask("x.excellence", "2025-07-10T00:00:00+08:00", invited), Err(Refusal::NotForSale(NotForSale::NeedsOneOf)));
    one.orders("x.top", "2025-07-10T00:00:00+08:00");
    assert!(one.ask("x.excellence", "2025-07-11T00:00:00+08:00", invited).is_ok());
    assert_eq!(one.ask("x.business", "2025-01-11T00:00:00+08:00", |_| {}), Err(Refusal::NotForSale(NotForSale::Closed)));
}
#[test]
fn a_book_not_in_force_cannot_be_ordered() {
    let (books, zone, contract) = (books(), shanghai(), Contract::default());
    let old = books.iter().find(|b| b.id == "x.top.v1").unwrap();
    let ask = Ask { order: OrderId::from_raw(1), book: old, at: at(CUT_OVER), tz: &zone, invited: false, ends_at: None, consent: None, trial: None };
    assert_eq!(order(&contract, &ask), Err(Refusal::NotInForce));
    assert_eq!(
        order(&contract, &Ask { at: at("2025-06-16T10:59:59+08:00"), ends_at: Some(at("2025-06-01T00:00:00Z")), ..ask }),
        Err(Refusal::EndsTooEarly)
    );
}
#[test]
fn a_plan_to_try_is_tried_once_and_ends_by_itself() {
    let mut one = Account::new();
    let trial = |a: &mut Ask| a.trial = Some(Trial { once: true, longest: Some(Span::days(30)) });
    one.ask("x.trial", "2025-03-01T00:00:00+08:00", trial).unwrap();
    one.is_on("x.trial.v1", "2025-03-30T23:59:59+08:00");
    one.is_on("x.basic.v1", "2025-03-31T00:00:00+08:00");
    assert_eq!(one.ask("x.trial", "2025-05-01T00:00:00+08:00", trial), Err(Refusal::TrialUsed));
    assert!(one.ask("x.trial", "2025-05-01T00:00:00+08:00", |_| {}).is_ok(), "where the vendor sets no bound there is none");
}
#[test]
fn an_order_replaced_in_the_instant_it_began_never_was() {
    let mut one = Account::new();
    one.orders("x.enterprise", "2025-03-01T00:00:00+08:00");
    let change = one.orders("x.top", "2025-03-01T00:00:00+08:00");
    assert_eq!((change.withdrawn, one.contract.segments().len()), (vec![OrderId::from_raw(1)], 1));
}
#[test]
fn who_does_not_pay_is_reminded_then_served_to_the_end_of_the_month_then_on_the_plan_everybody_has() {
    // plans.md E18
    let dues = |paid_at: Option<&str>| Dues { due_at: at("2025-05-05T00:00:00+08:00"), paid_at: paid_at.map(at), grace: Span::days(15) };
    let lapses_at = at("2025-06-01T00:00:00+08:00");
    let stands = |paid, now| owing(&dues(paid), at(now), &shanghai());
    assert_eq!(stands(None, "2025-05-04T23:59:59+08:00"), Owing::NotDue);
    assert_eq!(stands(None, "2025-05-05T00:00:00+08:00"), Owing::Grace { until: at("2025-05-20T00:00:00+08:00"), lapses_at });
    assert_eq!(stands(None, "2025-05-20T00:00:00+08:00"), Owing::Ending { lapses_at });
    assert_eq!(stands(Some("2025-05-31T23:59:59+08:00"), "2025-07-01T00:00:00+08:00"), Owing::Paid, "in time to the last moment");
    assert_eq!(stands(None, "2025-06-01T00:00:00+08:00"), Owing::Lapsed { at: lapses_at });
    assert_eq!(stands(Some("2025-06-02T00:00:00+08:00"), "2025-06-03T00:00:00+08:00"), Owing::Lapsed { at: lapses_at }, "too late: a new order");

    let mut one = Account::new();
    one.orders("x.enterprise", "2025-02-03T10:00:00+08:00");
    let change = lapse(&one.contract, at("2025-05-31T23:00:00+08:00"), lapses_at).unwrap();
    one.contract = one.contract.after(&change).unwrap();
    one.is_on("x.enterprise.v1", "2025-05-31T23:59:59+08:00");
    one.is_on("x.basic.v1", "2025-06-01T00:00:00+08:00");
}
#[test]
fn segments_that_make_no_contract_are_named() {
    let segment = |n: u128, from: &str, to: Option<&str>| Segment {
        order: OrderId::from_raw(n),
        family: "x.top".into(),
        plan: "x.top.v1".into(),
        rank: 4,
        reason: Reason::New,
        ordered_at: at("2025-01-01T00:00:00Z"),
        starts_at: at(from),
        ends_at: to.map(at),
    };
    let id = OrderId::from_raw;
    let one = segment(1, "2025-02-01T00:00:00Z", Some("2025-03-01T00:00:00Z"));
    let rows = [
        (vec![one.clone(), segment(2, "2025-02-28T23:59:59Z", None)], BadRow::Overlap { one: id(1), other: id(2) }),
        (vec![segment(2, "2025-02-01T00:00:00Z", None), segment(3, "2026-02-01T00:00:00Z", None)], BadRow::Overlap { one: id(2), other: id(3) }),
        (vec![segment(4, "2025-02-01T00:00:00Z", Some("2025-02-01T00:00:00Z"))], BadRow::Empty(id(4))),
        (vec![segment(5, "2024-12-31T00:00:00Z", None)], BadRow::BeforeOrder(id(5))),
    ];
    for (row, why) in rows {
        assert_eq!(Contract::new(row), Err(why));
    }
    assert!(Contract::new([segment(2, "2025-03-01T00:00:00Z", None), one]).is_ok(), "one begins in the instant the other ends");
}
#[test]
fn every_instant_of_a_time_is_covered_once() {
    let mut one = Account::new();
    one.orders("x.enterprise", "2025-02-03T10:00:00+08:00");
    one.cancels("2025-02-10T10:00:00+08:00").unwrap();
    one.orders("x.top", "2025-04-01T00:00:00+08:00");
    let cover = one.contract.cover(at("2025-01-01T00:00:00+08:00"), at("2025-05-01T00:00:00+08:00"));
    let told: Vec<_> = cover.iter().map(|c| c.segment.map_or("everybody's", |s| s.plan.as_str())).collect();
    assert_eq!(told, ["everybody's", "x.enterprise.v1", "everybody's", "x.top.v1"]);
    assert_eq!((cover[0].from, cover[3].to), (at("2025-01-01T00:00:00+08:00"), at("2025-05-01T00:00:00+08:00")));
    assert!(cover.windows(2).all(|w| w[0].to == w[1].from));
}

proptest! {
    /// Random lives: whatever is asked for and whenever, the laws of a contract hold.
    #[test]
    fn whatever_is_asked_the_past_stays_and_plans_never_overlap(seed: u64) {
        let mut d = Dice::new(seed);
        let mut one = Account::new();
        let mut now = at("2025-01-01T00:00:00+08:00");
        let probe: Vec<At> = (0..120).map(|n| at("2024-12-30T00:00:00Z") + Span::days(n * 6)).collect();
        for _ in 0..d.roll(25) {
            now = now + Span::minutes(d.roll(60 * 24 * 45) as i64 * i64::from(d.roll(6) > 0));
            let before = one.contract.clone();
            let family = *d.pick(&["x.trial", "x.enterprise", "x.top", "x.excellence", "x.business"]).unwrap();
            let term = (d.roll(3) == 0).then(|| now + Span::days(1 + d.roll(400) as i64));
            let (invited, once, consents) = (d.roll(2) == 0, d.roll(2) == 0, d.roll(5) > 0);
            let held = before.at(now).cloned();
            let moved = match d.roll(6) {
                0 => one.cancels(&now.to_string()).is_ok(),
                1 => {
                    let lapses_at = now + Span::days(d.roll(40) as i64);
                    let change = lapse(&one.contract, now, lapses_at);
                    if let Ok(change) = &change {
                        one.contract = one.contract.after(change).expect("a row");
                        prop_assert!(one.contract.at(lapses_at).is_none(), "lapsed is lapsed");
                    }
                    change.is_ok()
                }
                _ => {
                    let asked = one.ask(family, &now.to_string(), |a| {
                        a.ends_at = term;
                        a.invited = invited;
                        a.trial = (once && a.book.family == "x.trial").then_some(Trial { once, longest: None });
                        a.consent = a.consent.filter(|_| consents);
                    });
                    if let Ok(change) = &asked {
                        let begins = change.begins.as_ref().unwrap();
                        let pinned = crate::plan::version_at(&one.books, &begins.family, now).unwrap();
                        prop_assert_eq!(&begins.plan, &pinned.id, "pinned by the instant of the order");
                        match begins.reason {
                            Reason::New => prop_assert!(held.is_none() && begins.starts_at == now),
                            Reason::Upgrade => prop_assert!(begins.starts_at == now && held.is_some_and(|h| h.rank < begins.rank)),
                            Reason::Downgrade | Reason::Renewal => {
                                let held = held.unwrap();
                                prop_assert!(begins.starts_at > now);
                                prop_assert_eq!(one.contract.at(begins.starts_at - At::TICK).map(|s| s.order), Some(held.order), "no gap");
                            }
                            Reason::Override => prop_assert!(false, "nobody overrode"),
                        }
                    }
                    asked.is_ok()
                }
            };
            prop_assert!(moved || one.contract == before, "a refusal changes nothing");
            for t in &probe {
                let (then, today) = (before.at(*t).map(|s| &s.plan), one.contract.at(*t).map(|s| &s.plan));
                prop_assert!(*t >= now || then == today, "the past stays");
                prop_assert_eq!(one.contract.segments().iter().filter(|s| s.covers(*t)).count() <= 1, true);
                prop_assert!(one.contract.resolve(&one.books, "x.basic", *t).is_some(), "one version at every instant");
            }
            let (from, to) = (probe[0], probe[119]);
            let cover = one.contract.cover(from, to);
            prop_assert!(cover.iter().all(|c| c.from < c.to) && cover.windows(2).all(|w| w[0].to == w[1].from));
            prop_assert_eq!((cover[0].from, cover[cover.len() - 1].to), (from, to));
        }
    }
}
