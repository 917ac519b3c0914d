-- What a customer still has with us, however long the history is.
create index ticket_not_closed_of_account on ticket (account_id, updated_at, id) where closed_at is null;

-- Up to which instant somebody has seen a case.
create table seen (
  person_id bytea not null references person (id),
  ticket_id bytea not null references ticket (id),
  at bigint not null,
  primary key (person_id, ticket_id)
);
