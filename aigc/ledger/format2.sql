-- From format 1 to 2: pieces have lines. What ledger.sql then says anew is dropped; it makes what is missing.

alter table pieces add column writing integer not null default 0;
alter table history add column writing integer not null default 0;

drop trigger if exists keep_replaced;
drop trigger if exists keep_removed;
drop trigger if exists forget_removed;
