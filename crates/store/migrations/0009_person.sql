-- When the customer last asked for a person.
alter table ticket add column person_asked_at bigint;
