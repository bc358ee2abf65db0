-- Tightening is open to whoever holds a page; loosening is journaled, and never the platform's.
create function gate.restrict(
    p_scope smallint, p_subject text, p_kind text, p_reason text, p_author text, p_ends_at timestamptz default null,
    p_message text default null, p_reopens_at timestamptz default null, p_signals bigint[] default null
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    made bigint; now_ timestamptz := clock_timestamp();
    subject_ text := case when p_scope = 3 then gate.network_subject(p_subject::inet) else p_subject end;
begin
    -- A restriction that no look-up would ever match must not look like one in force.
    if p_scope not between 1 and 8 or length(p_subject) not between 1 and 100 or length(p_author) not between 1 and 100
       or (p_scope in (1, 2, 7, 8) and p_subject !~ '^[1-9][0-9]{0,17}$')
       or (p_scope = 3 and subject_ is null)
       or (p_scope = 4) <> (p_subject = 'platform')
       or (p_scope = 6 and p_subject not in ('page', 'api', 'command')) then
        raise exception 'no such scope or subject' using errcode = 'invalid_parameter_value';
    end if;
    if (p_kind = 'closed' and p_scope not in (4, 6, 7, 8)) or (p_kind <> 'closed' and p_scope in (7, 8))
       or (p_kind = 'closed' and p_message is null) or (p_kind <> 'closed' and p_reopens_at is not null) then
        raise exception 'a channel, an insurer, a software or everything is closed, with a message'
            using errcode = 'invalid_parameter_value';
    end if;
    if p_scope = 3 then
        if exists (select from access.access_organisation o cross join unnest(o.declared_networks) d
                    where d::inet && subject_::inet) then
            raise exception 'an organisation declared a network within it' using errcode = 'check_violation';
        end if;
        -- An address is somebody else's one day.
        if p_ends_at is null or p_ends_at > now_ + interval '31 days' then
            raise exception 'a restriction of a network ends within 31 days' using errcode = 'invalid_parameter_value';
        end if;
    end if;
    insert into gate.restriction (scope, subject, kind, reason, author, starts_at, ends_at, message, reopens_at, signals)
        values (p_scope, subject_, p_kind, p_reason, p_author, now_, p_ends_at, p_message, p_reopens_at, p_signals)
        returning id into made;
    insert into journal.entry (at, tag, account, network, reason, rule, actor, details)
        values (now_, 'gate:restriction:placed', case when p_scope = 1 then p_subject::bigint end,
                case when p_scope = 3 then subject_::inet end, p_kind, 'restriction:' || made, p_author,
                jsonb_build_object('scope', p_scope, 'ends_at', p_ends_at)
                || case when p_scope in (6, 7, 8) then jsonb_build_object('subject', subject_) else '{}' end);
    return made;
end $$;

-- The one spelling of what may be banned: an address, an IPv4 /24, an IPv6 /64 or /56. Null: nothing else may.
create function gate.network_subject(p_network inet) returns text
language sql immutable
as $$
    select case when p_network <> network(p_network)::inet then null
                when masklen(p_network) = case family(p_network) when 4 then 32 else 128 end then host(p_network)
                when masklen(p_network) = any (case family(p_network) when 4 then '{24}' else '{64,56}' end::integer[])
                then text(network(p_network)) end
$$;

create function gate.lift(p_restriction bigint, p_author text, p_reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    r gate.restriction;
begin
    select * into r from gate.restriction where id = p_restriction for update;
    if not found or r.lifted_at is not null then return false; end if;
    if r.scope = 4 then           -- gate.apply_due does it, once two keepers agree
        raise exception 'a restriction of the whole platform is lifted by two keepers' using errcode = 'insufficient_privilege';
    end if;
    update gate.restriction set lifted_at = clock_timestamp(), lifted_by = p_author, lift_reason = p_reason
        where id = p_restriction;
    insert into journal.entry (at, tag, account, reason, rule, actor)
        values (clock_timestamp(), 'gate:restriction:lifted', case when r.scope = 1 then r.subject::bigint end,
                r.kind, 'restriction:' || p_restriction, p_author);
    return true;
end $$;
