PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE job (name text primary key, value text) without rowid;
INSERT INTO job VALUES('awaited','[]');
INSERT INTO job VALUES('command','""');
INSERT INTO job VALUES('content_type','"shop/page"');
INSERT INTO job VALUES('model','"smollm2-135m"');
INSERT INTO job VALUES('seconds','0.011458769999080687');
INSERT INTO job VALUES('version','1');
INSERT INTO job VALUES('whole','true');
INSERT INTO job VALUES('written','4');
CREATE TABLE pieces (
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
INSERT INTO pieces VALUES(0,'00','rejected','close: has 20 characters, at most 12','limits',5,5,96,0.0061999999999999997821,4,0,'','',0,0,0,0,2,1,'e79d48e521f475dd4614ff0e7e62133e','','{"product": "a"}','{"fields": {"lines": ["Buy 597", "Buy 249", "Buy 285"], "close": "Buy 503 far too long"}, "findings": [{"message": "has 20 characters, at most 12", "field": "close", "span": null, "check": "limits", "severity": "reject"}], "provenance": {"content_type": "shop/page", "version": 1, "model": "smollm2-135m", "seed": 0, "requests": 5, "usage": {"prompt": 5, "sampled": 96, "forced": 0}, "lines": 4, "fallbacks": [], "repaired": []}}');
INSERT INTO pieces VALUES(1,'01','accepted','','',6,6,152,0.0060000000000000001249,4,0,'','',0,0,0,0,2,1,'df72d00504c4ea16d40541a112ce3fc2','','{"product": "b"}','{"fields": {"lines": ["Buy 80", "Buy 326", "Buy 36"], "close": "Buy 49"}, "findings": [], "provenance": {"content_type": "shop/page", "version": 1, "model": "smollm2-135m", "seed": 0, "requests": 6, "usage": {"prompt": 6, "sampled": 152, "forced": 0}, "lines": 4, "fallbacks": [], "repaired": ["lines[0]", "lines[2]"]}}');
INSERT INTO pieces VALUES(2,'02','waiting','','',4,4,48,0.0040000000000000000832,4,0,'','',0,0,0,0,2,1,'89b116a58fa886f20f887a360019c7a4','','{"product": "d"}',NULL);
INSERT INTO pieces VALUES(3,'03','waiting','','',5,5,74,0.0037999999999999999923,4,0,'','',0,0,0,0,2,1,'453cc224e77153a11e2f307bed7a44be','','{"product": "e"}',NULL);
INSERT INTO pieces VALUES(4,'04','waiting','','',0,0,0,0.0,0,0,'','',0,0,0,0,2,0,'abda3c218b24334ad0f98738a5ad0199','','{"product": "f"}',NULL);
CREATE TABLE stages (                            -- what each stage of a finished piece took
    id             text not null,
    stage          text not null,
    requests       integer not null,
    completions    integer not null,
    prompt_tokens  integer not null,
    written_tokens integer not null,
    seconds        real not null,
    primary key (id, stage)
) without rowid;
INSERT INTO stages VALUES('00','close',2,2,2,54,0.003099999999999999891);
INSERT INTO stages VALUES('00','lines',3,6,3,42,0.00059999999999999994743);
INSERT INTO stages VALUES('01','close',1,1,1,6,0.0013999999999999999857);
INSERT INTO stages VALUES('01','lines',5,10,5,146,0.0041999999999999997404);
CREATE TABLE completions (                       -- answers for pieces not finished yet, written before anybody saw them
    id      text not null,
    request text not null,                       -- content hash of the request
    answers text not null,
    primary key (id, request)
) without rowid;
INSERT INTO completions VALUES('02','793d70e1c29f802ae1c71e8102584fc2','[["Buy 350 far too long for it", "stop", -1.0, 1, 27, 0], ["Buy 350 far too long for it", "stop", -1.0, 1, 27, 0]]');
INSERT INTO completions VALUES('02','8e1d22b8874e8374157ac93edbeea3ae','[["Buy 643", "stop", -1.0, 1, 7, 0], ["Buy 643", "stop", -1.0, 1, 7, 0]]');
INSERT INTO completions VALUES('02','ccb6736b481f07ddb0919ad7604e5c0e','[["Buy 920", "stop", -1.0, 1, 7, 0], ["Buy 920", "stop", -1.0, 1, 7, 0]]');
CREATE TABLE history (                           -- pieces that were replaced or are no longer asked for
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
INSERT INTO history VALUES(1,'d3f68228661b87388eafea4c5619e1e4','02','accepted','','',4,0,'{"product": "c"}','{"fields": {"lines": ["Buy 422", "Buy 923", "Buy 124"], "close": "Buy 10"}, "findings": [], "provenance": {"content_type": "shop/page", "version": 1, "model": "smollm2-135m", "seed": 0, "requests": 4, "usage": {"prompt": 4, "sampled": 48, "forced": 0}, "lines": 4, "fallbacks": [], "repaired": []}}','2026-11-28 20:30:22');
INSERT INTO history VALUES(2,'4fb3ac490652c5af2125582cc16fee8a','03','accepted','','',4,0,'{"product": "x"}','{"fields": {"lines": ["Buy 27", "Buy 268", "Buy 374"], "close": "Buy 766"}, "findings": [], "provenance": {"content_type": "shop/page", "version": 1, "model": "smollm2-135m", "seed": 0, "requests": 5, "usage": {"prompt": 5, "sampled": 74, "forced": 0}, "lines": 4, "fallbacks": [], "repaired": ["close"]}}','2026-11-28 20:30:22');
CREATE TABLE sketches (                          -- what tells whether two pieces say the same
    id      text primary key,
    opening text not null                        -- the first words, in small letters
) without rowid;
CREATE TABLE bands (hash integer not null, id text not null);
CREATE INDEX pieces_by_place on pieces (place);
CREATE INDEX pieces_by_key on pieces (key);
CREATE INDEX pieces_waiting on pieces (place) where status = 'waiting';
CREATE INDEX history_by_key on history (key, seq);
CREATE TRIGGER keep_replaced after update of artifact on pieces
when old.artifact is not null and new.artifact is not old.artifact and old.status <> 'failed'
    and (new.artifact is null or new.twin = old.twin)  -- a flag alone makes no other piece
begin
    insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact)
    values (old.key, old.id, old.status, old.reason, old.checks, old.lines, old.fallbacks, old.brief, old.artifact);
end
;
CREATE TRIGGER keep_removed after delete on pieces when old.artifact is not null and old.status <> 'failed'
begin
    insert into history (key, id, status, reason, checks, lines, fallbacks, brief, artifact)
    values (old.key, old.id, old.status, old.reason, old.checks, old.lines, old.fallbacks, old.brief, old.artifact);
end;
CREATE TRIGGER forget_stages after update of artifact on pieces
when new.artifact is null and old.artifact is not null
begin
    delete from stages where id = new.id;
end;
CREATE INDEX sketches_by_opening on sketches (opening);
CREATE INDEX bands_by_hash on bands (hash);
CREATE INDEX bands_by_id on bands (id);
CREATE TRIGGER forget_sketch after update of artifact on pieces
when new.artifact is not old.artifact and old.artifact is not null
begin
    delete from sketches where id = new.id;
    delete from bands where id = new.id;
end;
CREATE TRIGGER forget_removed after delete on pieces
begin
    delete from stages where id = old.id;
    delete from completions where id = old.id;
    delete from sketches where id = old.id;
    delete from bands where id = old.id;
end;
CREATE TRIGGER forget_completions after update of key, draw, redraws on pieces
when old.key <> new.key or old.draw <> new.draw or old.redraws <> new.redraws
begin
    delete from completions where id = new.id;
end;
CREATE VIEW overview as
select p.place, p.id, p.status, p.reason, s.stage, s.requests, s.completions, s.prompt_tokens, s.written_tokens,
       s.seconds, p.key, p.source, p.brief, p.artifact
from pieces p left join stages s on s.id = p.id
order by p.place, s.stage;
COMMIT;
