-- What is only held, and what was given beyond the plan, beside what is used.
alter table quota_balance add column reserved_count bigint not null default 0;
alter table quota_balance add column reserved_days bigint not null default 0;
alter table quota_balance add column granted_count bigint not null default 0;
alter table quota_balance add column granted_days bigint not null default 0;
-- 1: consumed out of a reservation, so that nothing more is used than before
alter table quota_entry add column held bigint not null default 0;
alter table quota_entry add column reason text;
alter table quota_entry add column service_id bytea;
alter table quota_entry add column order_id bytea;
-- quota, period and idem in one: the place of a line among those of one instant
alter table quota_entry add column place text not null default '';
update quota_entry set place = quota_id || '/' || period || '/' || idem;
create index quota_entry_by_time on quota_entry (account_id, at, place);
create index quota_entry_of_quota on quota_entry (account_id, quota_id, at, place);
create index quota_entry_of_service on quota_entry (service_id, at, place);

-- Services that are booked ahead.
create table service (
  id bytea not null primary key,
  account_id bytea not null references account (id),
  kind text not null,
  stage text not null,
  is_open bigint not null,
  -- The plan book it was booked under, and the quota of that book; null: not counted
  plan_id text not null,
  quota_id text,
  exempts bigint not null,
  held text not null,
  topic text not null,
  subject text not null,
  wishes text not null,
  -- One a line.
  products text not null,
  -- Local days of the plan's zone, 2025-07-14
  first_day text not null,
  last_day text not null,
  days bigint not null,
  ticket_id bytea,
  by_id bytea not null,
  at bigint not null,
  -- Why it may begin sooner than the plan says; null: it does not
  lead_waived text,
  -- Why it was declined, withdrawn, cancelled or sent back last
  reason text,
  run_book text not null,
  rehearsal_day text,
  dashboard text not null,
  meeting text not null,
  planned_at bigint,
  report text,
  reported_at bigint,
  stars bigint,
  comment text not null,
  lines bigint not null,
  closed_at bigint,
  updated_at bigint not null,
  version bigint not null
);
create index service_by_day on service (first_day, id);
create index service_of_account on service (account_id, first_day, id);
create index service_of_stage on service (stage, first_day, id);
create index service_open on service (is_open, first_day, id);
create index service_of_kind on service (kind, first_day, id);
create table service_person (
  service_id bytea not null references service (id),
  person_id bytea not null references person (id),
  role text not null,
  n bigint not null,
  -- As the service's own, while its people are taken by it: null afterwards
  first_day text,
  last_day text,
  primary key (service_id, person_id)
);
create index service_person_busy on service_person (person_id, first_day);
create table service_check (
  service_id bytea not null references service (id),
  n bigint not null,
  text text not null,
  done_at bigint,
  done_by_id bytea,
  primary key (service_id, n)
);
create table service_line (
  service_id bytea not null references service (id),
  n bigint not null,
  by_id bytea not null,
  at bigint not null,
  text text not null,
  primary key (service_id, n)
);
create table service_milestone (
  service_id bytea not null references service (id),
  milestone text not null,
  due_at bigint not null,
  promised bigint not null,
  done_at bigint,
  late_at bigint,
  -- null: done, told or dropped
  fires_at bigint,
  primary key (service_id, milestone)
);
create index service_milestone_firing on service_milestone (fires_at);
