-- The first schema, one text for both databases. Instants are microseconds UTC in bigint; ids are 16 bytes made by us;
-- enumerations are their keys in text; 0 and 1 are no and yes. No JSON is looked into by SQL.

-- Plan books as published: the text the customer agreed to, with its hash. Never updated.
create table plan (
  id text primary key,
  family text not null,
  effective_from bigint,
  hash text not null,
  body text not null,
  published_at bigint not null
);

-- Calendars by version; running clocks stay with the version stamped on them.
create table calendar (
  id text not null,
  version bigint not null,
  body text not null,
  added_at bigint not null,
  primary key (id, version)
);

-- What an administrator may change while the house runs.
create table setting (
  key text primary key,
  value text not null,
  changed_at bigint not null
);

create table account (
  id bytea primary key,
  number text not null unique,
  name text not null,
  language text not null,
  tz text not null,
  tam_id bytea,
  active bigint not null,
  created_at bigint not null,
  version bigint not null
);
create index account_by_name on account (name, id);

-- Which version of which plan an account is on, from when: pinned by the instant of the order.
create table plan_order (
  id bytea primary key,
  account_id bytea not null references account (id),
  family text not null,
  plan_id text not null references plan (id),
  ordered_at bigint not null,
  starts_at bigint not null,
  ends_at bigint,
  by_id bytea
);
create index plan_order_in_force on plan_order (account_id, starts_at);
-- Orders that begin or end by themselves, for the chore that lets running clocks follow.
create index plan_order_by_start on plan_order (starts_at);
create index plan_order_by_end on plan_order (ends_at) where ends_at is not null;

create table person (
  id bytea primary key,
  account_id bytea references account (id),
  role text not null,
  tier bigint not null,
  name text not null,
  login text not null unique,
  email text not null,
  language text not null,
  tz text not null,
  -- Keys of products or components, separated by spaces; * is all.
  skills text not null,
  languages text not null,
  capacity bigint not null,
  work_calendar text,
  away_until bigint,
  active bigint not null,
  -- Open cases this person handles now; kept with every change, never counted.
  load bigint not null,
  last_assigned_at bigint,
  quiet_from bigint,
  quiet_to bigint,
  digest bigint not null,
  password_hash text,
  created_at bigint not null,
  version bigint not null
);
create index person_of_account on person (account_id, id);
create index person_answering on person (active, role, id);

-- Who stands on a duty (fallback, duty_chief, manager, goc, group) from when to when, in order of position.
create table rota (
  id bytea primary key,
  duty text not null,
  person_id bytea not null references person (id),
  position bigint not null,
  from_at bigint not null,
  to_at bigint
);
create index rota_by_duty on rota (duty, from_at);

create table session (
  id bytea primary key,
  secret_hash bytea not null unique,
  person_id bytea not null references person (id),
  created_at bigint not null,
  expires_at bigint not null
);
create index session_of_person on session (person_id);
create index session_expiry on session (expires_at);

create table token (
  id bytea primary key,
  person_id bytea not null references person (id),
  name text not null,
  secret_hash bytea not null unique,
  -- First characters, so that a person recognises it.
  hint text not null,
  scopes text not null,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint,
  revoked_at bigint
);
create index token_of_person on token (person_id, created_at);

-- Counters that may have gaps (case numbers), handed out in blocks.
create table block (
  name text primary key,
  next bigint not null
);

