-- What people do about an alert. Only valid exits:
--   open        taken, restricted, dismissed, closed
--   taken       open (handed back), taken (by somebody else), restricted, dismissed, closed
--   restricted  taken (its restriction was undone), dismissed, closed
--   dismissed, closed  open, unless another alert about the same subject has been opened since
-- A function gives false where the alert was no longer in a state for it: somebody else was quicker.
-- Each act is an event of the alert and an entry of the journal; words that were typed stay out of the journal.
create function detection.tell(
    p_alert bigint, p_author text, p_what text, p_code text default null, p_text text default null
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    a detection.alert;
begin
    if length(trim(p_author)) not between 1 and 100 or length(p_text) > 1000 or p_code !~ '^[a-z_]{3,40}$' then
        raise exception 'no such author, code or text' using errcode = 'invalid_parameter_value';
    end if;
    select * into a from detection.alert where id = p_alert;
    if not found then return false; end if;
    insert into detection.alert_event (alert, at, author, what, text)
        values (p_alert, clock_timestamp(), p_author, p_what, nullif(concat_ws(': ', p_code, nullif(trim(p_text), '')), ''));
    insert into journal.entry (at, tag, account, network, reason, rule, actor)
        values (clock_timestamp(), 'detection:alert:' || p_what, a.account, a.network, p_code, 'alert:' || p_alert, p_author);
    return true;
end $$;

create function detection.move(
    p_alert bigint, p_author text, p_what text, p_from text[], p_to text, p_code text default null, p_text text default null
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    a detection.alert; now_ timestamptz := clock_timestamp();
begin
    select * into a from detection.alert where id = p_alert for update;
    if not found or a.state <> all (p_from) then return false; end if;
    if p_to = 'open' and a.state in ('dismissed', 'closed') and exists (
        select from detection.alert o where o.state in ('open', 'taken', 'restricted')
           and o.account is not distinct from a.account and o.network is not distinct from a.network
           and o.what is not distinct from a.what) then return false; end if;
    update detection.alert set state = p_to,
           taken_by = case when p_to = 'open' then null when p_what = 'taken' then p_author else coalesce(taken_by, p_author) end,
           taken_at = case when p_to = 'open' then null when p_what = 'taken' then now_ else coalesce(taken_at, now_) end,
           ended_by = case when p_to in ('dismissed', 'closed') then p_author end,
           ended_at = case when p_to in ('dismissed', 'closed') then now_ end,
           code = case when p_to in ('dismissed', 'closed') then p_code end
     where id = p_alert;
    return detection.tell(p_alert, p_author, p_what, p_code, p_text);
end $$;

create function detection.take(p_alert bigint, p_author text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select detection.move(p_alert, p_author, 'taken', array[a.state], case a.state when 'open' then 'taken' else a.state end)
        from detection.alert a where a.id = p_alert and a.state in ('open', 'taken', 'restricted')
         and a.taken_by is distinct from p_author $$;

create function detection.hand_back(p_alert bigint, p_author text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select detection.move(p_alert, p_author, 'handed_back', '{taken}', 'open') $$;

create function detection.restricted(p_alert bigint, p_author text, p_kind text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select detection.move(p_alert, p_author, 'restricted', '{open,taken,restricted}', 'restricted', p_kind) $$;

-- One of its restrictions was undone. With none left in force the alert is somebody's again, and still to be dealt with.
create function detection.eased(p_alert bigint, p_author text, p_kind text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    left_ boolean;
begin
    select exists (select from gate.restriction r
                    where r.lifted_at is null and (r.ends_at is null or r.ends_at > clock_timestamp())
                      and case r.scope when 1 then r.subject = a.account::text when 3 then a.network <<= r.subject::inet end)
      into left_ from detection.alert a where a.id = p_alert;
    return detection.move(p_alert, p_author, 'eased', '{restricted}', case when left_ then 'restricted' else 'taken' end, p_kind);
end $$;

-- A false alarm. With an end, the same is not said again until then: by this detector or by all ('*'), about the alert's
-- account, or about every account of one network that its signals came from.
create function detection.dismiss(
    p_alert bigint, p_author text, p_code text, p_text text,
    p_detector text default null, p_network inet default null, p_ends_at timestamptz default null
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    a detection.alert;
begin
    if not detection.move(p_alert, p_author, 'dismissed', '{open,taken,restricted}', 'dismissed', p_code, p_text) then
        return false;
    end if;
    if p_ends_at is null then return true; end if;
    select * into a from detection.alert where id = p_alert;
    if p_detector is null or p_detector <> '*' and p_detector <> all (a.detectors)
       or p_ends_at > clock_timestamp() + (case p_detector when '*' then interval '7 days' else interval '31 days' end)
       or p_network is not null and p_network is distinct from a.network
          and not exists (select from detection.signal s where s.alert = p_alert and s.network = p_network)
       or p_network is null and a.account is null and a.network is null then
        raise exception 'a silence names a detector of the alert, its account or network, and a near end'
            using errcode = 'invalid_parameter_value';
    end if;
    insert into detection.mute (alert, detector, account, network, author, code, starts_at, ends_at)
        values (p_alert, p_detector, case when p_network is null then a.account end,
                coalesce(p_network, case when a.account is null then a.network end), p_author, p_code,
                clock_timestamp(), p_ends_at);
    insert into journal.entry (at, tag, account, network, reason, rule, actor, details)
        values (clock_timestamp(), 'detection:mute:placed', a.account, p_network, p_code, 'alert:' || p_alert, p_author,
                jsonb_build_object('detector', p_detector, 'ends_at', p_ends_at));
    return true;
end $$;

create function detection.unmute(p_mute bigint, p_author text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    m detection.mute;
begin
    update detection.mute set lifted_at = clock_timestamp(), lifted_by = p_author
     where id = p_mute and lifted_at is null and ends_at > clock_timestamp() returning * into m;
    if not found then return false; end if;
    if m.alert is not null then
        insert into detection.alert_event (alert, at, author, what, text)
            values (m.alert, clock_timestamp(), p_author, 'unmuted', m.detector);
    end if;
    insert into journal.entry (at, tag, account, network, reason, rule, actor)
        values (clock_timestamp(), 'detection:mute:lifted', m.account, m.network, m.detector, 'alert:' || m.alert, p_author);
    return true;
end $$;

create function detection.close(p_alert bigint, p_author text, p_code text, p_text text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select detection.move(p_alert, p_author, 'closed', '{open,taken,restricted}', 'closed', p_code, p_text) $$;

create function detection.reopen(p_alert bigint, p_author text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select detection.move(p_alert, p_author, 'reopened', '{dismissed,closed}', 'open') $$;

create function detection.remark(p_alert bigint, p_author text, p_text text) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select detection.tell(p_alert, p_author, 'remark', null, p_text) $$;

-- The alert has become a breach case: for whoever works on breaches, and for no page of the desk.
create function detection.make_incident(p_alert bigint, p_author text, p_incident bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    update detection.alert set incident = p_incident where id = p_alert and incident is null;
    return found and detection.tell(p_alert, p_author, 'incident');
end $$;
