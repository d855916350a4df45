-- The project's store: what its jobs have made, by key, for other jobs to find.

create table if not exists store.made (
    key       text not null unique,
    status    text not null,
    reason    text not null,
    checks    text not null,
    lines     integer not null,
    fallbacks integer not null,
    artifact  text not null,
    id        text not null,
    job       text not null    -- the folder's name
);
create table if not exists store.sketches (id text primary key, opening text not null) without rowid;  -- id: a key
create table if not exists store.bands (hash integer not null, id text not null);
create index if not exists store.bands_by_hash on bands (hash);
