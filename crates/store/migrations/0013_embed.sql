-- Pages of the vendor's own that may open the portal inside them, each with the key whose signature says who is asking.
create table embed (
  id bytea not null primary key,
  name text not null,
  -- null: of any account
  account_id bytea references account (id),
  -- One a line.
  origins text not null,
  -- ES256, EdDSA, RS256
  alg text not null,
  public_key text not null,
  active bigint not null,
  created_at bigint not null,
  version bigint not null
);
-- Tokens that were shown once; kept until they would not be good anyway.
create table embed_use (
  embed_id bytea not null references embed (id),
  jti text not null,
  expires_at bigint not null,
  primary key (embed_id, jti)
);
create index embed_use_expiry on embed_use (expires_at);
-- Opened by an embed: for the portal's own needs, and never by a cookie.
alter table session add column embed_id bytea;
