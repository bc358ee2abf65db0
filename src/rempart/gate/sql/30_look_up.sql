-- May this account learn this about this person now? Restrictions, matrix, person, proof, budgets,
-- entry; and only then the sealed fields that the matrix allows. The caller opens them after a
-- durable commit, never before.
create type gate.decision as (
    verdict text, reason text, rule text, retry_after integer, reference text, checked_at timestamptz,
    account bigint, profession text, rpps text, proof smallint, categories smallint,
    meter smallint, spent integer, lim integer,
    person bigint, insurer smallint, data_key integer,
    sealed_civil bytea, sealed_nir bytea, sealed_rights bytea, sealed_contract bytea
);

-- What one look-up asks, as the gate process has read it.
create type gate.ask as (
    now_ timestamptz, reference text,
    session text, token bytea, device text, network inet, channel text,
    purpose text, act text,
    keys bytea[],                  -- blind keys to try, one for each index version in use
    miss bigint,                   -- keyed id under which a miss is counted, < 0
    birth_rank smallint,
    department text, birth_month smallint, prefix_month bigint, prefix_commune bigint,
    proof smallint, login text, terminal bigint, nonce bytea, proof_at timestamptz, genuine boolean,
    present text,                  -- coded reason for "patient present"
    repeat text, digest bytea,     -- idempotency key, keyed digest of the request
    clock_sound boolean
);

-- A look-up's part of journal.entry.
create type gate.line as (
    at timestamptz, tag text, request text, account bigint, profession text, assurance smallint, session text,
    device text, software text, organisation bigint, network inet, channel text, purpose text, act_family text,
    person bigint, hit boolean, department text, birth_month smallint, prefix_month bigint, prefix_commune bigint,
    insurer smallint, categories smallint, proof smallint, terminal bigint, verdict text, reason text, rule text,
    cost integer, policy integer, details jsonb
);

