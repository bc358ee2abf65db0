-- What an account has left, and how a look-up would be decided: nothing is disclosed or spent.
create function gate.left_of(p_session text, p_token bytea, p_device text, p_network inet, p_now timestamptz)
returns table (scope smallint, meter smallint, win integer, spent integer, lim integer, frees_in bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    c gate.caller := gate.identify(p_session, p_token, p_device, p_network, p_now);
begin
    if c.account is null then return; end if;
    return query select * from gate.meters_of(c.account, p_now);
end $$;

create function gate.meters_of(p_account bigint, p_now timestamptz)
returns table (scope smallint, meter smallint, win integer, spent integer, lim integer, frees_in bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    a record; s record; k integer; meter_ smallint; limits integer[];
    unwatched boolean := gate.is_unwatched(p_now);
begin
    select id, profession into a from access.access_account where id = p_account;
    if not found then return; end if;
    foreach meter_ in array '{0,1,2,3,4}'::smallint[] loop
        limits := gate.limit_for(1::smallint, a.profession, meter_);
        continue when limits = '{0,0,0,0}';
        if unwatched and meter_ in (0, 3) then limits := gate.divided(limits, (select divisor from gate.watch)); end if;
        -- Against nought nobody is added: what is spent. Against its own limit, one window at a time: when one leaves.
        select * into s from gate.spend(array[1::smallint], array[a.id], array[meter_], '{0,0,0,0}',
            null, extract(epoch from p_now)::bigint, false);
        for k in 1..4 loop
            scope := 1; meter := meter_; win := k - 1; spent := s.spent[k]; lim := limits[k]; frees_in := null;
            if spent >= lim then
                select e.retry into frees_in from gate.spend(array[1::smallint], array[a.id], array[meter_],
                    array_fill(2147483647, array[k - 1]) || limits[k] || array_fill(2147483647, array[4 - k]),
                    null, extract(epoch from p_now)::bigint, false) e;
            end if;
            return next;
        end loop;
    end loop;
end $$;

create function gate.explain(
    p_login text, p_purpose text, p_proof smallint, p_network inet, p_channel text, p_now timestamptz
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    c gate.caller; m gate.matrix_row; held record; s record; b gate.breaker;
    steps jsonb := '[]'; verdict text := 'granted'; reason text; base smallint; scope_ smallint;
    id_ bigint; limits integer[]; unwatched boolean := gate.is_unwatched(p_now) and p_proof in (0, 3);
begin
    select a.id, a.login, a.profession, p.rpps, a.organisation_id, 2, null, null, null,
           greatest(a.card_until, case when a.renew_since is not null then timestamptz 'infinity' end),
           coalesce(p_network <<= any (o.declared_networks::inet[]), false)
      into c.account, c.login, c.profession, c.rpps, c.organisation, c.assurance, c.session, c.device, c.software,
           c.card_until, c.declared
      from access.access_account a
      left join access.access_professional p on p.id = a.professional_id
      left join access.access_organisation o on o.id = a.organisation_id
     where a.login = p_login and a.is_active;
    if c.account is null then return null; end if;
    select * into held from gate.restricted(c, p_network, p_channel, p_now);
    steps := steps || jsonb_build_object('step', 'restrictions', 'restriction', held.kind, 'id', held.id,
        'scope', held.scope, 'reopens_at', held.reopens_at,
        'passes', held.kind is null or (held.kind not in ('frozen', 'closed') and p_proof <> 0)
                  or (held.kind = 'frozen' and held.scope = 3 and p_proof = 1 and gate.works_there(c.account, held.id)));
    steps := steps || jsonb_build_object('step', 'account', 'card_until', c.card_until,
        'passes', c.card_until is null or c.card_until <= p_now or p_proof <> 0);
    if held.kind = 'frozen' and held.scope = 3 then
        if p_proof <> 1 then verdict := 'challenged'; reason := 'network';
        elsif not gate.works_there(c.account, held.id) then verdict := 'refused'; reason := 'network'; end if;
    elsif held.kind in ('frozen', 'closed') then verdict := 'refused'; reason := held.kind;
    elsif held.kind is not null and p_proof = 0 then verdict := 'challenged'; reason := held.kind;
    elsif c.card_until > p_now and p_proof = 0 then verdict := 'challenged'; reason := 'card_required';
    end if;
    select * into m from gate.matrix_row r where r.purpose = p_purpose and r.profession = c.profession;
    steps := steps || jsonb_build_object('step', 'matrix', 'purpose', p_purpose, 'profession', c.profession,
        'assurance', m.assurance, 'categories', m.categories, 'wide', m.wide, 'passes', m.purpose is not null);
    if m.purpose is null and verdict = 'granted' then verdict := 'refused'; reason := 'purpose'; end if;
    base := case p_proof when 1 then 1 when 2 then 2 when 3 then 3 else 0 end;
    steps := steps || (select jsonb_build_object('step', 'watch', 'at', w.at, 'divisor', case when unwatched then w.divisor end,
        'passes', not gate.is_unwatched(p_now)) from gate.watch w);
    select * into b from gate.breaker;
    foreach scope_ in array '{1,2,3,4}'::smallint[] loop
        continue when scope_ = 3 and (c.declared or p_proof in (1, 2));
        continue when scope_ = 4 and p_proof = 1;
        id_ := case scope_ when 1 then c.account when 2 then coalesce(c.organisation, -c.account)
                           when 3 then gate.network_id(p_network) else 1 end;
        limits := case when scope_ = 4 then array[null, case base when 2 then b.present else b.current end, null, null]
                  else gate.limit_for(scope_, c.profession, case when scope_ = 3 then 0::smallint else base end) end;
        if unwatched then limits := gate.divided(limits, (select divisor from gate.watch)); end if;
        select * into s from gate.spend(array[scope_], array[id_],
            array[case when scope_ = 3 or (scope_ = 4 and base = 3) then 0::smallint else base end], limits,
            null, extract(epoch from p_now)::bigint, false);
        -- `spend` counted one person more in each window that had room: what it says is "after this look-up".
        steps := steps || jsonb_build_object('step', 'limit', 'scope', scope_, 'meter', base, 'after', to_jsonb(s.spent),
            'limits', to_jsonb(limits), 'window', s.win, 'frees_in', s.retry, 'passes', s.ok);
        if not s.ok and verdict = 'granted' then
            verdict := case when scope_ >= 3 and p_proof = 0 then 'challenged' else 'refused' end;
            reason := (array['limit_account', 'limit_organisation', 'limit_network', 'breaker'])[scope_];
        end if;
    end loop;
    return jsonb_build_object('verdict', verdict, 'reason', reason, 'steps', steps,
        'policy', (select version from gate.policy));
end $$;

create view gate.limits_published as
    select scope, profession, meter, amounts from gate.limit_row
    union all
    select 4::smallint, '*', 0::smallint, array[null, current, null, null] from gate.breaker
    union all
    select 4::smallint, '*', 2::smallint, array[null, present, null, null] from gate.breaker;

-- An account's number by its login, for those who read the journal and not the accounts.
create function gate.account_of(p_login text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select id from access.access_account where login = p_login $$;
