-- Changes to limits, matrix, breaker, terminals and detectors. What tightens takes effect at once, on one
-- keeper's word. What loosens takes two keepers, stays under the ceiling and waits for its delay,
-- during which it is announced and any keeper may cancel it. The caller says what time it is; a delay
-- ends when the database's own clock agrees.
create function gate.loosens(p_kind text, p_value jsonb) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    now_ integer[]; next_ integer[]; m gate.matrix_row; b gate.breaker; highest integer[];
begin
    case p_kind
    when 'limit' then
        next_ := array(select jsonb_array_elements_text(p_value -> 'amounts')::integer);
        if cardinality(next_) <> 4 or 0 > any (next_) then
            raise exception 'a limit is four figures: minute, hour, day, thirty days' using errcode = 'invalid_parameter_value';
        end if;
        select amounts into highest from gate.ceiling
            where scope = (p_value ->> 'scope')::smallint and meter = (p_value ->> 'meter')::smallint;
        if highest is null or exists (select from unnest(next_, highest) as u(a, h) where a > h) then
            raise exception 'over the ceiling %', highest using errcode = 'check_violation';
        end if;
        now_ := gate.limit_for((p_value ->> 'scope')::smallint, p_value ->> 'profession', (p_value ->> 'meter')::smallint);
        return exists (select from unnest(next_, now_) as u(a, h) where a > h);
    when 'matrix' then
        if (p_value ->> 'categories')::integer not between 1 and 15 or (p_value ->> 'assurance')::integer not between 2 and 3 then
            raise exception 'categories are 1 to 15, assurance 2 or 3' using errcode = 'invalid_parameter_value';
        end if;
        select * into m from gate.matrix_row
            where purpose = p_value ->> 'purpose' and profession = p_value ->> 'profession';
        return m.purpose is null or (p_value ->> 'categories')::smallint & ~m.categories <> 0
            or (p_value ->> 'assurance')::smallint < m.assurance or (m.wide and not (p_value ->> 'wide')::boolean);
    when 'breaker' then
        select * into b from gate.breaker;
        if (p_value ->> 'floor')::integer > b.ceiling or (p_value ->> 'present')::integer > b.ceiling
           or (p_value ->> 'floor')::integer < 0 or (p_value ->> 'present')::integer < 0 then
            raise exception 'over the ceiling %', b.ceiling using errcode = 'check_violation';
        end if;
        return (p_value ->> 'floor')::integer > b.floor or (p_value ->> 'present')::integer > b.present;
    when 'terminal' then
        if octet_length(decode(p_value ->> 'public_key', 'base64')) <> 32 then
            raise exception 'a terminal has an Ed25519 public key of 32 bytes' using errcode = 'invalid_parameter_value';
        end if;
        return true;
    when 'revoke_terminal' then return false;
    when 'detector' then return gate.loosens_detector(p_value);
    when 'lift_platform' then return true;
    else raise exception 'no such kind of change' using errcode = 'invalid_parameter_value';
    end case;
end $$;

-- A trial leads to nothing. A mode (0 off, 1 observe, 2 enforce) or a connected source loosens downwards, a
-- threshold in the direction that its detector names.
create function gate.loosens_detector(p_value jsonb) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    name_ text := p_value ->> 'name'; next_ double precision := (p_value ->> 'value')::double precision;
    now_ double precision; shipped record;
begin
    select * into shipped from detection.threshold t where t.detector = p_value ->> 'detector'
        and (t.name = name_ or name_ in ('mode', 'connected')) limit 1;
    if shipped.detector is null then
        raise exception 'no such detector or threshold' using errcode = 'invalid_parameter_value';
    end if;
    if next_ is null or next_ < 0 or name_ = 'mode' and next_ not in (0, 1, 2) or name_ = 'connected' and next_ not in (0, 1) then
        raise exception 'a threshold is a figure from 0; a mode is 0 off, 1 observe or 2 enforce'
            using errcode = 'invalid_parameter_value';
    end if;
    if (p_value ->> 'trial')::boolean then return false; end if;
    select s.value into now_ from detection.setting s
        where s.detector = shipped.detector and s.name = name_ and not s.trial;
    case name_
    when 'mode' then return next_ < coalesce(now_, 2);
    when 'connected' then return next_ < coalesce(now_, 1);
    else return case shipped.looser when 'higher' then next_ > coalesce(now_, shipped.value)
                                    else next_ < coalesce(now_, shipped.value) end;
    end case;
end $$;

