-- What detectors saw, what became of it, and how they are set. No person: entries are named by their number.
create schema if not exists detection;

create table detection.signal (   -- one detector, once, about one subject
    id         bigint generated always as identity primary key,
    at         timestamptz not null,           -- of the entry that completed it
    noted_at   timestamptz not null,
    detector   text     not null,
    family     text     not null,              -- signals of one family are not independent of each other
    account    bigint,                         -- whom it is about; null: a network alone
    network    inet,
    organisation bigint,
    seq        bigint   not null,              -- journal.entry that completed it
    facts      jsonb    not null,              -- figures by name, as the detector's sentence asks for them
    limits     jsonb    not null,              -- thresholds in force then
    weight     real     not null,              -- what it adds to the risk of its account
    observed   boolean  not null default false, -- a trial: leads to nothing
    alert      bigint,
    unique nulls not distinct (detector, seq, account, observed)
);
create index signal_account on detection.signal (account, at desc);
create index signal_at on detection.signal (at desc);
create index signal_alert on detection.signal (alert) where alert is not null;

create table detection.alert (    -- the signals about one subject, until somebody has dealt with them
    id         bigint generated always as identity primary key,
    account    bigint,
    network    inet,
    opened_at  timestamptz not null,
    last_at    timestamptz not null,
    state      text not null default 'open' check (state in ('open', 'taken', 'restricted', 'dismissed', 'closed')),
    risk       real not null default 0,        -- sum of weights
    detectors  text[] not null default '{}',
    what       text,                           -- an alert of Rempart's own (`silence`): no signal stands behind it
    taken_by   text, taken_at timestamptz,
    ended_by   text, ended_at timestamptz,
    code       text,                           -- why it was dismissed or closed: a coded reason
    remark     text,
    incident   bigint                          -- the breach case that it became
);
create unique index alert_open on detection.alert (coalesce(account, 0), coalesce(network, '::'), coalesce(what, ''))
    where state in ('open', 'taken', 'restricted');
create index alert_last on detection.alert (last_at desc);

create table detection.alert_event (   -- all that was done about an alert: nothing is deleted
    id     bigint generated always as identity primary key,
    alert  bigint not null references detection.alert,
    at     timestamptz not null,
    author text   not null,
    what   text   not null,            -- opened, signal, taken, restricted, dismissed, closed, reopened, paged, remark
    text   text
);
create index alert_event_alert on detection.alert_event (alert, at);

create table detection.mute (     -- a dismissal's reach: this detector says nothing about this account until then
    id        bigint generated always as identity primary key,
    alert     bigint references detection.alert,
    detector  text   not null,         -- '*': every one
    account   bigint,                  -- null: with a network
    network   inet,
    author    text not null,
    code      text not null,
    starts_at timestamptz not null,
    ends_at   timestamptz not null check (ends_at > starts_at),
    lifted_at timestamptz, lifted_by text
);

create table detection.setting (  -- what differs from the shipped thresholds
    detector text not null,
    name     text not null,            -- a threshold's name; 'mode': 0 off, 1 observe, 2 enforce
    trial    boolean not null default false,   -- true: tried beside the one in force, leads to nothing
    value    double precision not null,
    author   text not null,
    at       timestamptz not null,
    primary key (detector, name, trial)
);

create table detection.threshold ( -- as shipped: tells a change that loosens from one that tightens
    detector text not null,
    name     text not null,
    value    double precision not null,
    looser   text not null check (looser in ('higher', 'lower')),
    primary key (detector, name)
);

create table detection.decoy (    -- persons who do not exist. Only with the detectors' key do marks say who
    mark       bytea primary key,      -- HMAC(detectors' key, person id)
    planted_at timestamptz not null
);
