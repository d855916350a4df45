-- From format 3 to 4: briefs know what was done to their values on reading.

alter table pieces add column reading text not null default '';
