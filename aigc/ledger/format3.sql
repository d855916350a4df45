-- From format 2 to 3: briefs know their file's language, people review pieces. ledger.sql makes what is missing.

alter table pieces add column language text not null default '';
