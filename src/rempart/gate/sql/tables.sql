-- What the gate decides by. No web process can change any of it.
create schema if not exists gate;

create table gate.policy (        -- one row: the version written into each entry
    one      boolean primary key default true check (one),
    version  integer not null default 1,
    delay    interval not null default '24 hours'   -- before what loosens takes effect; the owner role sets it
);
insert into gate.policy default values;

-- Limits on distinct persons. amounts: minute, hour, day, 30 days. '*' = any profession.
create table gate.limit_row (
    scope       smallint not null,
    profession  text     not null,
    meter       smallint not null,
    amounts     integer[] not null check (cardinality(amounts) = 4 and 0 <= all (amounts)),
    primary key (scope, profession, meter)
);

-- The highest value two persons may ever set; changed by the owner role only.
create table gate.ceiling (
    scope       smallint not null,
    meter       smallint not null,
    amounts     integer[] not null check (cardinality(amounts) = 4),
    primary key (scope, meter)
);

create table gate.matrix_row (
    purpose     text not null,
    profession  text not null,
    assurance   smallint not null check (assurance >= 2),
    categories  smallint not null,
    wide        boolean not null default false,   -- spends the `wide` meter besides
    primary key (purpose, profession)
);

create table gate.breaker (       -- one row; its hourly limit follows the platform's own history
    one       boolean primary key default true check (one),
    floor     integer not null default 300,
    ceiling   integer not null default 20000,     -- set at installation
    present   integer not null default 100,       -- overdraft total per hour
    current   integer not null default 300        -- in force now: see gate.upkeep
);
insert into gate.breaker default values;

create table gate.busy_hour (     -- distinct unproven persons, hour by hour, for the breaker
    hour     timestamptz primary key,
    persons  integer not null,
    tripped  boolean not null                     -- such an hour teaches nothing: an attack must not raise the limit
);

-- Budgets: n = distinct persons now in each window, ring = the same by bucket of last sight.
create table gate.meter (
    scope  smallint not null,
    id     bigint   not null,
    meter  smallint not null,
    at     bigint   not null default 0,           -- seconds since 1970 of the last advance
    n      integer[] not null default '{0,0,0,0}',
    ring   integer[] not null default array_fill(0, array[78]),
    primary key (scope, id, meter)
) with (fillfactor = 40);

create table gate.seen (
    scope   smallint not null,
    id      bigint   not null,
    meter   smallint not null,
    person  bigint   not null,
    at      bigint   not null,
    primary key (scope, id, meter, person)
) with (fillfactor = 80);

create table gate.relation (      -- proven visits: organisation × person
    organisation bigint not null,
    person       bigint not null,
    last_visit   timestamptz not null,
    primary key (organisation, person)
) with (fillfactor = 80);

create table gate.terminal (      -- card terminals; the public key never changes
    id            bigint generated always as identity primary key,
    organisation  bigint not null,
    label         text not null,
    public_key    bytea not null unique check (octet_length(public_key) = 32),
    proposed_by   text not null,
    approved_by   text check (approved_by <> proposed_by),
    active_from   timestamptz,
    revoked_at    timestamptz
);

create table gate.used_proof (
    terminal  bigint not null,
    nonce     bytea  not null,
    at        timestamptz not null,
    primary key (terminal, nonce)
);

create table gate.repeat (        -- idempotency keys: a retry counts once and answers the same
    account  bigint not null,
    key      text   not null,
    digest   bytea  not null,     -- keyed, of the request
    at       timestamptz not null,
    person   bigint,              -- what was granted, so that a retry opens the same
    decision jsonb  not null,
    primary key (account, key)
);

create table gate.refusals (      -- equal refusals of one minute, beyond the first few
    subject  text not null,
    reason   text not null,
    minute   bigint not null,
    n        integer not null,
    account  bigint,
    network  inet,                -- the first of them, where the subject is a network
    verdict  text not null,
    primary key (subject, reason, minute)
);

create table gate.keeper (        -- the people who may change limits, matrix and terminals
    name     text primary key,
    secret   text not null,       -- Argon2id
    email    text,
    added_at timestamptz not null default now(),
    ended_at timestamptz
);

create table gate.change (        -- a change waits for a second keeper, and for its delay
    id           bigint generated always as identity primary key,
    kind         text not null,   -- limit, matrix, breaker, terminal, revoke_terminal, lift_platform, detector
    value        jsonb not null,
    reason       text not null check (length(reason) >= 8),
    loosens      boolean not null,
    proposed_by  text not null references gate.keeper,
    proposed_at  timestamptz not null,
    approved_by  text references gate.keeper check (approved_by <> proposed_by),
    approved_at  timestamptz,
    effective_at timestamptz,
    applied_at   timestamptz,
    cancelled_at timestamptz,
    noticed_at   timestamptz
);

create table gate.restriction (   -- read by the very next look-up
    id           bigint generated always as identity primary key,
    scope        smallint not null,
    subject      text not null,   -- account, organisation, insurer or software id; network, session digest, channel, 'platform'
    kind         text not null check (kind in ('step_up', 'card_required', 'frozen', 'closed')),
    reason       text not null check (length(reason) between 3 and 500),
    message      text check (length(message) between 3 and 500),   -- told to those whom it stops
    reopens_at   timestamptz,     -- when it is expected to end, as told; `ends_at` ends it
    author       text not null,
    starts_at    timestamptz not null,
    ends_at      timestamptz check (ends_at > starts_at),
    lifted_at    timestamptz,
    lifted_by    text,
    lift_reason  text,
    signals      bigint[],        -- what led to it
    key          text not null generated always as (scope::text || ':' || subject) stored
);
create index restriction_in_force on gate.restriction (key) where lifted_at is null;
create index restriction_of_insurer on gate.restriction (subject) where scope = 7 and lifted_at is null;

create table gate.watch (         -- one row: are the detectors alive? Silent for a minute, unproven limits tighten
    one        boolean primary key default true check (one),
    at         timestamptz,       -- of their last beat; null: they were never started here
    seen_until timestamptz,       -- they have seen every entry up to then
    lag        real,              -- seconds from an entry to what they made of it, the slowest of the last beat
    divisor    smallint not null default 3 check (divisor between 1 and 100)
);
insert into gate.watch default values;
