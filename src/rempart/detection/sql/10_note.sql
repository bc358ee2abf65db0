-- Signals come in by this function alone: noted once each, gathered into the alert of their subject.
create type detection.noted as (
    at timestamptz, detector text, family text, account bigint, network inet, organisation bigint, seq bigint,
    facts jsonb, limits jsonb, weight real, observed boolean
);

create function detection.note(p_signals detection.noted[], p_now timestamptz)
returns table (signal bigint, alert bigint, muted boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    n detection.noted; signal_ bigint; alert_ bigint; muted_ boolean; fresh boolean;
begin
    foreach n in array p_signals loop
        signal_ := null; alert_ := null; fresh := false;
        insert into detection.signal (at, noted_at, detector, family, account, network, organisation, seq, facts, limits,
                                      weight, observed)
            values (n.at, p_now, n.detector, n.family, n.account, n.network, n.organisation, n.seq, n.facts, n.limits,
                    n.weight, n.observed)
            on conflict do nothing returning id into signal_;
        muted_ := exists (select from detection.mute m
            where m.detector in (n.detector, '*') and m.lifted_at is null and n.at between m.starts_at and m.ends_at
              and (m.account is null or m.account = n.account) and (m.network is null or n.network <<= m.network));
        if signal_ is not null and not n.observed and not muted_ then
            update detection.alert a set last_at = greatest(a.last_at, n.at), risk = a.risk + n.weight,
                   detectors = array(select distinct unnest(a.detectors || n.detector) order by 1)
             where a.account is not distinct from n.account and a.state in ('open', 'taken', 'restricted') and a.what is null
               and (n.account is not null or a.network is not distinct from n.network)
             returning a.id into alert_;
            if not found then
                insert into detection.alert (account, network, opened_at, last_at, risk, detectors)
                    values (n.account, case when n.account is null then n.network end, n.at, n.at, n.weight, array[n.detector])
                    returning id into alert_;
                fresh := true;
            end if;
            update detection.signal set alert = alert_ where id = signal_;
            insert into detection.alert_event (alert, at, author, what, text)
                values (alert_, p_now, 'detector:' || n.detector, case when fresh then 'opened' else 'signal' end, n.detector);
            insert into journal.entry (at, tag, account, network, reason, rule, actor)
                values (p_now, 'detection:signal:' || case when fresh then 'opened' else 'added' end, n.account, n.network,
                        n.detector, 'signal:' || signal_, 'detector:' || n.detector);
        end if;
        signal := signal_; alert := alert_; muted := muted_;
        return next;
    end loop;
end $$;

-- The detectors are alive and have seen every entry up to p_seen; the last of them was (p_x, p_seq). The gate
-- asks when that was. A transaction that stays open holds back all that was committed after it began: while a
-- look-up has waited behind one for ten seconds, nobody watches, and this is no beat.
create function detection.beat(p_now timestamptz, p_seen timestamptz, p_lag real, p_x bigint, p_seq bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    update gate.watch set at = p_now, seen_until = p_seen, lag = p_lag
     where not exists (
        select from journal.entry e where (e.x, e.seq) > (p_x::text::xid8, p_seq) and e.at < p_now - interval '10 seconds'
           and starts_with(e.tag, 'gate:lookup:'));
    return found;
end $$;
