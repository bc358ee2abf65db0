-- What a vendor's software was allowed is only ever narrowed or ended, whatever our code does.

create function access.grant_guard() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.assurance not in (2, 3) or new.expires_at > now() + interval '12 hours 1 minute' then
            raise exception 'a grant lasts a working day, at level 2 or 3';
        end if;
        return new;
    end if;
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        raise exception 'a revoked grant stays revoked';
    end if;
    if (new.account_id, new.software_id, new.device, new.assurance, new.created_at, new.expires_at)
        is distinct from
       (old.account_id, old.software_id, old.device, old.assurance, old.created_at, old.expires_at)
       or new.card_until is distinct from old.card_until then
        raise exception 'a grant keeps its account, its software, its device and its end';
    end if;
    return new;
end $$;
create trigger grant_guard before insert or update on access.access_grant
    for each row execute function access.grant_guard();

create function access.software_guard() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        raise exception 'a revoked software stays revoked';
    end if;
    return new;
end $$;
create trigger software_guard before update on access.access_software
    for each row execute function access.software_guard();

-- A software's token is its grant's: same account, no higher level, ten minutes, never past the grant.
create function access.token_of_grant() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from access.access_grant g join access.access_software s on s.id = g.software_id
                    where g.id = new.grant_id and g.account_id = new.account_id and g.assurance >= new.assurance
                      and g.revoked_at is null and s.revoked_at is null
                      and new.expires_at <= least(g.expires_at, now() + interval '11 minutes')) then
        raise exception 'a token is worth no more than its grant';
    end if;
    return new;
end $$;
create trigger token_of_grant before insert on access.access_token
    for each row when (new.grant_id is not null) execute function access.token_of_grant();

create unique index access_grant_code on access.access_grant (code) where code is not null;
create index access_token_ends on access.access_token (expires_at) where grant_id is not null;

-- Its holder answers for a token of their own, or for a software, once more: in a session in which they have given a
-- strong factor in the last ten minutes. Returns since when it is answered for; null: not by this session.
create function access.confirm_software(p_session text, p_token bigint, p_grant bigint) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s access.access_session;
begin
    select * into s from access.access_session where session_key = p_session and ended_at is null
        and expire_date > now() and assurance >= 2 and proved_at > now() - interval '10 minutes';
    if not found then return null; end if;
    if p_token is not null then
        update access.access_token set confirmed_at = s.proved_at
         where id = p_token and account_id = s.account_id and grant_id is null and revoked_at is null;
    else
        update access.access_grant set confirmed_at = s.proved_at
         where id = p_grant and account_id = s.account_id and revoked_at is null and expires_at > now();
    end if;
    return case when found then s.proved_at end;
end $$;

-- Signed assertions and proofs are taken once, by whichever process they reach.
create table access.used_proof (digest bytea primary key, until timestamptz not null);
create index used_proof_until on access.used_proof (until);

create function access.use_once(p_digest bytea, p_until timestamptz) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into access.used_proof values (p_digest, p_until) on conflict do nothing;
    return found;
end $$;

-- Software's tokens are many and short: forgotten a day after their end, grants after three months.
create function access.forget_software() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from access.used_proof where until < now() - interval '1 minute';
    delete from access.access_token where grant_id is not null and expires_at < now() - interval '1 day';
    delete from access.access_grant g where g.expires_at < now() - interval '90 days'
        and not exists (select from access.access_token t where t.grant_id = g.id);
end $$;

revoke all on function access.use_once, access.forget_software, access.confirm_software from public;