-- One look-up or several in one call and one transaction, decided one after another: each sees what those
-- before it have spent. Beginning a statement costs more than running it, so what no look-up changes (who
-- asks, restrictions, matrix, limits, terminals) is asked for all of them as the call begins, and their
-- entries are written together as it ends. One plan for every call: making it costs more than ten look-ups.
create function gate.look_ups(p_asks gate.ask[]) returns setof gate.decision
language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off  -- a plan made while a table was empty must serve when it is full
as $$
declare
    known record; a gate.ask; c gate.caller; m gate.matrix_row; d gate.decision; earlier gate.repeat;
    p registry.person; nobody registry.person; unread bigint; missed boolean;
    f record; spend record; breaker gate.breaker; lines gate.line[] := '{}';
    key_ bytea; candidate bigint; candidates bigint[]; rank smallint; ambiguous boolean; counted bigint; hit boolean;
    base smallint; scopes smallint[]; ids bigint[]; meters smallint[]; limits integer[]; network_ bigint;
    hourly integer; cost_ integer; shown smallint; journal_it boolean;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'budgets are exact under read committed only';
    end if;
    for known in
        select u.place, w as caller, x as matrix, h.kind as held, h.id as restriction,
               h.scope as held_by, h.reopens_at, y.version as policy,
               v.at < u.now_ - interval '60 seconds' as unwatched, v.divisor,
               (select array_agg(r.subject) from gate.restriction r where r.scope = 7 and r.lifted_at is null
                   and r.starts_at <= (p_asks[1]).now_ and (r.ends_at is null or r.ends_at > (p_asks[1]).now_)) as closed, t.id is not null as terminal_in_force,
               coalesce((select amounts from gate.limit_row where scope = 1 and profession = w.profession and meter = b.base),
                        (select amounts from gate.limit_row where scope = 1 and profession = '*' and meter = b.base),
                        '{0,0,0,0}')
               || coalesce((select amounts from gate.limit_row where scope = 2 and profession = w.profession and meter = b.base),
                           (select amounts from gate.limit_row where scope = 2 and profession = '*' and meter = b.base),
                           '{0,0,0,0}') as limits
          from unnest(p_asks) with ordinality as u(now_, reference, session, token, device, network, channel, purpose,
                   act, keys, miss, birth_rank, department, birth_month, prefix_month, prefix_commune, proof, login,
                   terminal, nonce, proof_at, genuine, present, repeat, digest, clock_sound, place)
          cross join gate.policy y cross join gate.watch v
          cross join lateral (select case when u.proof in (1, 2) then u.proof else 0::smallint end) as b(base)
          left join lateral gate.callers(u.session, u.token, u.device, u.network, u.now_) w on true
          left join lateral gate.restricted(w, u.network, u.channel, u.now_) h on true
          left join gate.matrix_row x on x.purpose = u.purpose and x.profession = w.profession
          left join gate.terminal t on t.id = u.terminal and t.organisation = w.organisation
                                   and t.active_from <= u.now_ and t.revoked_at is null
         order by u.place
    loop
        a := p_asks[known.place]; c := known.caller; m := known.matrix;
        d := null; p := null; nobody := null; cost_ := 0; shown := 0; journal_it := true;
        d.reference := a.reference; d.checked_at := a.now_; d.proof := a.proof; d.verdict := 'granted'; d.categories := 0;
        d.account := c.account; d.profession := c.profession; d.rpps := c.rpps;

        if c.account is null then
            d.verdict := 'refused'; d.reason := 'credential';
        else
            if a.token is not null and coalesce(c.used_before < a.now_ - interval '1 hour', true) then
                update access.access_token set last_used_at = a.now_ where hash = a.token;  -- an hour is exact enough
            end if;
            if known.held = 'frozen' and known.held_by = 3 then
                if a.proof <> 1 then
                    d.verdict := 'challenged'; d.reason := 'network'; d.rule := 'restriction:' || known.restriction;
                elsif not a.genuine or not gate.works_there(c.account, known.restriction) then
                    d.verdict := 'refused'; d.reason := 'network'; d.rule := 'restriction:' || known.restriction;
                end if;
            elsif known.held in ('frozen', 'closed') then
                d.verdict := 'refused'; d.reason := known.held; d.rule := 'restriction:' || known.restriction;
                d.retry_after := gate.wait_for(known.held, known.reopens_at, a.now_);
            end if;
            if d.verdict <> 'granted' then
                null;
            elsif m.purpose is null then
                d.verdict := 'refused'; d.reason := 'purpose'; d.rule := 'matrix:' || a.purpose || ':' || c.profession;
            elsif c.assurance < m.assurance then
                d.verdict := 'challenged'; d.reason := 'assurance'; d.rule := 'matrix:assurance:' || m.assurance;
            elsif known.held is not null and a.proof = 0 then
                d.verdict := 'challenged'; d.reason := known.held; d.rule := 'restriction:' || known.restriction;
            elsif c.card_until > a.now_ and c.assurance < 3 and a.proof = 0 then
                d.verdict := 'challenged'; d.reason := 'card_required'; d.rule := 'account:recent';
            elsif not a.clock_sound and a.proof <> 1 then
                d.verdict := 'refused'; d.reason := 'clock'; d.rule := 'clock';
            end if;
        end if;

        -- A retry: counted once, answered the same, as long as nothing restricts the account since.
        if d.verdict = 'granted' and a.repeat is not null then
            perform pg_advisory_xact_lock(hashtextextended(a.repeat, c.account));
            select * into earlier from gate.repeat r where r.account = c.account and r.key = a.repeat;
            if found then
                if earlier.digest <> a.digest then
                    d.verdict := 'refused'; d.reason := 'repeat_mismatch';
                else
                    d := jsonb_populate_record(d, earlier.decision);
                    if earlier.person is not null then
                        select * into p from registry.person r where r.id = earlier.person and not exists (
                            select from vault.data_key dk join vault.insurer_key ik on ik.id = dk.insurer_key
                             where dk.id = r.data_key and ik.withdrawn_at is not null);
                        if not found then                  -- its insurer took the key back since
                            d.verdict := 'refused'; d.reason := 'not_found';
                        elsif p.insurer::text = any (known.closed) then
                            d := gate.close(d, p.insurer, a.now_);
                        else
                            d.categories := d.categories & m.categories;    -- the matrix may have been tightened since
                            d := gate.show(d, p, d.categories);
                        end if;
                    end if;
                end if;
                return next d;
                continue;
            end if;
        end if;

        -- Always searched and always in the same way: found, missed and refused take the same steps. In
        -- nobody's place somebody at random is fetched. One key at a time: a plan for an array of unknown
        -- length costs ten times as much.
        candidates := '{}';
        foreach key_ in array a.keys loop
            candidates := candidates || array(select k.person from registry.person_key k where k.key = key_);
        end loop;
        counted := a.miss; hit := false; ambiguous := false;
        if candidates = '{}' then candidates := array[a.miss & 4611686018427387903]; end if;
        -- The newest batch of a person comes first; another rank among them makes the look-up ambiguous.
        foreach candidate in array candidates loop
            select r.*, ik.withdrawn_at is not null as withdrawn into f
              from (select * from registry.person z where z.id >= candidate order by z.id limit 1) r
              join vault.data_key dk on dk.id = r.data_key join vault.insurer_key ik on ik.id = dk.insurer_key;
            if f.id is distinct from candidate or f.withdrawn or f.birth_rank <> a.birth_rank then
                -- Nobody. What is taken over from somebody costs a few microseconds: the same is done here,
                -- where nothing reads it.
                if not hit then unread := f.id; rank := f.birth_rank; missed := true; end if;
                nobody := row(f.id, f.insurer, f.data_key, f.birth_rank, f.policyholder, f.sealed_civil, f.sealed_nir,
                              f.sealed_rights, f.sealed_contract);
                continue;
            end if;
            if not hit then
                counted := f.id; rank := f.birth_rank; hit := true;
            else
                ambiguous := ambiguous or f.birth_rank <> rank;
                continue when (f.data_key, -f.id) <= (p.data_key, -counted);
                counted := f.id;
            end if;
            p := row(f.id, f.insurer, f.data_key, f.birth_rank, f.policyholder, f.sealed_civil, f.sealed_nir,
                     f.sealed_rights, f.sealed_contract);
        end loop;

        -- A card terminal's attestation. Its signature was checked by the gate process against the terminal's
        -- immutable key; here: whose terminal, since when, how old, used before.
        if d.verdict = 'granted' and a.proof = 1 then
            if c.login <> a.login or not a.genuine then
                d.reason := 'proof_forged';
            elsif not known.terminal_in_force then
                d.reason := 'proof_terminal';
            elsif a.proof_at not between a.now_ - interval '60 seconds' and a.now_ + interval '10 seconds' then
                d.reason := 'proof_stale';
            else
                insert into gate.used_proof values (a.terminal, a.nonce, a.proof_at) on conflict do nothing;
                if not found then d.reason := 'proof_replayed'; end if;
            end if;
            if d.reason is not null then d.verdict := 'refused'; d.rule := 'proof:' || a.terminal; end if;
        elsif d.verdict = 'granted' and a.proof = 0
              and exists (select from gate.relation v where v.organisation = c.organisation and v.person = counted
                            and v.last_visit > a.now_ - interval '24 months') then
            d.proof := 3;
        end if;

        if d.verdict = 'granted' then
            base := case d.proof when 1 then 1 when 2 then 2 when 3 then 3 else 0 end;
            scopes := array[1, 2]; ids := array[c.account, coalesce(c.organisation, -c.account)]; meters := array[base, base];
            limits := known.limits;
            if base = 3 then
                limits := gate.limit_for(1::smallint, c.profession, base) || gate.limit_for(2::smallint, c.profession, base);
            end if;
            if d.proof in (0, 3) and not c.declared then
                scopes := scopes || 3::smallint; meters := meters || 0::smallint;
                ids := ids || gate.network_id(a.network);
                limits := limits || gate.limit_for(3::smallint, c.profession, 0::smallint);
            end if;
            if d.proof <> 1 then
                select * into breaker from gate.breaker;
                hourly := case d.proof when 2 then breaker.present else breaker.current end;
                scopes := scopes || 4::smallint; ids := ids || 1::bigint;
                meters := meters || case d.proof when 2 then 2 else 0 end::smallint;
                limits := limits || array[null, hourly, null, null];
            end if;
            if m.wide then                              -- wider answers have smaller limits of their own
                scopes := array[1::smallint] || scopes; ids := array[c.account] || ids; meters := array[4::smallint] || meters;
                limits := gate.limit_for(1::smallint, c.profession, 4::smallint) || limits;
            end if;
            if known.unwatched and d.proof in (0, 3) then   -- nobody looks: less may leave unproven
                limits := gate.divided(limits, known.divisor);
            end if;
            -- Locks are taken in one order everywhere: account before organisation, network, platform.
            select * into spend from gate.spend(scopes, ids, meters, limits, counted,
                                                extract(epoch from a.now_)::bigint, true);
            if not spend.ok then
                d.reason := (array['limit_account', 'limit_organisation', 'limit_network', 'breaker'])[scopes[spend.failed]];
                d.rule := 'limit:' || scopes[spend.failed] || ':' || meters[spend.failed] || ':' || spend.win || ':'
                          || limits[(spend.failed - 1) * 4 + spend.win + 1]
                          || case when known.unwatched and d.proof in (0, 3) then ':unwatched' else '' end;
                d.retry_after := spend.retry;
                -- A stranger on the same network, or the platform's total, must lock nobody out.
                d.verdict := case when scopes[spend.failed] >= 3 and a.proof = 0 then 'challenged' else 'refused' end;
                d.meter := meters[spend.failed]; d.spent := spend.spent[(spend.failed - 1) * 4 + spend.win + 1];
                d.lim := limits[(spend.failed - 1) * 4 + spend.win + 1];
            else
                cost_ := spend.cost;
                d.meter := meters[1]; d.spent := spend.spent[3]; d.lim := limits[3];
                if ambiguous then
                    d.verdict := 'challenged'; d.reason := 'birth_rank';
                elsif not hit then
                    d.verdict := 'refused'; d.reason := 'not_found';
                elsif p.insurer::text = any (known.closed) then     -- it was counted, like any person found
                    d := gate.close(d, p.insurer, a.now_);
                end if;
            end if;
        end if;

        if d.verdict = 'granted' then
            shown := m.categories & case when p.sealed_contract is null then 7 else 15 end;
            if a.proof = 1 and c.organisation is not null then
                insert into gate.relation as v values (c.organisation, counted, a.now_)
                    on conflict (organisation, person) do update set last_visit = excluded.last_visit
                    where v.last_visit < excluded.last_visit - interval '1 day';
            end if;
        elsif cost_ = 0 then
            network_ := gate.network_id(a.network);
            journal_it := gate.worth_an_entry(coalesce(c.account::text, network_::text || ' network'),
                                              d.verdict, d.reason, a.now_, c.account, a.network);
        end if;

        if journal_it then
            lines := lines || row(a.now_, 'gate:lookup:' || d.verdict, a.reference, c.account, c.profession, c.assurance,
                c.session, coalesce(c.device, a.device), c.software, c.organisation, a.network, a.channel, a.purpose, a.act,
                counted, hit, a.department, a.birth_month, a.prefix_month, a.prefix_commune,
                case when d.verdict = 'granted' then p.insurer end, shown, d.proof, a.terminal, d.verdict, d.reason, d.rule,
                cost_, known.policy, case when a.proof = 2 then jsonb_build_object('present', a.present) end)::gate.line;
        end if;
        d.categories := m.categories;   -- what was looked at: a person without contract is told from one not looked at
        -- What was counted is what a retry must not count again; a card proof of a miss was used too.
        if a.repeat is not null and (d.verdict = 'granted' or d.reason in ('not_found', 'birth_rank')) then
            insert into gate.repeat values (c.account, a.repeat, a.digest, a.now_,
                case when d.verdict = 'granted' then counted end,
                to_jsonb(d) - '{person,insurer,data_key,sealed_civil,sealed_nir,sealed_rights,sealed_contract}'::text[]);
        end if;
        if d.verdict = 'granted' then d := gate.show(d, p, m.categories); end if;
        return next d;
    end loop;
    insert into journal.entry (at, tag, request, account, profession, assurance, session, device, software,
        organisation, network, channel, purpose, act_family, person, hit, department, birth_month, prefix_month,
        prefix_commune, insurer, categories, proof, terminal, verdict, reason, rule, cost, policy, details)
    select * from unnest(lines);
