-- The ledger of one job (format 5). Every brief that was asked for has a row in `pieces` at every moment.
-- Made to be looked at: `select * from overview` and `select * from candidates` in any SQLite browser.

create table if not exists job (name text primary key, value text) without rowid;

create table if not exists pieces (
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
    language       text not null default '',     -- of the file's other rows, where its own texts are too short to tell
    redraws        integer not null default 0,   -- how often it was asked for anew
    anew           integer not null default 0,   -- 1: no earlier piece may stand in
    run            integer not null,             -- the last run that asked for it
    finished_run   integer not null default 0,   -- the run that finished it
    key            text not null,                -- content hash of all that makes the piece
    source         text not null,
    brief          text not null,                -- its values, JSON
    reading        text not null default '',     -- what was done to them on reading: cleaned, left_out; JSON
    artifact       text,                         -- fields, findings and provenance, JSON; null while it waits
    writing        integer not null default 0    -- the number of its lines; 0: none are kept
);
create index if not exists pieces_by_place on pieces (place);
create index if not exists pieces_by_key on pieces (key);
create index if not exists pieces_waiting on pieces (place) where status = 'waiting';

create table if not exists stages (              -- what each stage of a finished piece took
    id             text not null,
    stage          text not null,
    requests       integer not null,
    completions    integer not null,
    prompt_tokens  integer not null,
    written_tokens integer not null,
    seconds        real not null,
    primary key (id, stage)
) without rowid;

create table if not exists completions (         -- answers for pieces not finished yet, written before anybody saw them
    id      text not null,
    request text not null,                       -- content hash of the request
    answers text not null,
    primary key (id, request)
) without rowid;

create table if not exists lines (               -- what a model wrote for pieces, a row per candidate that is kept
    writing       integer not null,              -- of one piece, that stands or went to the history with it
    stage         text not null,
    item          integer not null,              -- of the stage, from 0
    attempt       integer not null,              -- from 0
    candidate     integer not null,              -- of one request, from 0
    text          text not null,                 -- as the model wrote it
    taken         integer not null,              -- 1: it stands for its item
    fields        text not null,                 -- the places in the piece that it became, one a line
    findings      text not null,                 -- (field of the stage, check, severity, message), JSON
    finish_reason text not null,
    mean_logprob  real,
    request       text not null,                 -- content hash of the request
    prompt        text not null,                 -- content hash of its messages
    primary key (writing, stage, item, attempt, candidate)
) without rowid;

create table if not exists history (             -- pieces that were replaced or are no longer asked for
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
    replaced  text not null default current_timestamp,
    writing   integer not null default 0
);
create index if not exists history_by_key on history (key, seq);

create table if not exists reviews (             -- what people decided of a piece; it outlives what is written
    id       text primary key,
    decision text not null,                      -- the last one: picked, written, refused, kept, undone
    fields   text not null,                      -- place → text that stands there instead of the model's, JSON
    base     text not null,                      -- content hash of the model's fields that were seen
    rev      integer not null,                   -- how many decisions there were
    by       text not null,
    at       text not null,
    note     text not null,
    refused  text not null,                      -- place → suggestions that are no better, JSON
    briefs   text not null,                      -- place → content hash of the brief that was seen, JSON
    findings text                                -- of the piece with these texts, JSON; null until it is judged (again)
) without rowid;

create table if not exists rulings (             -- what people decided of a whole piece; it outlives what is written
    id      text primary key,
    verdict text not null,                       -- approved, rejected
    brief   text not null,                       -- content hash of the brief that was seen
    rev     integer not null,                    -- how many such decisions there were
    by      text not null,
    at      text not null,
    note    text not null,
    stale   integer not null default 0           -- 1: the brief or a text is another since; a rejected one: written again
) without rowid;

create table if not exists review_log (          -- every decision, for good
    seq      integer primary key,
    id       text not null,
    decision text not null,                      -- also approved, rejected and reopened, of the whole piece
    fields   text not null,                      -- place → text that shall stand there, or texts refused, JSON
    base     text not null,
    rev      integer not null,
    by       text not null,
    at       text not null,
    note     text not null,
    seen     text not null                       -- the brief, what stood there, what was suggested, by which stage; JSON
);

create table if not exists sketches (            -- what tells whether two pieces say the same
    id      text primary key,
    opening text not null                        -- the first words, in small letters
) without rowid;
create index if not exists sketches_by_opening on sketches (opening);

create table if not exists bands (               -- two near-duplicates share a hash: MinHash, banded
    hash integer not null,
    id   text not null
);
create index if not exists bands_by_hash on bands (hash);
create index if not exists bands_by_id on bands (id);

create trigger if not exists keep_replaced after update of artifact on pieces
when old.artifact is not null and new.artifact is not old.artifact and old.status <> 'failed'
    and (new.artifact is null or new.twin = old.twin)  -- a flag alone makes no other piece
begin
    insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact, writing)
    values (old.key, old.id, old.status, old.reason, old.checks, old.lines, old.fallbacks, old.brief, old.artifact,
            old.writing);
end;

create trigger if not exists keep_removed after delete on pieces
when old.artifact is not null and old.status <> 'failed'
begin
    insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact, writing)
    values (old.key, old.id, old.status, old.reason, old.checks, old.lines, old.fallbacks, old.brief, old.artifact,
            old.writing);
end;

create trigger if not exists forget_failed_lines after update of writing on pieces
when old.status = 'failed' and old.writing > 0 and new.writing <> old.writing
begin
    delete from lines where writing = old.writing;
end;

create trigger if not exists forget_stages after update of artifact on pieces
when new.artifact is null and old.artifact is not null
begin
    delete from stages where id = new.id;
end;

create trigger if not exists forget_sketch after update of artifact on pieces
when new.artifact is not old.artifact and old.artifact is not null
begin
    delete from sketches where id = new.id;
    delete from bands where id = new.id;
end;

create trigger if not exists judge_again after update of artifact on pieces
when new.artifact is not old.artifact
begin
    update reviews set findings = null where id = new.id;
end;

create trigger if not exists rule_again after update of artifact on pieces
when old.artifact is not null and new.artifact is not old.artifact
    and (new.artifact is null or new.twin = old.twin)
begin
    update rulings set stale = 1 where id = new.id;
end;

create trigger if not exists forget_removed after delete on pieces
begin
    delete from lines where old.status = 'failed' and writing = old.writing;
    delete from stages where id = old.id;
    delete from completions where id = old.id;
    delete from sketches where id = old.id;
    delete from bands where id = old.id;
end;

create trigger if not exists forget_completions after update of key, draw, redraws on pieces
when old.key <> new.key or old.draw <> new.draw or old.redraws <> new.redraws
begin
    delete from completions where id = new.id;
end;

create view if not exists overview as
select p.place, p.id, p.status, p.reason, s.stage, s.requests, s.completions, s.prompt_tokens, s.written_tokens,
       s.seconds, p.key, p.source, p.brief, p.artifact
from pieces p left join stages s on s.id = p.id
order by p.place, s.stage;

create view if not exists candidates as
select p.place, p.id, p.status, 0 as replaced, l.* from pieces p join lines l on l.writing = p.writing
union all
select null, h.id, h.status, 1, l.* from history h join lines l on l.writing = h.writing
where h.writing not in (select writing from pieces)
order by 4, 1;
