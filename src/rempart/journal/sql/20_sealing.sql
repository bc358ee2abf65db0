-- A checkpoint only ever goes on from the last one: further in the journal's order, and larger.
create function journal.seal(p_size bigint, p_root bytea, p_epoch integer, p_x xid8, p_seq bigint, p_at timestamptz)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    newest journal.checkpoint;
begin
    lock table journal.checkpoint in share row exclusive mode;
    select * into newest from journal.checkpoint order by size desc limit 1;
    if p_size <= newest.size or (p_epoch, p_x, p_seq) <= (newest.epoch, newest.x, newest.seq) then
        raise exception 'a checkpoint goes on from the last one' using errcode = 'check_violation';
    end if;
    insert into journal.checkpoint values (p_size, p_root, p_epoch, p_x, p_seq, p_at);
end $$;

create trigger checkpoint_stays before update or delete on journal.checkpoint
    for each row execute function journal.refuse_change();
create trigger checkpoint_stays_whole before truncate on journal.checkpoint
    for each statement execute function journal.refuse_change();
create trigger epoch_stays before update or delete on journal.epoch
    for each row execute function journal.refuse_change();
create trigger epoch_stays_whole before truncate on journal.epoch
    for each statement execute function journal.refuse_change();

-- After a restore, by the owner alone. Entries written from now on are of the new epoch.
create function journal.begin_epoch(p_reason text) returns integer
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    begun integer;
begin
    insert into journal.epoch (number, reason) select max(e.number) + 1, p_reason from journal.epoch e
        returning number into begun;
    execute format('alter table journal.entry alter column epoch set default %s', begun);
    return begun;
end $$;
