-- What no code may do, not even ours: bring an ended credential back, or raise a session in place.

create function access.session_guard() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.ended_at is not null and new.ended_at is distinct from old.ended_at then
        raise exception 'an ended session stays ended';
    end if;
    if new.proved_at <> coalesce(old.proved_at, '-infinity') or new.session_key <> old.session_key or new.started_at <> old.started_at
        or (old.account_id is not null and new.account_id is distinct from old.account_id)
        or (old.account_id is not null and new.assurance > old.assurance) then
        -- A higher assurance needs a new key: one fixed by somebody else before must die.
        raise exception 'a session changes its holder, rises or is proved again only under a new key';
    end if;
    return new;
end $$;
create trigger session_guard before update on access.access_session
    for each row execute function access.session_guard();

create function access.token_guard() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
        raise exception 'a revoked token stays revoked';
    end if;
    if new.account_id <> old.account_id or new.hash <> old.hash
        or new.expires_at is distinct from old.expires_at then
        raise exception 'a token keeps its account and its end';
    end if;
    return new;
end $$;
create trigger token_guard before update on access.access_token
    for each row execute function access.token_guard();

create function access.counter_guard() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.last_counter <= old.last_counter then
        raise exception 'a code is taken once';
    end if;
    return new;
end $$;
create trigger counter_guard before update on access.access_totpcounter
    for each row execute function access.counter_guard();
