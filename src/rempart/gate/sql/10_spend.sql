-- Exact budgets of distinct persons in sliding windows.
--
-- Windows: a minute (12 buckets of 5 s), an hour (12 of 5 min), a day (24 of 1 h), thirty days
-- (30 of 1 day), the current bucket included. A person counts where last seen: seen again within
-- the window is free, and moves to the newest bucket. For each meter, in the caller's order: lock
-- its row, *then, in a new statement,* read `seen` (a snapshot taken before the lock would miss
-- what the lock waited for). Only when every meter passes is anything written.
create function gate.spend(
    p_scopes smallint[], p_ids bigint[], p_meters smallint[],
    p_limits integer[],              -- four for each meter, end to end; null: that window is not kept
    p_person bigint,                 -- null: somebody not seen before (explaining)
    p_now bigint,                    -- seconds since 1970
    p_write boolean,
    out ok boolean,
    out failed integer,              -- place of the first meter that refused
    out win integer,                 -- its window, 0 to 3
    out retry bigint,                -- seconds until every window of that meter has room; null: never
    out cost integer,                -- 1 when somebody new was counted by the first meter
    out spent integer[]              -- n of each meter's four windows, end to end, after this look-up
)
language plpgsql                     -- no search_path of its own: its callers have fixed theirs
as $$
declare
    w constant integer[] := '{5,300,3600,86400}';
    b constant integer[] := '{12,12,24,30}';
    o constant integer[] := '{0,12,24,48}';
    at_ bigint; n integer[]; ring integer[]; old bigint; now_ bigint;
    t bigint; ot bigint; j bigint; place integer; stale integer; wait bigint; kept integer; lim integer;
    pending gate.meter[] := '{}'; done gate.meter; olds bigint[] := '{}';
begin
    ok := true; cost := 0;
    for s in 1..cardinality(p_scopes) loop
        if p_write then
            select m.at, m.n, m.ring into at_, n, ring from gate.meter m
                where m.scope = p_scopes[s] and m.id = p_ids[s] and m.meter = p_meters[s] for update;
            if not found then
                insert into gate.meter (scope, id, meter) values (p_scopes[s], p_ids[s], p_meters[s])
                    on conflict do nothing;
                select m.at, m.n, m.ring into at_, n, ring from gate.meter m
                    where m.scope = p_scopes[s] and m.id = p_ids[s] and m.meter = p_meters[s] for update;
            end if;
        else
            select m.at, m.n, m.ring into at_, n, ring from gate.meter m
                where m.scope = p_scopes[s] and m.id = p_ids[s] and m.meter = p_meters[s];
            if not found then at_ := 0; n := '{0,0,0,0}'; ring := array_fill(0, array[78]); end if;
        end if;
        now_ := greatest(p_now, at_);              -- a clock that steps back frees nothing
        old := null;
        select z.at into old from gate.seen z
            where z.scope = p_scopes[s] and z.id = p_ids[s] and z.meter = p_meters[s] and z.person = p_person;
        for k in 1..4 loop
            lim := p_limits[(s - 1) * 4 + k];
            continue when lim is null;
            t := now_ / w[k]; ot := at_ / w[k];
            if t - ot >= b[k] then                 -- the whole window has passed
                if n[k] > 0 then
                    n[k] := 0;
                    for i in 1..b[k] loop ring[o[k] + i] := 0; end loop;
                end if;
            else
                for j in ot + 1..t loop
                    place := o[k] + 1 + (j % b[k])::integer;
                    if ring[place] <> 0 then n[k] := n[k] - ring[place]; ring[place] := 0; end if;
                end loop;
            end if;
            place := o[k] + 1 + (t % b[k])::integer;
            if old is not null and t - old / w[k] < b[k] then
                stale := o[k] + 1 + ((old / w[k]) % b[k])::integer;
                ring[stale] := ring[stale] - 1; ring[place] := ring[place] + 1;
            elsif n[k] >= lim then
                if ok then ok := false; failed := s; win := k - 1; retry := 0; end if;
                wait := null; kept := n[k];
                for j in t - b[k] + 1..t loop      -- the oldest buckets leave first
                    kept := kept - ring[o[k] + 1 + (j % b[k])::integer];
                    if kept < lim then wait := (j + b[k]) * w[k] - now_; exit; end if;
                end loop;
                if retry is not null and (wait is null or wait > retry) then retry := wait; win := k - 1; end if;
            else
                n[k] := n[k] + 1; ring[place] := ring[place] + 1;
                if s = 1 then cost := 1; end if;
            end if;
        end loop;
        spent := spent || n;
        if not ok then return; end if;             -- a refusal has written nothing
        pending := pending || row(p_scopes[s], p_ids[s], p_meters[s], now_, n, ring)::gate.meter;
        olds := olds || old;
    end loop;
    if not p_write then return; end if;
    for s in 1..cardinality(p_scopes) loop
        done := pending[s];
        update gate.meter z set at = done.at, n = done.n, ring = done.ring
            where z.scope = done.scope and z.id = done.id and z.meter = done.meter;
        -- Nobody else writes here while the meter's row is locked, but for `gate.upkeep`, which deletes.
        if olds[s] is not null then
            update gate.seen z set at = done.at
                where z.scope = done.scope and z.id = done.id and z.meter = done.meter and z.person = p_person;
        end if;
        if olds[s] is null or not found then
            insert into gate.seen values (done.scope, done.id, done.meter, p_person, done.at);
        end if;
    end loop;
end $$;

-- A row for the profession, else the row for any; none: nothing may be disclosed.
create function gate.limit_for(p_scope smallint, p_profession text, p_meter smallint) returns integer[]
language plpgsql stable
as $$
declare
    found_ integer[];
begin
    select amounts into found_ from gate.limit_row
        where scope = p_scope and profession = p_profession and meter = p_meter;
    if not found then
        select amounts into found_ from gate.limit_row where scope = p_scope and profession = '*' and meter = p_meter;
    end if;
    return coalesce(found_, '{0,0,0,0}');
end $$;

create function gate.network_id(p_network inet) returns bigint
language sql immutable
as $$
    select hashtextextended(case family(p_network) when 4 then host(p_network)
                            else text(network(set_masklen(p_network, 56))) end, 0)
$$;