end $$;

-- One alone.
create function gate.look_up(
    p_now timestamptz, p_reference text,
    p_session text, p_token bytea, p_device text, p_network inet, p_channel text,
    p_purpose text, p_act text, p_keys bytea[], p_miss bigint, p_rank smallint,
    p_department text, p_birth_month smallint, p_prefix_month bigint, p_prefix_commune bigint,
    p_proof smallint, p_login text, p_terminal bigint, p_nonce bytea, p_proof_at timestamptz, p_genuine boolean,
    p_present text, p_repeat text, p_digest bytea, p_clock_sound boolean
) returns gate.decision
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select * from gate.look_ups(array[row(p_now, p_reference, p_session, p_token, p_device, p_network, p_channel,
        p_purpose, p_act, p_keys, p_miss, p_rank, p_department, p_birth_month, p_prefix_month, p_prefix_commune,
        p_proof, p_login, p_terminal, p_nonce, p_proof_at, p_genuine, p_present, p_repeat, p_digest,
        p_clock_sound)::gate.ask])
$$;

-- How long to wait before a closed door: until its expected reopening, if that is to come; a day at most.
create function gate.wait_for(p_kind text, p_reopens_at timestamptz, p_now timestamptz) returns integer
language sql immutable
as $$
    select case when p_kind = 'closed' then case when p_reopens_at > p_now
        then least(86400, greatest(1, ceil(extract(epoch from p_reopens_at - p_now))))::integer else 300 end end
