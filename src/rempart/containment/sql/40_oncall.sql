-- An alert calls people: at once those who stand first, later the next, until somebody has taken it.
-- The claim counts as a try and sets the next one further off: a worker killed while it calls, calls again.
create type containment.claimed as (
    call bigint, alert bigint, kind text, address text, room text, secret text, is_private boolean, language text,
    tries integer, risk real, detectors text[], what text, opened_at timestamptz
);

create function containment.due_calls(p_now timestamptz, p_most integer) returns setof containment.claimed
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into containment.call (alert, contact, asked_at, asked_by, next_at)
        select a.id, c.id, p_now, 'worker', p_now from detection.alert a join containment.contact c
            on c.ended_at is null and c.kind <> 'telephone' and c.role = 'operations'
           and a.risk >= c.least_risk and a.opened_at + c.after <= p_now
         where a.state = 'open' and a.last_at > p_now - interval '1 day'
        on conflict do nothing;
    -- Somebody has taken it: whoever was still to be called is left in peace.
    update containment.call l set ended_at = p_now, outcome = 'taken'
      from detection.alert a where a.id = l.alert and l.ended_at is null and a.state <> 'open';
    return query
        with mine as (
            select id from containment.call where ended_at is null and next_at <= p_now
             order by next_at limit p_most for update skip locked),
        tried as (
            update containment.call l set tries = l.tries + 1, next_at = p_now + interval '15 seconds' * 2 ^ l.tries
              from mine where mine.id = l.id returning l.*)
        select t.id, t.alert, c.kind, c.address, c.room, c.secret, c.is_private, c.language, t.tries, a.risk,
               a.detectors, a.what, coalesce(a.opened_at, t.asked_at)
          from tried t join containment.contact c on c.id = t.contact left join detection.alert a on a.id = t.alert;
end $$;

create function containment.called(p_call bigint, p_reached boolean, p_outcome text, p_now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    l containment.call; name_ text;
begin
    -- Eight tries take an hour; a test is told at once.
    update containment.call set reached = p_reached, outcome = left(p_outcome, 200),
           ended_at = case when p_reached or alert is null or tries >= 8 then p_now end
     where id = p_call and ended_at is null returning * into l;
    if not found then return; end if;
    select name into name_ from containment.contact where id = l.contact;
    if l.alert is not null and (p_reached or l.ended_at is not null) then
        insert into detection.alert_event (alert, at, author, what, text)
            values (l.alert, p_now, 'worker', case when p_reached then 'called' else 'not_reached' end, name_);
    end if;
    if l.ended_at is not null then
        insert into journal.entry (at, tag, reason, rule, actor)
            values (p_now, 'detection:call:' || case when p_reached then 'reached' else 'failed' end,
                    left(p_outcome, 200), 'contact:' || l.contact, l.asked_by);
    end if;
end $$;

create function containment.test_call(p_contact bigint, p_author text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    made bigint;
begin
    if exists (select from containment.call where contact = p_contact and alert is null
               and asked_at > clock_timestamp() - interval '10 seconds') then
        return null;  -- a button pressed twice calls once
    end if;
    insert into containment.call (contact, asked_at, asked_by, next_at)
        select id, clock_timestamp(), p_author, clock_timestamp() from containment.contact
         where id = p_contact and ended_at is null and kind <> 'telephone' returning id into made;
    return made;
end $$;

create function containment.hand_over(p_author text, p_text text, p_facts jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    made bigint;
begin
    insert into containment.handover (at, author, text, facts)
        values (clock_timestamp(), p_author, p_text, p_facts) returning id into made;
    insert into journal.entry (at, tag, rule, actor)
        values (clock_timestamp(), 'detection:shift:handed_over', 'handover:' || made, p_author);
    return made;
end $$;
