-- A person leaves: found by nothing any more, and the journal stays as it is, for its numbers are random.
-- By the owner alone. False: there is no such person.
create function registry.erase(p_person bigint, p_until date, p_by text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    insert into registry.erased (person, insurer, data_key, sealed_civil, sealed_nir, until)
    select p.id, p.insurer, p.data_key, p.sealed_civil, p.sealed_nir, p_until
      from registry.person p where p.id = p_person;
    if not found then
        return false;
    end if;
    delete from registry.person where id = p_person;  -- and, with it, what finds it
    perform journal.record('installation:person:erased', actor => p_by,
                           details => jsonb_build_object('person', p_person, 'until', p_until));
    return true;
end $$;

-- What was kept long enough. A legal hold suspends it. How many were removed.
create function registry.expire_erased() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    gone bigint;
begin
    lock table journal.hold in share mode;
    if exists (select from journal.hold h where h.lifted_at is null) then
        return 0;
    end if;
    delete from registry.erased where until < (now() at time zone 'UTC')::date;
    get diagnostics gone = row_count;
    return gone;
end $$;
