-- What loosens takes an operator's fresh factor: a passkey or a code given in this very session, minutes ago. A stolen
-- cookie has none. Null: not this session.
create function containment.fresh_operator(p_session text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select a.login from access.access_session s join access.access_account a on a.id = s.account_id
     where s.session_key = p_session and s.ended_at is null and s.expire_date > clock_timestamp() and s.assurance >= 2
       and s.proved_at > clock_timestamp() - interval '10 minutes'
       and a.is_active and a.renew_since is null and a.profession = 'operator'
$$;

-- The platform's are lifted by two keepers: gate.lift refuses them here.
create function containment.undo(p_restriction bigint, p_session text, p_reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    by_ text := containment.fresh_operator(p_session);
begin
    if by_ is null then
        raise exception 'undoing takes an operator''s fresh factor' using errcode = 'insufficient_privilege';
    end if;
    return gate.lift(p_restriction, by_, p_reason);
end $$;

-- Whom a restriction holds may contest it: a sentence, in the alert that operations read. Five a day; null: it is not
-- about this account, or over, or one too many.
create function containment.appeal(p_restriction bigint, p_session text, p_text text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    a record; r gate.restriction; alert_ bigint; now_ timestamptz := clock_timestamp();
begin
    if length(trim(p_text)) not between 8 and 500 then
        raise exception 'a sentence of 8 to 500 characters' using errcode = 'invalid_parameter_value';
    end if;
    select c.id, c.login, c.organisation_id, substr(s.session_key, 1, 16) as session into a
      from access.access_session s join access.access_account c on c.id = s.account_id and c.is_active
     where s.session_key = p_session and s.ended_at is null and s.expire_date > now_ and s.assurance >= 2;
    if not found then return null; end if;
    perform pg_advisory_xact_lock(hashtextextended('containment.appeal', a.id));
    select * into r from gate.restriction x
     where x.id = p_restriction and x.lifted_at is null and x.starts_at <= now_ and (x.ends_at is null or x.ends_at > now_)
       and (x.scope, x.subject) in ((1, a.id::text), (2, a.organisation_id::text), (5, a.session));
    if not found or 5 <= (select count(*) from detection.alert_event e where e.author = a.login and e.what = 'appeal'
                             and e.at > now_ - interval '24 hours') then return null; end if;
    select id into alert_ from detection.alert where account = a.id and state in ('open', 'taken', 'restricted')
     order by what is not null, id desc limit 1;
    if alert_ is null then
        insert into detection.alert (account, opened_at, last_at, what) values (a.id, now_, now_, 'appeal') returning id into alert_;
    end if;
    insert into detection.alert_event (alert, at, author, what, text) values (alert_, now_, a.login, 'appeal', trim(p_text));
    insert into journal.entry (at, tag, account, rule, actor)
        values (now_, 'containment:appeal:made', a.id, 'restriction:' || r.id, a.login);
    return alert_;
end $$;
