-- What the vendor's people keep for their daily work, and may share with colleagues: reply templates, macros, check lists.
create table tool (
  id bytea not null primary key,
  -- template, macro, checklist
  kind text not null,
  owner_id bytea not null references person (id),
  name text not null,
  shared bigint not null,
  body text not null,
  created_at bigint not null,
  version bigint not null
);
create index tool_of_owner on tool (kind, owner_id, id);
create index tool_shared on tool (kind, shared, id);

-- What is to be done on a case, one row an item; a number is never given twice.
create table check_item (
  ticket_id bytea not null references ticket (id),
  n bigint not null,
  text text not null,
  done_by bytea,
  done_at bigint,
  primary key (ticket_id, n)
);
alter table ticket add column checks_made bigint not null default 0;
alter table ticket add column checks_open bigint not null default 0;

-- Working time spent on a case; the sum stands beside the case.
create table time_entry (
  id bytea not null primary key,
  ticket_id bytea not null references ticket (id),
  by_id bytea not null references person (id),
  minutes bigint not null,
  what text not null,
  billable bigint not null,
  at bigint not null,
  created_at bigint not null
);
create index time_entry_of_ticket on time_entry (ticket_id, id);
alter table ticket add column minutes_spent bigint not null default 0;

-- One act on many cases, and how each stood before: it may be taken back for a while.
create table bulk (
  id bytea not null primary key,
  by_id bytea not null references person (id),
  at bigint not null,
  act text not null,
  body text not null,
  undone_at bigint
);
create index bulk_at on bulk (at, id);
