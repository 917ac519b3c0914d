-- Cases that go on in another one, and how each stood before, so that it can be taken back.
alter table ticket add column merged_into bytea;
create table merge (
  from_id bytea primary key references ticket (id),
  into_id bytea not null references ticket (id),
  by_id bytea not null,
  at bigint not null,
  stage text not null,
  alarm_at bigint,
  alarm_does text,
  proposed text,
  -- Clocks that began in the other case for promises of this one, 16 bytes each.
  adopted bytea not null
);
create index merge_of_into on merge (into_id, from_id);
