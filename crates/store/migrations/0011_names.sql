-- What accounts and people are called, from the start of every word and from every character outside ASCII, letters of ASCII in lower
-- case: the beginning of a part finds it. `store::name` cuts in the same way; bytes, so that both databases compare alike.
create table account_part (
  part bytea not null,
  account_id bytea not null references account (id),
  primary key (part, account_id)
);
create index account_part_of on account_part (account_id, part);
-- `home` is the account somebody belongs to, 16 zero bytes for the vendor's people.
create table person_part (
  home bytea not null,
  part bytea not null,
  person_id bytea not null references person (id),
  primary key (home, part, person_id)
);
create index person_part_of on person_part (person_id, part);
-- @sqlite
insert into account_part (part, account_id)
with recursive place (id, text, i) as (
  select id, trim(name), 1 from account union all select id, trim(number), 1 from account
  union all select id, text, i + 1 from place where i < length(text)
), part (id, text, i, nth) as (
  select id, text, i, dense_rank() over (partition by id, text order by i) from place
  where unicode(substr(text, i, 1)) > 127 or (substr(text, i, 1) glob '[0-9A-Za-z]' and (i = 1 or substr(text, i - 1, 1) not glob '[0-9A-Za-z]'))
)
select distinct cast(trim(substr(lower(text), i, 32)) as blob), id from part where nth <= 40;
-- @postgres
insert into account_part (part, account_id)
with called (id, text) as (
  select id, trim(name) from account union all select id, trim(number) from account
), part (id, text, i, nth) as (
  select id, text, i, dense_rank() over (partition by id, text order by i) from called, generate_series(1, length(text)) as i
  where ascii(substr(text, i, 1)) > 127 or (substr(text, i, 1) ~ '^[0-9A-Za-z]$' and (i = 1 or substr(text, i - 1, 1) !~ '^[0-9A-Za-z]$'))
)
select distinct convert_to(trim(substr(translate(text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), i, 32)), 'UTF8'), id from part where nth <= 40;
-- @sqlite
insert into person_part (home, part, person_id)
with recursive place (home, id, text, i) as (
  select coalesce(account_id, zeroblob(16)), id, trim(name), 1 from person
  union all select coalesce(account_id, zeroblob(16)), id, trim(login), 1 from person
  union all select coalesce(account_id, zeroblob(16)), id, trim(email), 1 from person
  union all select home, id, text, i + 1 from place where i < length(text)
), part (home, id, text, i, nth) as (
  select home, id, text, i, dense_rank() over (partition by id, text order by i) from place
  where unicode(substr(text, i, 1)) > 127 or (substr(text, i, 1) glob '[0-9A-Za-z]' and (i = 1 or substr(text, i - 1, 1) not glob '[0-9A-Za-z]'))
)
select distinct home, cast(trim(substr(lower(text), i, 32)) as blob), id from part where nth <= 40;
-- @postgres
insert into person_part (home, part, person_id)
with called (home, id, text) as (
  select coalesce(account_id, decode('00000000000000000000000000000000', 'hex')), id, trim(unnest(array[name, login, email])) from person
), part (home, id, text, i, nth) as (
  select home, id, text, i, dense_rank() over (partition by id, text order by i) from called, generate_series(1, length(text)) as i
  where ascii(substr(text, i, 1)) > 127 or (substr(text, i, 1) ~ '^[0-9A-Za-z]$' and (i = 1 or substr(text, i - 1, 1) !~ '^[0-9A-Za-z]$'))
)
select distinct home, convert_to(trim(substr(translate(text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), i, 32)), 'UTF8'), id from part where nth <= 40;
-- How the last letters went, for whoever looks after the mail server.
create index outbox_mail_ended on outbox (state, ended_at, id) where way = 'mail' and ended_at is not null;