create table ticket (
  id bytea primary key,
  number bigint not null unique,
  account_id bytea not null references account (id),
  requester_id bytea not null references person (id),
  subject text not null,
  channel text not null,
  severity text not null,
  severity_rank bigint not null,
  stage text not null,
  is_open bigint not null,
  cycle bigint not null,
  product text not null,
  instance text not null,
  error_code text not null,
  window_from bigint,
  window_to bigint,
  impact text not null,
  tried text not null,
  language text not null,
  plan_id text not null,
  opened_at bigint not null,
  updated_at bigint not null,
  owner_id bytea,
  handler_id bytea,
  tier bigint not null,
  -- Ids of people who help or follow, 16 bytes each.
  helpers bytea not null,
  followers bytea not null,
  boosted_at bigint,
  proposed text,
  first_reply_at bigint,
  resolved_at bigint,
  closed_at bigint,
  cause text not null,
  alarm_at bigint,
  alarm_does text,
  -- The nearest due instant of a promise to the customer, so that queues sort by it.
  next_due_at bigint,
  broken bigint not null,
  messages bigint not null,
  version bigint not null
);
create index ticket_of_account on ticket (account_id, updated_at, id);
create index ticket_of_requester on ticket (requester_id, updated_at, id);
create index ticket_by_update on ticket (updated_at, id);
create index ticket_open_by_update on ticket (is_open, updated_at, id);
create index ticket_of_handler on ticket (handler_id, is_open, updated_at, id);
create index ticket_of_owner on ticket (owner_id, is_open, updated_at, id);
create index ticket_by_due on ticket (next_due_at, id) where next_due_at is not null;
create index ticket_alarm on ticket (alarm_at, id) where alarm_at is not null;

create table message (
  id bytea primary key,
  ticket_id bytea not null references ticket (id),
  author_id bytea,
  -- public, internal, system
  kind text not null,
  body text not null,
  at bigint not null,
  language text not null
);
create index message_of_ticket on message (ticket_id, at, id);

create table attachment (
  id bytea primary key,
  account_id bytea not null,
  ticket_id bytea not null references ticket (id),
  message_id bytea,
  by_id bytea not null,
  name text not null,
  media_type text not null,
  bytes bigint not null,
  sha256 bytea not null,
  internal bigint not null,
  -- pending, clean, infected
  scan text not null,
  at bigint not null
);
create index attachment_of_ticket on attachment (ticket_id, at, id);
create index attachment_pending on attachment (at, id) where scan = 'pending';

create table clock (
  id bytea primary key,
  ticket_id bytea not null,
  account_id bytea not null,
  promise text not null,
  plan_id text not null,
  row_key text not null,
  internal bigint not null,
  calendar_version bigint not null,
  cycle bigint not null,
  base_at bigint not null,
  used bigint not null,
  running_since bigint,
  paused_why text,
  paused_since bigint,
  waited_customer bigint not null,
  waited_vendor bigint not null,
  waited_product bigint not null,
  agreed_at bigint,
  due_at bigint,
  broken_at bigint,
  detected_at bigint,
  ended_at bigint,
  ending text,
  waived bigint not null,
  warned bigint not null,
  called bigint not null,
  fires_at bigint,
  -- Number of events; the next one's place in the history.
  events bigint not null,
  fence bigint not null
);
create index clock_of_ticket on clock (ticket_id, id);
-- What a new version of a calendar has to look at.
create index clock_not_ended on clock (id) where ended_at is null;
create index clock_firing on clock (fires_at, id) where fires_at is not null;

create table clock_event (
  clock_id bytea not null,
  seq bigint not null,
  at bigint not null,
  noted_at bigint not null,
  what text not null,
  body text not null,
  primary key (clock_id, seq)
);

-- The truth: what happened, in order. Timeline, audit, live events and the search index all read it.
-- @sqlite
create table log (
  pos integer primary key autoincrement,
  account_id bytea not null,
  ticket_id bytea,
  at bigint not null,
  actor_id bytea,
  key text not null,
  -- public: the account may see it; internal: staff; audit: administration.
  audience text not null,
  body text not null,
  chain_seq bigint not null,
  hash bytea not null
);
-- @postgres
create table log (
  pos bigint generated always as identity primary key,
  account_id bytea not null,
  ticket_id bytea,
  at bigint not null,
  actor_id bytea,
  key text not null,
  audience text not null,
  body text not null,
  chain_seq bigint not null,
  hash bytea not null,
  -- A reader skips nothing: it reads below the oldest transaction still running.
  tx bigint not null default txid_current()
);
create index log_of_ticket on log (ticket_id, pos);
create index log_of_account on log (account_id, pos);

