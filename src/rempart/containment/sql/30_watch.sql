-- Is anybody watching, and has the platform's breaker tripped?
create function containment.state(p_now timestamptz)
returns table (beat_at timestamptz, lag real, unwatched boolean, divisor smallint, spent integer, lim integer, tripped boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select w.at, w.lag, gate.is_unwatched(p_now), w.divisor, s.spent[2] - s.ok::integer, b.lim, not s.ok
      from gate.watch w
     cross join lateral (select case when gate.is_unwatched(p_now) then gate.divided(array[current], w.divisor) else array[current] end as all_
                           from gate.breaker) l
     cross join lateral (select l.all_[1] as lim) b
     cross join lateral gate.spend('{4}', '{1}', '{0}', array[null, b.lim, null, null], null,
                                   extract(epoch from p_now)::bigint, false) s
$$;

-- Run by the worker: an alert of Rempart's own is opened, and closed when its cause is over.
create function containment.check_watch(p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    s record;
begin
    select * into s from containment.state(p_now);
    perform containment.keep_alert('silence', s.unwatched, not s.unwatched, p_now);
    perform containment.keep_alert('breaker', s.tripped, s.spent < 0.9 * s.lim, p_now);
end $$;

create function containment.keep_alert(p_what text, p_begun boolean, p_over boolean, p_now timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    alert_ bigint;
begin
    select id into alert_ from detection.alert where what = p_what and account is null and network is null
       and state in ('open', 'taken', 'restricted') for update;
    if alert_ is null and p_begun then
        insert into detection.alert (opened_at, last_at, risk, what) values (p_now, p_now, 100, p_what)
            on conflict do nothing returning id into alert_;
        if alert_ is null then return; end if;
        insert into detection.alert_event (alert, at, author, what, text) values (alert_, p_now, 'worker', 'opened', p_what);
        insert into journal.entry (at, tag, reason, rule, actor)
            values (p_now, 'detection:alert:opened', p_what, 'alert:' || alert_, 'worker');
    elsif alert_ is not null and p_over then
        update detection.alert set state = 'closed', ended_by = 'worker', ended_at = p_now, code = 'over' where id = alert_;
        insert into detection.alert_event (alert, at, author, what, text) values (alert_, p_now, 'worker', 'closed', 'over');
        insert into journal.entry (at, tag, reason, rule, actor)
            values (p_now, 'detection:alert:closed', 'over', 'alert:' || alert_, 'worker');
    end if;
end $$;
