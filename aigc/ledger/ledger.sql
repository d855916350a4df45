-- The ledger of one job (format 1). Every brief that was asked for has a row in `pieces` at every moment.
-- Made to be looked at: `select * from overview` in any SQLite browser.

create table job (name text primary key, value text) without rowid;

create table pieces (
    place          integer not null,             -- among the briefs, from 0
    id             text primary key,
    status         text not null,                -- waiting, accepted, flagged, rejected, failed
    reason         text not null default '',
    checks         text not null default '',     -- which checks complained
    requests       integer not null default 0,   -- model calls
    prompt_tokens  integer not null default 0,
    written_tokens integer not null default 0,
    seconds        real not null default 0,      -- from the first request to the last answer
    lines          integer not null default 0,   -- texts that stages wrote
    fallbacks      integer not null default 0,   -- of these, written by no model
    twin           text not null default '',     -- id of the piece that this one repeats
    avoid          text not null default '',     -- how that one begins, while this one is written again
    nudges         integer not null default 0,   -- how often it was written again for repeating another
    draw           integer not null default 0,   -- which text of the same values the briefs' file asks for
    redraws        integer not null default 0,   -- how often it was asked for anew
    anew           integer not null default 0,   -- 1: no earlier piece may stand in
    run            integer not null,             -- the last run that asked for it
    finished_run   integer not null default 0,   -- the run that finished it
    key            text not null,                -- content hash of all that makes the piece
    source         text not null,
    brief          text not null,                -- its values, JSON
    artifact       text                          -- fields, findings and provenance, JSON; null while it waits
);
create index pieces_by_place on pieces (place);
create index pieces_by_key on pieces (key);
create index pieces_waiting on pieces (place) where status = 'waiting';

create table stages (                            -- what each stage of a finished piece took
    id             text not null,
    stage          text not null,
    requests       integer not null,
    completions    integer not null,
    prompt_tokens  integer not null,
    written_tokens integer not null,
    seconds        real not null,
    primary key (id, stage)
) without rowid;

create table completions (                       -- answers for pieces not finished yet, written before anybody saw them
    id      text not null,
    request text not null,                       -- content hash of the request
    answers text not null,
    primary key (id, request)
) without rowid;

create table history (                           -- pieces that were replaced or are no longer asked for
    seq       integer primary key,
    key       text not null,
    id        text not null,
    status    text not null,
    reason    text not null,
    checks    text not null,
    lines     integer not null,
    fallbacks integer not null,
    brief     text not null,
    artifact  text not null,
    replaced  text not null default current_timestamp
);
create index history_by_key on history (key, seq);

create trigger keep_replaced after update of artifact on pieces
when old.artifact is not null and new.artifact is not old.artifact and old.status <> 'failed'
    and (new.artifact is null or new.twin = old.twin)  -- a flag alone makes no other piece
begin
    insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact)
    values (old.key, old.id, old.status, old.reason, old.checks, old.lines, old.fallbacks, old.brief, old.artifact);
end;

create trigger keep_removed after delete on pieces when old.artifact is not null and old.status <> 'failed'
begin
    insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact)
    values (old.key, old.id, old.status, old.reason, old.checks, old.lines, old.fallbacks, old.brief, old.artifact);
end;

create trigger forget_stages after update of artifact on pieces
when new.artifact is null and old.artifact is not null
begin
    delete from stages where id = new.id;
end;

create table sketches (                          -- what tells whether two pieces say the same
    id      text primary key,
    opening text not null                        -- the first words, in small letters
) without rowid;
create index sketches_by_opening on sketches (opening);

create table bands (hash integer not null, id text not null);  -- two near-duplicates share a hash: MinHash, banded
create index bands_by_hash on bands (hash);
create index bands_by_id on bands (id);

create trigger forget_sketch after update of artifact on pieces
when new.artifact is not old.artifact and old.artifact is not null
begin
    delete from sketches where id = new.id;
    delete from bands where id = new.id;
end;

create trigger forget_removed after delete on pieces
begin
    delete from stages where id = old.id;
    delete from completions where id = old.id;
    delete from sketches where id = old.id;
    delete from bands where id = old.id;
end;

create trigger forget_completions after update of key, draw, redraws on pieces
when old.key <> new.key or old.draw <> new.draw or old.redraws <> new.redraws
begin
    delete from completions where id = new.id;
end;

create view overview as
select p.place, p.id, p.status, p.reason, s.stage, s.requests, s.completions, s.prompt_tokens, s.written_tokens,
       s.seconds, p.key, p.source, p.brief, p.artifact
from pieces p left join stages s on s.id = p.id
order by p.place, s.stage;
