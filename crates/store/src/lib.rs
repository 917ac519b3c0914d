//! SQL, migrations, claims and the search index: the only floor that knows there are two databases.
#[macro_use]
pub mod booking;
pub mod db;

pub mod account;
pub mod attachment;
pub mod bulk;
pub mod check;
pub mod checklist;
pub mod chore;
pub mod clock;
pub mod deliverable;
pub mod embed;
pub mod figures;
pub mod grant;
pub mod guide;
pub mod idempotency;
pub mod link;
pub mod log;
pub mod merge;
pub mod message;
pub mod name;
pub mod notice;
pub mod outbox;
pub mod pass;
pub mod person;
pub mod plan;
pub mod presence;
pub mod quota;
pub mod rating;
pub mod report;
pub mod search;
pub mod session;
pub mod ticket;
pub mod timelog;
pub mod token;
pub mod tool;
pub mod view;
pub mod webhook;

/// Every statement of the house, for the tests that prepare each on both databases.
pub fn statements() -> Vec<&'static db::Sql> {
    let rooms: [&[&'static db::Sql]; 33] = [
        account::ALL,
        attachment::ALL,
        booking::ALL,
        bulk::ALL,
        checklist::ALL,
        chore::ALL,
        clock::ALL,
        deliverable::ALL,
        embed::ALL,
        grant::ALL,
        figures::ALL,
        guide::ALL,
        idempotency::ALL,
        link::ALL,
        log::ALL,
        merge::ALL,
        message::ALL,
        name::ALL,
        notice::ALL,
        outbox::ALL,
        pass::ALL,
        person::ALL,
        plan::ALL,
        presence::ALL,
        quota::ALL,
        rating::ALL,
        report::ALL,
        session::ALL,
        ticket::ALL,
        timelog::ALL,
        token::ALL,
        tool::ALL,
        view::ALL,
    ];
    rooms.iter().flat_map(|r| r.iter().copied()).chain(webhook::ALL.iter().chain(check::ALL).copied()).collect()
}
