-- How content a customer was with a case: once a case.
create table rating (
  ticket_id bytea primary key references ticket (id),
  by_id bytea not null references person (id),
  stars bigint not null,
  comment text not null,
  at bigint not null,
  edited_at bigint
);
