-- Three times the busiest hour of the last 28 days, between floor and ceiling. The last day and the
-- hours in which the breaker tripped do not count: else an attack would raise its own limit.
create function gate.set_breaker(p_now timestamptz) returns integer
language sql set search_path = pg_catalog, pg_temp
as $$
    update gate.breaker set current = greatest(floor, least(ceiling, 3 * coalesce(
        (select max(persons) from gate.busy_hour where hour > p_now - interval '28 days' and hour < p_now - interval '24 hours'
            and not tripped), 0)))
    returning current
$$;

-- Run by the gate every few seconds: due changes, counted refusals, the breaker, old rows.
create function gate.upkeep(p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    r gate.refusals;
    minute_ bigint := extract(epoch from p_now)::bigint / 60;
    hour_ timestamptz := date_trunc('hour', p_now, 'UTC');
begin
    if not pg_try_advisory_xact_lock(hashtextextended('gate.upkeep', 0)) then return; end if;
    perform gate.apply_due(least(p_now, clock_timestamp()));
    for r in delete from gate.refusals where minute < minute_ returning * loop
        continue when r.n <= 20;
        insert into journal.entry (at, tag, account, network, verdict, reason, count)
            values (to_timestamp(r.minute * 60), 'gate:lookup:refusals', r.account, r.network, r.verdict, r.reason, r.n - 20);
    end loop;
    -- What the platform's own meter counted in the last whole hour becomes its history.
    if not exists (select from gate.busy_hour where hour = hour_ - interval '1 hour') then
        insert into gate.busy_hour
            select hour_ - interval '1 hour', count(*), count(*) >= (select current from gate.breaker) from gate.seen
             where scope = 4 and id = 1 and meter = 0
               and at >= extract(epoch from hour_)::bigint - 3600 and at < extract(epoch from hour_)::bigint;
    end if;
    perform gate.set_breaker(p_now);
    delete from gate.used_proof where at < p_now - interval '10 minutes';
    delete from gate.repeat where at < p_now - interval '24 hours';
    delete from gate.seen where ctid = any (array(
        select ctid from gate.seen where at < extract(epoch from p_now)::bigint - 31 * 86400 limit 5000));
    delete from gate.busy_hour where hour < p_now - interval '29 days';
end $$;

-- A flush for everybody: once this transaction is durable, so is every one committed before it.
create function gate.flush() returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select pg_logical_emit_message(true, 'rempart', '')::text $$;
