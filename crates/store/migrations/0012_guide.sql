-- Guides that help before a case is opened, and known troubles.
create table guide (
  id bytea not null primary key,
  -- guide, trouble
  kind text not null,
  -- Empty: of no product in particular.
  product text not null,
  -- One a line.
  symptoms text not null,
  -- By language, JSON.
  titles text not null,
  bodies text not null,
  -- draft, published, ended
  state text not null,
  by_id bytea not null references person (id),
  published_at bigint,
  ended_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  shown bigint not null,
  helped_yes bigint not null,
  helped_no bigint not null,
  version bigint not null
);
create index guide_of_kind on guide (kind, id);
create index guide_in_state on guide (state, kind, product, id);
create index guide_by_state on guide (state, id);

-- The words of published ones, each with the weight of the place where it stands.
create table guide_word (
  word text not null,
  guide_id bytea not null references guide (id),
  weight bigint not null,
  primary key (word, guide_id)
);
create index guide_word_of on guide_word (guide_id);

-- Whether it helped, once a person.
create table guide_vote (
  guide_id bytea not null references guide (id),
  person_id bytea not null references person (id),
  helped bigint not null,
  at bigint not null,
  primary key (guide_id, person_id)
);
