-- How long the journal stays in the table. By the owner alone: nobody else may execute any of it.

create function journal.place_hold(p_reason text, p_by text) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    placed integer;
begin
    insert into journal.hold (reason, placed_by) values (p_reason, p_by) returning id into placed;
    perform journal.record('installation:hold:placed', actor => p_by,
                           details => jsonb_build_object('hold', placed));
    return placed;
end $$;

create function journal.lift_hold(p_id integer, p_by text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    update journal.hold set lifted_at = now(), lifted_by = p_by where id = p_id and lifted_at is null;
    if not found then
        return false;
    end if;
    perform journal.record('installation:hold:lifted', actor => p_by, details => jsonb_build_object('hold', p_id));
    return true;
end $$;

create trigger hold_stays before delete on journal.hold
    for each row execute function journal.refuse_change();
create trigger hold_stays_whole before truncate on journal.hold
    for each statement execute function journal.refuse_change();

-- A day's partition, whose entries a caller found in verified files; here what only the database can know
-- at the moment of dropping: no hold, no entry that came since, none that is not sealed.
create function journal.drop_day(p_day date, p_entries bigint, p_by text) returns void
language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
    name text := 'entry_' || to_char(p_day, 'YYYYMMDD');
    held bigint;
    beyond boolean;
begin
    lock table journal.hold in share mode;
    if exists (select from journal.hold h where h.lifted_at is null) then
        raise exception 'a legal hold suspends it' using errcode = 'object_not_in_prerequisite_state';
    end if;
    if p_day > current_date - 35 then  -- thirty days are counted from it, with days to spare
        raise exception 'too young' using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format('lock table journal.%I in access exclusive mode', name);
    execute format('select count(*) from journal.%I', name) into held;
    execute format('select exists (select from journal.%I e where not exists (
                        select from journal.checkpoint c where (e.epoch, e.x, e.seq) <= (c.epoch, c.x, c.seq)))', name)
        into beyond;
    if held <> p_entries or beyond then
        raise exception 'not all of it is sealed' using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform journal.record('installation:journal:dropped', actor => p_by,
                           details => jsonb_build_object('day', p_day, 'entries', held));
    execute format('alter table journal.entry detach partition journal.%I', name);
    execute format('drop table journal.%I', name);
end $$;

-- After a restore: what the files hold beyond the table's knowledge counts as sealed; entries written since
-- the restore, whose numbers were used before it, go on in the new epoch. They are in no file yet.
create function journal.restored(p_size bigint, p_root bytea, p_epoch integer, p_x xid8, p_seq bigint,
                                 p_at timestamptz, p_since bigint[], p_entries bigint, p_by text)
returns integer
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    begun integer;
    moved bigint;
begin
    lock table journal.entry in share row exclusive mode;
    if (select count(*) from journal.entry) <> p_entries then
        raise exception 'entries came since' using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into journal.epoch (number, reason)  -- the files may know of restores that the table forgot
    select number, 'known from sealed files'
      from generate_series((select max(e.number) + 1 from journal.epoch e), p_epoch) as number;
    perform journal.seal(p_size, p_root, p_epoch, p_x, p_seq, p_at);
    begun := journal.begin_epoch('restored');
    alter table journal.entry disable trigger entry_stays;
    update journal.entry set epoch = begun where seq = any(p_since);
    get diagnostics moved = row_count;
    alter table journal.entry enable trigger entry_stays;
    perform journal.record('installation:journal:restored', actor => p_by,
                           details => jsonb_build_object('epoch', begun, 'sealed', p_size, 'since', moved));
    return begun;
end $$;
