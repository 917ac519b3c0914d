-- What customers do in their portal: enter by a link in a letter, name a contact, give access to the vendor's people.

-- A link somebody was sent by mail. Only the hash of its secret is kept; it opens the door once.
create table pass (
  id bytea primary key,
  secret_hash bytea not null unique,
  person_id bytea not null references person (id),
  -- sign_in, invite
  purpose text not null,
  -- Who asked for it to be sent; null: the person.
  by_id bytea,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  revoked_at bigint
);
create index pass_of_person on pass (person_id, purpose, created_at);
create index pass_expiry on pass (expires_at);

-- Whom a letter to an address reaches.
create index person_by_email on person (lower(email), id);

-- Who coordinates on the customer's side.
alter table account add column contact_id bytea;

-- Access a customer gave to the vendor's people: what for, to what, until when.
create table access_grant (
  id bytea primary key,
  ticket_id bytea not null references ticket (id),
  account_id bytea not null references account (id),
  by_id bytea not null references person (id),
  -- null: whoever handles the case
  to_id bytea,
  -- Keys, separated by spaces.
  scopes text not null,
  resource text not null,
  created_at bigint not null,
  until_at bigint not null,
  revoked_at bigint,
  revoked_by bytea,
  -- Its end was told of.
  told_at bigint,
  uses bigint not null
);
create index access_grant_of_ticket on access_grant (ticket_id, id);
create index access_grant_ending on access_grant (until_at, id) where told_at is null;
create table access_use (
  id bytea primary key,
  grant_id bytea not null references access_grant (id),
  by_id bytea not null references person (id),
  at bigint not null,
  what text not null
);
create index access_use_of_grant on access_use (grant_id, id);
