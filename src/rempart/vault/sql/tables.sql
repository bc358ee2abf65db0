-- Keys, all wrapped: nothing here opens anything without a master key that is not in the database.
create schema if not exists vault;

create table vault.insurer_key (
    id              integer generated always as identity primary key,
    insurer         smallint not null,
    public_keyset   bytea not null,   -- hybrid-encryption public keyset: intake wraps data keys to it
    private_keyset  bytea not null,   -- private half, encrypted under the gate's master key
    created_at      timestamptz not null default now(),
    withdrawn_at    timestamptz       -- an insurer withdraws: the gate opens nothing more of it
);

create table vault.data_key (
    id              integer generated always as identity primary key,
    insurer         smallint not null,
    batch           integer not null,
    insurer_key     integer not null references vault.insurer_key,
    wrapped         bytea not null,   -- AEAD keyset wrapped to insurer_key; rotation rewrites this only
    created_at      timestamptz not null default now(),
    unique (insurer, batch)
);