$$;

create function gate.close(d gate.decision, p_insurer smallint, p_now timestamptz) returns gate.decision
language plpgsql stable
as $$
declare
    r gate.restriction;
begin
    select * into r from gate.restriction x where x.key = '7:' || p_insurer and x.lifted_at is null
        and x.starts_at <= p_now and (x.ends_at is null or x.ends_at > p_now) order by x.id limit 1;
    d.verdict := 'refused'; d.reason := 'closed'; d.rule := 'restriction:' || r.id;
    d.retry_after := gate.wait_for('closed', r.reopens_at, p_now);
    return d;
end $$;

-- A limit of one stays one; a window that is not kept (null) stays unkept.
create function gate.divided(p_limits integer[], p_divisor smallint) returns integer[]
language sql immutable
as $$
    select array_agg(case when x is not null then greatest(x / p_divisor, least(x, 1)) end order by place)
      from unnest(p_limits) with ordinality as l(x, place)
$$;

-- Put the sealed fields of the categories allowed into the decision, and no others.
create function gate.show(d gate.decision, p registry.person, p_categories smallint) returns gate.decision
language plpgsql immutable
as $$
begin
    d.person := p.id; d.insurer := p.insurer; d.data_key := p.data_key;
    if p_categories & 1 > 0 then d.sealed_civil := p.sealed_civil; end if;
    if p_categories & 2 > 0 then d.sealed_nir := p.sealed_nir; end if;
    if p_categories & 4 > 0 then d.sealed_rights := p.sealed_rights; end if;
    if p_categories & 8 > 0 then d.sealed_contract := p.sealed_contract; end if;
    return d;
end $$;

-- The login a credential stands for: a card's attestation is bound to it. Never changes.
create function gate.login_of(p_session text, p_token bytea, p_device text, p_now timestamptz) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select (gate.identify(p_session, p_token, p_device, null, p_now)).login $$;

create function gate.profession_of(p_session text, p_token bytea, p_device text, p_now timestamptz) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select case when c.assurance >= 2 then c.profession end
      from (select (gate.identify(p_session, p_token, p_device, null, p_now)).*) c
$$;