-- The head of each account's hash chain. The house's own chain has 16 zero bytes.
create table chain (
  account_id bytea primary key,
  seq bigint not null,
  hash bytea not null
);

-- Whatever leaves the house was first a row here.
create table outbox (
  id bytea primary key,
  -- mail, webhook
  way text not null,
  target_id bytea not null,
  log_pos bigint not null,
  topic text not null,
  body text not null,
  -- queued, sending, sent, failed, dropped
  state text not null,
  attempts bigint not null,
  due_at bigint not null,
  claimed_by text,
  claimed_until bigint,
  created_at bigint not null,
  ended_at bigint,
  error text
);
create index outbox_due on outbox (due_at, id) where state in ('queued', 'sending');
create index outbox_of_target on outbox (target_id, created_at, id);

-- In-site notices: the row is the delivery.
create table notice (
  id bytea primary key,
  person_id bytea not null references person (id),
  topic text not null,
  ticket_id bytea,
  body text not null,
  at bigint not null,
  read_at bigint
);
create index notice_of_person on notice (person_id, at, id);
create index notice_unread on notice (person_id, at, id) where read_at is null;

-- What a person does not want on a way; everything else is on.
create table preference (
  person_id bytea not null references person (id),
  topic text not null,
  way text not null,
  wanted bigint not null,
  primary key (person_id, topic, way)
);

create table webhook (
  id bytea primary key,
  account_id bytea,
  name text not null,
  url text not null,
  -- Sealed with the house key.
  secret bytea not null,
  old_secret bytea,
  topics text not null,
  active bigint not null,
  failing_since bigint,
  created_at bigint not null,
  version bigint not null
);

create table draft (
  person_id bytea not null references person (id),
  ticket_id bytea not null,
  kind text not null,
  body text not null,
  updated_at bigint not null,
  version bigint not null,
  primary key (person_id, ticket_id)
);

create table presence (
  ticket_id bytea not null,
  person_id bytea not null,
  doing text not null,
  seen_at bigint not null,
  primary key (ticket_id, person_id)
);
create index presence_age on presence (seen_at);

create table view (
  id bytea primary key,
  owner_id bytea not null references person (id),
  name text not null,
  shared bigint not null,
  filter text not null,
  -- How many cases it holds; moved by one with each case that enters or leaves.
  n bigint not null,
  created_at bigint not null,
  version bigint not null
);
create index view_of_owner on view (owner_id, id);
create index view_shared on view (shared, id);

create table quota_balance (
  account_id bytea not null,
  quota_id text not null,
  period text not null,
  used_count bigint not null,
  used_days bigint not null,
  primary key (account_id, quota_id, period)
);
create table quota_entry (
  account_id bytea not null,
  quota_id text not null,
  period text not null,
  idem text not null,
  kind text not null,
  count bigint not null,
  days bigint not null,
  ticket_id bytea,
  actor_id bytea,
  at bigint not null,
  primary key (account_id, quota_id, period, idem)
);

-- A write that was answered once is answered the same way again (Idempotency-Key).
create table idempotency (
  -- SHA-256 of the person and the key.
  key_hash bytea primary key,
  request_hash bytea not null,
  status bigint not null,
  body text not null,
  at bigint not null
);
create index idempotency_age on idempotency (at);

-- Where an imported case came from; the same one is never imported twice.
create table origin (
  source text not null,
  external_key text not null,
  ticket_id bytea not null,
  primary key (source, external_key)
);

create table chore (
  name text primary key,
  last_round_at bigint,
  took_us bigint,
  looked_at bigint not null,
  did bigint not null,
  left_over bigint not null,
  error text
);
