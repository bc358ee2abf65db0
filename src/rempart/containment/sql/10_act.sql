-- A detector's hand: milder than a person's, always with an end, and a freeze only on two signals of different
-- families about the same account. What it asks for beyond that is refused here, whatever its code says.
create function containment.act(
    p_account bigint, p_kind text, p_reason text, p_signals bigint[], p_now timestamptz, p_ends_at timestamptz
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    made bigint; families integer; alert_ bigint;
begin
    select count(distinct s.family), max(s.alert) into families, alert_ from detection.signal s
     where s.id = any (p_signals) and s.account = p_account and not s.observed and s.at > p_now - interval '24 hours';
    if families < (case p_kind when 'frozen' then 2 when 'card_required' then 1 when 'step_up' then 1 else 99 end) then
        raise exception 'too few independent signals' using errcode = 'insufficient_privilege';
    end if;
    if p_ends_at is null or p_ends_at not between p_now
       and p_now + (case p_kind when 'frozen' then interval '24 hours' else interval '7 days' end) then
        raise exception 'a detector''s restriction ends by itself' using errcode = 'insufficient_privilege';
    end if;
    -- One of a kind at a time: a second one would only hide when the first ends.
    if exists (select from gate.restriction r where r.scope = 1 and r.subject = p_account::text and r.kind = p_kind
               and r.lifted_at is null and r.starts_at <= p_now and (r.ends_at is null or r.ends_at >= p_ends_at)) then
        return null;
    end if;
    insert into gate.restriction (scope, subject, kind, reason, author, starts_at, ends_at, signals)
        values (1, p_account::text, p_kind, p_reason, 'detector', p_now, p_ends_at, p_signals) returning id into made;
    insert into journal.entry (at, tag, account, reason, rule, actor, details)
        values (p_now, 'gate:restriction:placed', p_account, p_kind, 'restriction:' || made, 'detector',
                jsonb_build_object('scope', 1, 'ends_at', p_ends_at, 'signals', to_jsonb(p_signals)));
    if alert_ is not null then
        insert into detection.alert_event (alert, at, author, what, text) values (alert_, p_now, 'detector', 'restricted', p_kind);
    end if;
    return made;
end $$;
