-- Cases laid aside: out of the standing queues until an instant. Their promises run on.
alter table ticket add column snoozed_until bigint;
alter table ticket add column snoozed_by bytea;
alter table ticket add column snooze_why text;
create index ticket_snoozed on ticket (snoozed_until, id) where snoozed_until is not null;
