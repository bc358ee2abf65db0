-- What detectors may do by themselves. Restrictions themselves stand in gate.restriction, read by each look-up.
create schema if not exists containment;

create table containment.contact ( -- whom an alert calls, in what order; and whom else the night card names
    id         bigint generated always as identity primary key,
    name       text not null check (length(name) between 1 and 100),
    kind       text not null check (kind in ('email', 'webhook', 'matrix', 'mattermost', 'telephone')),
    role       text not null check (role in ('operations', 'dpo', 'insurer', 'authority', 'provider')),
    address    text not null,             -- an e-mail address, a URL, or a telephone number
    room       text,                      -- of Matrix
    secret     text,                      -- a webhook's key, Matrix's access token: the worker alone reads it
    telephone  text,                      -- to be rung at night, beside the address
    after      interval not null default '0',  -- called when nobody has taken the alert for so long
    least_risk real not null default 60,
    is_private boolean not null default false, -- its address may be inside our own network
    language   text not null default 'fr' check (language in ('fr', 'en')),
    added_at   timestamptz not null default now(),
    ended_at   timestamptz
);

create table containment.call (    -- an alert, or a test, on its way to somebody
    id       bigint generated always as identity primary key,
    alert    bigint references detection.alert,  -- null: a test
    contact  bigint not null references containment.contact,
    asked_at timestamptz not null,
    asked_by text not null,
    tries    integer not null default 0,
    next_at  timestamptz not null,
    ended_at timestamptz,
    reached  boolean,
    outcome  text,                         -- what the other side said, in short
    unique (alert, contact)
);
create index call_waiting on containment.call (next_at) where ended_at is null;

create table containment.handover ( -- the shift's log: written once, never changed
    id     bigint generated always as identity primary key,
    at     timestamptz not null,
    author text not null,
    text   text not null check (length(text) between 1 and 4000),
    facts  jsonb not null                  -- what the shift was, counted when it was written
);
