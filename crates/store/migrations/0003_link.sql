-- Parts of a case, and how many of them are open; cases that have to do with each other.
alter table ticket add column parent_id bytea;
alter table ticket add column open_children bigint not null default 0;
create index ticket_of_parent on ticket (parent_id, id) where parent_id is not null;

-- Both directions, a row each; kind says what the other is to this one.
create table link (
  ticket_id bytea not null references ticket (id),
  other_id bytea not null references ticket (id),
  kind text not null,
  by_id bytea not null,
  at bigint not null,
  primary key (ticket_id, other_id, kind)
);
