-- Insured persons, sealed. A row alone says nothing but which insurer it belongs to.
create schema if not exists registry;

create table registry.insurer (
    id          smallint generated always as identity primary key,
    amc_number  text not null unique,
    name        text not null,
    created_at  timestamptz not null default now()
);

create table registry.batch (
    id          integer generated always as identity primary key,
    source      text not null,          -- kind of file, never its content
    started_at  timestamptz not null default now(),
    finished_at timestamptz,
    loaded      bigint not null default 0,
    set_aside   bigint not null default 0
);

create table registry.person (
    id              bigint primary key check (id > 0),   -- random: order and size say nothing
    insurer         smallint not null references registry.insurer,
    data_key        integer not null references vault.data_key,
    birth_rank      smallint not null default 1,
    policyholder    bigint,                              -- person id of the policyholder, where another
    sealed_civil    bytea not null,
    sealed_nir      bytea not null,
    sealed_rights   bytea not null,
    sealed_contract bytea
);

-- Keyed digests under which a person is found. NOT unique: twins and children share one.
create table registry.person_key (
    key      bytea not null,       -- first 16 bytes of HMAC-SHA256, see vault/blind_index.py
    person   bigint not null references registry.person on delete cascade,
    version  smallint not null,    -- of the index key
    primary key (key, person)
);
create index person_key_by_person on registry.person_key (person);

-- Persons who were erased: who a number in the journal was, so that they can still be told of a breach that is
-- found later. Nobody finds anybody by it, and rights and contract are gone. Removed after `until`.
create table registry.erased (
    person       bigint      primary key,
    insurer      smallint    not null references registry.insurer,
    data_key     integer     not null references vault.data_key,
    sealed_civil bytea       not null,
    sealed_nir   bytea       not null,
    erased_at    timestamptz not null default now(),
    until        date        not null
);