create function gate.keeper_secret(p_name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select secret from gate.keeper where name = p_name and ended_at is null $$;

create function gate.propose(p_keeper text, p_kind text, p_value jsonb, p_reason text, p_now timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    made bigint;
    loose boolean := gate.loosens(p_kind, p_value);
begin
    if not exists (select from gate.keeper where name = p_keeper and ended_at is null) then
        raise exception 'no such keeper' using errcode = 'insufficient_privilege';
    end if;
    insert into gate.change (kind, value, reason, loosens, proposed_by, proposed_at, effective_at)
        values (p_kind, p_value, p_reason, loose, p_keeper, p_now, case when not loose then least(p_now, clock_timestamp()) end)
        returning id into made;
    insert into journal.entry (at, tag, actor, rule, details)
        values (p_now, 'gate:change:proposed', p_keeper, 'change:' || made,
                jsonb_build_object('kind', p_kind, 'loosens', loose, 'reason', p_reason));
    perform gate.apply_due(least(p_now, clock_timestamp()));
    return made;
end $$;

create function gate.approve(p_keeper text, p_change bigint, p_now timestamptz) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    c gate.change; due timestamptz;
begin
    select * into c from gate.change where id = p_change for update;
    if not found or c.cancelled_at is not null or c.approved_at is not null or c.applied_at is not null then
        raise exception 'no such change waits for approval' using errcode = 'invalid_parameter_value';
    end if;
    if c.proposed_by = p_keeper or not exists (select from gate.keeper where name = p_keeper and ended_at is null) then
        raise exception 'a second keeper approves' using errcode = 'insufficient_privilege';
    end if;
    update gate.change set approved_by = p_keeper, approved_at = p_now,
        effective_at = greatest(p_now, clock_timestamp()) + (select delay from gate.policy) where id = p_change returning effective_at into due;
    insert into journal.entry (at, tag, actor, rule, details)
        values (p_now, 'gate:change:approved', p_keeper, 'change:' || p_change, jsonb_build_object('effective_at', due));
    perform gate.apply_due(least(p_now, clock_timestamp()));
    return due;
end $$;

create function gate.cancel(p_keeper text, p_change bigint, p_now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from gate.keeper where name = p_keeper and ended_at is null) then
        raise exception 'no such keeper' using errcode = 'insufficient_privilege';
    end if;
    update gate.change set cancelled_at = p_now
        where id = p_change and applied_at is null and cancelled_at is null;
    if found then
        insert into journal.entry (at, tag, actor, rule)
            values (p_now, 'gate:change:cancelled', p_keeper, 'change:' || p_change);
    end if;
    return found;
end $$;

create function gate.apply_due(p_now timestamptz) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    c gate.change; done integer := 0;
begin
    for c in select * from gate.change where applied_at is null and cancelled_at is null and effective_at <= p_now
             order by effective_at, id for update skip locked loop
        begin
            perform gate.apply_change(c, p_now);
            update gate.change set applied_at = p_now where id = c.id;
            update gate.policy set version = version + 1;
            insert into journal.entry (at, tag, actor, rule, policy, details)
                values (p_now, 'gate:change:applied', concat_ws(' + ', c.proposed_by, c.approved_by), 'change:' || c.id,
                        (select version from gate.policy), jsonb_build_object('kind', c.kind));
            done := done + 1;
        exception when data_exception or integrity_constraint_violation then
            if not c.loosens then raise; end if;   -- its keeper is there and is told
            -- What cannot be applied must not stand in the way of what comes after it.
            update gate.change set cancelled_at = p_now where id = c.id;
            insert into journal.entry (at, tag, actor, rule, reason, details)
                values (p_now, 'gate:change:cancelled', concat_ws(' + ', c.proposed_by, c.approved_by), 'change:' || c.id,
                        'cannot_apply', jsonb_build_object('kind', c.kind, 'error', sqlstate));
        end;
    end loop;
    return done;
end $$;

create function gate.apply_change(c gate.change, p_now timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
    v jsonb := c.value;
begin
    case c.kind
    when 'limit' then
        insert into gate.limit_row as l values ((v ->> 'scope')::smallint, v ->> 'profession', (v ->> 'meter')::smallint,
            array(select jsonb_array_elements_text(v -> 'amounts')::integer))
            on conflict (scope, profession, meter) do update set amounts = excluded.amounts;
    when 'matrix' then
        insert into gate.matrix_row as r values (v ->> 'purpose', v ->> 'profession', (v ->> 'assurance')::smallint,
            (v ->> 'categories')::smallint, (v ->> 'wide')::boolean)
            on conflict (purpose, profession) do update
            set assurance = excluded.assurance, categories = excluded.categories, wide = excluded.wide;
    when 'breaker' then
        update gate.breaker set floor = (v ->> 'floor')::integer, present = (v ->> 'present')::integer;
        perform gate.set_breaker(p_now);
    when 'terminal' then
        insert into gate.terminal (organisation, label, public_key, proposed_by, approved_by, active_from)
            values ((v ->> 'organisation')::bigint, v ->> 'label', decode(v ->> 'public_key', 'base64'),
                    c.proposed_by, c.approved_by, c.effective_at);
    when 'revoke_terminal' then
        update gate.terminal set revoked_at = p_now where id = (v ->> 'terminal')::bigint and revoked_at is null;
    when 'lift_platform' then
        update gate.restriction set lifted_at = p_now, lifted_by = c.proposed_by || ' + ' || c.approved_by,
            lift_reason = c.reason where id = (v ->> 'restriction')::bigint and scope = 4 and lifted_at is null;
    when 'detector' then
        insert into detection.setting as s values (v ->> 'detector', v ->> 'name', (v ->> 'trial')::boolean,
            (v ->> 'value')::double precision, concat_ws(' + ', c.proposed_by, c.approved_by), p_now)
            on conflict (detector, name, trial) do update
            set value = excluded.value, author = excluded.author, at = excluded.at;
    end case;
end $$;

create view gate.change_announced as
    select id, kind, case kind when 'terminal' then value - 'public_key' else value end as value, reason, loosens,
           proposed_by, proposed_at, approved_by, approved_at, effective_at, applied_at, cancelled_at, noticed_at
    from gate.change;

create function gate.mark_noticed(p_change bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    update gate.change set noticed_at = clock_timestamp() where id = p_change and noticed_at is null;
    return found;
end $$;
