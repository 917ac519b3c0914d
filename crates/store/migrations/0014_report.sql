-- What a plan promises to hand over: one row for each rule and period, however often it is planned.
create table deliverable (
  id bytea not null primary key,
  account_id bytea not null references account (id),
  plan_id text not null,
  -- The rule's id in the book.
  rule text not null,
  -- 2025-09
  period text not null,
  due_at bigint not null,
  state text not null,
  -- What people write, by language.
  words text not null,
  author_id bytea,
  -- The numbers as they stood when it was approved, and the fingerprint of words and numbers; empty before.
  numbers text not null,
  hash text not null,
  approved_by bytea,
  approved_at bigint,
  delivered_by bytea,
  delivered_at bigint,
  accepted_by bytea,
  accepted_at bigint,
  -- Somebody was told that it is late.
  late_told bigint not null,
  created_at bigint not null,
  version bigint not null
);
create unique index deliverable_once on deliverable (account_id, rule, period);
create index deliverable_of_account on deliverable (account_id, due_at, id);
create index deliverable_by_due on deliverable (due_at, id);
create index deliverable_open on deliverable (due_at, id) where delivered_at is null;
create index deliverable_untold on deliverable (due_at, id) where delivered_at is null and late_told = 0;
-- One customer's cases and promises of a month, and nothing older.
create index ticket_of_account_by_opening on ticket (account_id, opened_at, id);
create index ticket_of_account_by_resolution on ticket (account_id, resolved_at, id) where resolved_at is not null;
create index clock_of_account_by_base on clock (account_id, base_at, id) where internal = 0;
