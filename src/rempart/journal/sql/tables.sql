-- What was disclosed to whom and why; and every other event. Insert-only, by functions only.
create schema if not exists journal;

create table journal.entry (
    x               xid8        not null default pg_current_xact_id(),
    seq             bigint      not null generated always as identity,
    epoch           integer     not null default 1,  -- +1 at each restore from a backup
    at              timestamptz not null,
    tag             text        not null,            -- source:subject:action
    request         text,                            -- the reference on the answer
    account         bigint,
    profession      text,                            -- as it was then: it chose limits and fields
    assurance       smallint,
    session         text,                            -- digest, not the session's key
    device          text,
    software        text,                            -- label of the bearer token
    organisation    bigint,
    network         inet,
    channel         text,
    purpose         text,
    act_family      text,
    person          bigint,                          -- > 0 random person id; < 0 keyed id of a miss
    hit             boolean,
    department      text,                            -- of birth, from the number asked
    birth_month     smallint,                        -- 1 to 12, from the date asked
    prefix_month    bigint,                          -- keyed pseudonym of NIR characters 1–7
    prefix_commune  bigint,                          -- keyed pseudonym of NIR characters 1–10
    insurer         smallint,
    categories      smallint,                        -- bits of data opened
    proof           smallint,
    terminal        bigint,
    verdict         text,
    reason          text,
    rule            text,                            -- which limit or restriction decided, in machine words
    cost            integer,                         -- distinct persons newly spent: 0 for a repeat
    count           integer     not null default 1,  -- > 1: so many equal refusals in one entry
    policy          integer,                         -- version of limits and matrix applied
    actor           text,                            -- for changes: who
    details         jsonb,                           -- for other events; never a name, a NIR or a secret
    primary key (at, seq)
) partition by range (at);

create table journal.entry_default partition of journal.entry default;
create index entry_order on journal.entry (x, seq);  -- as they were committed: read by what follows the journal
create index entry_seq on journal.entry (seq);
create index entry_account on journal.entry (account, at desc);
create index entry_request on journal.entry (request);

-- Which events each role may record through journal.record().
create table journal.may_record (role name not null, prefix text not null, primary key (role, prefix));

-- Each restore from a backup begins an epoch: numbers of transactions used twice are told apart by it.
create table journal.epoch (
    number integer     primary key,
    at     timestamptz not null default now(),
    reason text        not null
);
insert into journal.epoch values (1, now(), 'begun');

-- What was sealed, up to where: written, durably, before the checkpoint of that size is signed.
create table journal.checkpoint (
    size  bigint      primary key check (size > 0),
    root  bytea       not null check (octet_length(root) = 32),
    epoch integer     not null references journal.epoch,
    x     xid8        not null,             -- with seq: the last entry that it covers
    seq   bigint      not null,
    at    timestamptz not null
);

-- While one is not lifted nothing of the journal is dropped, however old.
create table journal.hold (
    id        integer     primary key generated always as identity,
    reason    text        not null check (length(reason) between 3 and 500),
    placed_at timestamptz not null default now(),
    placed_by text        not null,
    lifted_at timestamptz,
    lifted_by text        check ((lifted_by is null) = (lifted_at is null))
);
