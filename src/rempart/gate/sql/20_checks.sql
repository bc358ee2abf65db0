-- Who asks. Read on every look-up, so that ending a session or revoking a token holds at once.
create type gate.caller as (
    account bigint, login text, profession text, rpps text, organisation bigint, assurance smallint,
    session text, device text, software text, card_until timestamptz, declared boolean,
    used_before timestamptz  -- when the token was last seen, to the hour
);

-- A set, and SQL, so that `gate.look_ups` asks once for all the look-ups of a call. Empty: nobody.
create function gate.callers(p_session text, p_token bytea, p_device text, p_network inet, p_now timestamptz)
returns setof gate.caller
language sql stable
as $$
    select a.id, a.login::text, a.profession::text, p.rpps::text, a.organisation_id, t.assurance, null::text, g.device::text,
           coalesce(v.name, t.label)::text,
           -- a leaked password or mailbox: the card until it is renewed
           greatest(a.card_until, g.card_until, case when a.renew_since is not null then timestamptz 'infinity' end),
           coalesce(o.declared_networks <> '{}' and p_network <<= any (o.declared_networks::inet[]), false),
           t.last_used_at
      from access.access_token t
      join access.access_account a on a.id = t.account_id and a.is_active
      left join access.access_professional p on p.id = a.professional_id
      left join access.access_organisation o on o.id = a.organisation_id
      left join access.access_account h on h.id = a.holder_id
      left join access.access_grant g on g.id = t.grant_id
      left join access.access_software v on v.id = g.software_id
     where t.hash = p_token and t.revoked_at is null and (t.expires_at is null or t.expires_at > p_now)
       and (h.id is null or h.is_active)     -- a delegate works under a holder, or not at all
       -- a holder's own token is carried; a software's is worth nothing without its device's key
       and (t.grant_id is null and p_device is null
            or g.revoked_at is null and v.revoked_at is null and g.device = p_device)
    union all
    select a.id, a.login::text, a.profession::text, p.rpps::text, a.organisation_id, s.assurance,
           substr(s.session_key, 1, 16), s.device::text, null::text,
           greatest(a.card_until, s.card_until, case when a.renew_since is not null then timestamptz 'infinity' end),
           coalesce(o.declared_networks <> '{}' and p_network <<= any (o.declared_networks::inet[]), false),
           null::timestamptz
      from access.access_session s
      join access.access_account a on a.id = s.account_id and a.is_active
      left join access.access_professional p on p.id = a.professional_id
      left join access.access_organisation o on o.id = a.organisation_id
      left join access.access_account h on h.id = a.holder_id
     where p_token is null and s.session_key = p_session and s.ended_at is null and s.expire_date > p_now
       and (h.id is null or h.is_active)
       and s.device = coalesce(p_device, '')   -- a cookie carried to another browser is nobody's
$$;

create function gate.identify(
    p_session text,          -- sha256 of the session key, in hex
    p_token bytea,           -- sha256 of the bearer token
    p_device text,           -- the browser's mark, or the thumbprint of the key that a software has just proved
    p_network inet, p_now timestamptz
) returns gate.caller
language plpgsql stable
as $$
declare
    c gate.caller;
begin
    select * into c from gate.callers(p_session, p_token, p_device, p_network, p_now);
    return c;
end $$;

-- The strictest restriction in force, and which one it is.
create function gate.restricted(c gate.caller, p_network inet, p_channel text, p_now timestamptz)
returns table (kind text, id bigint)
language sql stable
as $$
    select r.kind, r.id from gate.restriction r
     where r.lifted_at is null and r.starts_at <= p_now and (r.ends_at is null or r.ends_at > p_now)
       and (r.scope, r.subject) in ((1, c.account::text), (2, c.organisation::text), (3, host(p_network)),
                                    (4, 'platform'), (5, c.session), (6, p_channel))
     order by case r.kind when 'frozen' then 0 when 'card_required' then 1 else 2 end, r.id limit 1
$$;

-- Equal refusals beyond twenty a minute become one counted entry (gate.upkeep writes it), so that a
-- flood cannot fill the disk. True: write this one.
create function gate.worth_an_entry(
    p_subject text, p_verdict text, p_reason text, p_now timestamptz, p_account bigint, p_network inet
) returns boolean
language plpgsql
as $$
declare
    so_far integer;
begin
    insert into gate.refusals as r
        values (p_subject, p_reason, extract(epoch from p_now)::bigint / 60, 1, p_account, p_network, p_verdict)
        on conflict (subject, reason, minute) do update set n = r.n + 1
        returning r.n into so_far;
    return so_far <= 20;
end $$;
