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

create function gate.look_up(
    p_now timestamptz, p_reference text,
    p_session text, p_token bytea, p_device text, p_network inet, p_channel text,
    p_purpose text, p_act text,
    p_keys bytea[],                -- blind keys to try, one for each index version in use
    p_miss bigint,                 -- keyed id under which a miss is counted, < 0
    p_rank smallint,
    p_department text, p_birth_month smallint, p_prefix_month bigint, p_prefix_commune bigint,
    p_proof smallint, p_login text, p_terminal bigint, p_nonce bytea, p_proof_at timestamptz, p_genuine boolean,
    p_present text,                -- coded reason for "patient present"
    p_repeat text, p_digest bytea, -- idempotency key, keyed digest of the request
    p_clock_sound boolean
) returns gate.decision
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    c gate.caller; m gate.matrix_row; d gate.decision; earlier gate.repeat; p registry.person; spend record;
    held record; f record; key_ bytea; rank smallint; newest integer; ambiguous boolean; fetched boolean; counted bigint; hit boolean; base smallint; policy_ integer;
    scopes smallint[]; ids bigint[]; meters smallint[]; limits integer[]; network_ bigint; cost_ integer := 0;
    shown smallint := 0; journal_it boolean := true; details_ jsonb; breaker gate.breaker; hourly integer;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'budgets are exact under read committed only';
    end if;
    d.reference := p_reference; d.checked_at := p_now; d.proof := p_proof; d.verdict := 'granted'; d.categories := 0;
    select version into policy_ from gate.policy;
    c := gate.identify(p_session, p_token, p_device, p_network, p_now);
    d.account := c.account; d.profession := c.profession; d.rpps := c.rpps;

    if c.account is null then
        d.verdict := 'refused'; d.reason := 'credential';
    else
        if p_token is not null and coalesce(c.used_before < p_now - interval '1 hour', true) then
            update access.access_token set last_used_at = p_now where hash = p_token;  -- an hour is exact enough
        end if;
        select * into held from gate.restricted(c, p_network, p_channel, p_now);
        select * into m from gate.matrix_row r where r.purpose = p_purpose and r.profession = c.profession;
        if held.kind = 'frozen' then
            d.verdict := 'refused'; d.reason := 'frozen'; d.rule := 'restriction:' || held.id;
        elsif m.purpose is null then
            d.verdict := 'refused'; d.reason := 'purpose'; d.rule := 'matrix:' || p_purpose || ':' || c.profession;
        elsif c.assurance < m.assurance then
            d.verdict := 'challenged'; d.reason := 'assurance'; d.rule := 'matrix:assurance:' || m.assurance;
        elsif held.kind is not null and p_proof = 0 then
            d.verdict := 'challenged'; d.reason := held.kind; d.rule := 'restriction:' || held.id;
        elsif c.card_until > p_now and c.assurance < 3 and p_proof = 0 then
            d.verdict := 'challenged'; d.reason := 'card_required'; d.rule := 'account:recent';
        elsif not p_clock_sound and p_proof <> 1 then
            d.verdict := 'refused'; d.reason := 'clock'; d.rule := 'clock';
        end if;
    end if;

    -- A retry: counted once, answered the same, as long as nothing restricts the account since.
    if d.verdict = 'granted' and p_repeat is not null then
        perform pg_advisory_xact_lock(hashtextextended(p_repeat, c.account));
        select * into earlier from gate.repeat r where r.account = c.account and r.key = p_repeat;
        if found and earlier.digest <> p_digest then
            d.verdict := 'refused'; d.reason := 'repeat_mismatch';
            return d;
        elsif found then
            d := jsonb_populate_record(d, earlier.decision);
            if earlier.person is not null then
                select * into p from registry.person r where r.id = earlier.person and not exists (
                    select from vault.data_key dk join vault.insurer_key ik on ik.id = dk.insurer_key
                     where dk.id = r.data_key and ik.withdrawn_at is not null);
                if not found then                  -- its insurer took the key back since
                    d.verdict := 'refused'; d.reason := 'not_found';
                else
                    d.categories := d.categories & m.categories;    -- the matrix may have been tightened since
                    d := gate.show(d, p, d.categories);
                end if;
            end if;
            return d;
        end if;
    end if;

    -- Always searched and always in the same way: found, missed and refused take the same steps.
    -- The newest batch of a person comes first; another rank among them makes the look-up ambiguous.
    counted := p_miss; hit := false; ambiguous := false; fetched := false;
    -- One key at a time: a plan for an array of unknown length costs ten times as much.
    foreach key_ in array p_keys loop
        for f in select r.id, r.birth_rank, r.data_key from registry.person_key k join registry.person r on r.id = k.person
                  where k.key = key_ and (p_rank is null or r.birth_rank = p_rank) loop
            fetched := true;
            continue when exists (select from vault.data_key dk join vault.insurer_key ik on ik.id = dk.insurer_key
                                  where dk.id = f.data_key and ik.withdrawn_at is not null);
            if not hit then
                counted := f.id; newest := f.data_key; rank := f.birth_rank; hit := true;
            else
                ambiguous := ambiguous or f.birth_rank <> rank;
                if (f.data_key, -f.id) > (newest, -counted) then counted := f.id; newest := f.data_key; end if;
            end if;
        end loop;
    end loop;
    if not fetched then                             -- somebody at random is fetched in nobody's place
        select r.data_key into newest from registry.person r
            where r.id >= (p_miss & 4611686018427387903) order by r.id limit 1;
        perform from vault.data_key dk join vault.insurer_key ik on ik.id = dk.insurer_key
            where dk.id = newest and ik.withdrawn_at is not null;
    end if;

    if d.verdict = 'granted' and p_proof = 1 then
        if c.login <> p_login then
            d.reason := 'proof_forged';
        else
            d.reason := gate.check_proof(c, p_terminal, p_nonce, p_proof_at, p_genuine, p_now);
        end if;
        if d.reason is not null then d.verdict := 'refused'; d.rule := 'proof:' || p_terminal; end if;
    elsif d.verdict = 'granted' and p_proof = 0
          and exists (select from gate.relation v where v.organisation = c.organisation and v.person = counted
                        and v.last_visit > p_now - interval '24 months') then
        d.proof := 3;
    end if;

    if d.verdict = 'granted' then
        base := case d.proof when 1 then 1 when 2 then 2 when 3 then 3 else 0 end;
        scopes := array[1, 2]; ids := array[c.account, coalesce(c.organisation, -c.account)]; meters := array[base, base];
        limits := gate.limit_for(1::smallint, c.profession, base) || gate.limit_for(2::smallint, c.profession, base);
        if d.proof in (0, 3) and not c.declared then
            scopes := scopes || 3::smallint; meters := meters || 0::smallint;
            ids := ids || gate.network_id(p_network);
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
        -- Locks are taken in one order everywhere: account before organisation, network, platform.
        select * into spend from gate.spend(scopes, ids, meters, limits, counted,
                                            extract(epoch from p_now)::bigint, true);
        cost_ := spend.cost;
        if not spend.ok then
            d.reason := (array['limit_account', 'limit_organisation', 'limit_network', 'breaker'])[scopes[spend.failed]];
            d.rule := 'limit:' || scopes[spend.failed] || ':' || meters[spend.failed] || ':' || spend.win || ':'
                      || limits[(spend.failed - 1) * 4 + spend.win + 1];
            d.retry_after := spend.retry; cost_ := 0;
            -- A stranger on the same network, or the platform's total, must lock nobody out.
            d.verdict := case when scopes[spend.failed] >= 3 and p_proof = 0 then 'challenged' else 'refused' end;
            d.meter := meters[spend.failed]; d.spent := spend.spent[(spend.failed - 1) * 4 + spend.win + 1];
            d.lim := limits[(spend.failed - 1) * 4 + spend.win + 1];
        else
            d.meter := meters[1]; d.spent := spend.spent[3]; d.lim := limits[3];
            if ambiguous then
                d.verdict := 'challenged'; d.reason := 'birth_rank';
            elsif not hit then
                d.verdict := 'refused'; d.reason := 'not_found';
            end if;
        end if;
    end if;

    if d.verdict = 'granted' then
        select * into p from registry.person r where r.id = counted;
        shown := m.categories & case when p.sealed_contract is null then 7 else 15 end;
        if p_proof = 1 and c.organisation is not null then
            insert into gate.relation as v values (c.organisation, counted, p_now)
                on conflict (organisation, person) do update set last_visit = excluded.last_visit
                where v.last_visit < excluded.last_visit - interval '1 day';
        end if;
    elsif cost_ = 0 then
        journal_it := gate.worth_an_entry(coalesce(c.account::text, gate.network_id(p_network)::text || ' network'),
                                          d.verdict, d.reason, p_now, c.account, p_network);
    end if;
    if p_proof = 2 then details_ := jsonb_build_object('present', p_present); end if;

    if journal_it then
        insert into journal.entry (at, tag, request, account, profession, assurance, session, device, software,
            organisation, network, channel, purpose, act_family, person, hit, department, birth_month, prefix_month,
            prefix_commune, insurer, categories, proof, terminal, verdict, reason, rule, cost, policy, details)
        values (p_now, 'gate:lookup:' || d.verdict, p_reference, c.account, c.profession, c.assurance, c.session,
            coalesce(c.device, p_device), c.software, c.organisation, p_network, p_channel, p_purpose, p_act, counted,
            hit, p_department, p_birth_month, p_prefix_month, p_prefix_commune, p.insurer, shown, d.proof,
            p_terminal, d.verdict, d.reason, d.rule, cost_, policy_, details_);
    end if;
    d.categories := m.categories;   -- what was looked at: a person without contract is told from one not looked at
    -- What was counted is what a retry must not count again; a card proof of a miss was used too.
    if p_repeat is not null and (d.verdict = 'granted' or d.reason in ('not_found', 'birth_rank')) then
        insert into gate.repeat values (c.account, p_repeat, p_digest, p_now,
            case when d.verdict = 'granted' then counted end,
            to_jsonb(d) - '{person,insurer,data_key,sealed_civil,sealed_nir,sealed_rights,sealed_contract}'::text[]);
    end if;
    if d.verdict = 'granted' then d := gate.show(d, p, m.categories); end if;
    return d;
end $$;

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
