-- What was promised to customers, and asked by them, in a stretch of time: the figures read a window and no more.
create index clock_by_base on clock (base_at, id) where internal = 0;
create index ticket_by_opening on ticket (opened_at, id);
-- The cases of a plan, or on a tier, the last changed first.
create index ticket_of_plan on ticket (plan_id, updated_at, id);
create index ticket_of_tier on ticket (tier, updated_at, id);
