-- Who asks. Read on every look-up, so that ending a session or revoking a token holds at once.
create type gate.caller as (
    account bigint, login text, profession text, rpps text, organisation bigint, assurance smallint,
    session text, device text, software text, card_until timestamptz, declared boolean,
    used_before timestamptz, -- when the token was last seen, to the hour
    software_id bigint,
    proved_at timestamptz    -- when the holder last gave a strong factor in this session, or answered for this token
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
           t.last_used_at, g.software_id, case when g.id is null then t.confirmed_at else g.confirmed_at end
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
           null::timestamptz, null::bigint, s.proved_at
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

-- The strictest restriction in force, and which one it is. A step-up holds no session whose holder has given a
-- strong factor since it began, nor a detector's demand for the card one whose holder has shown their own: in that
-- very session, so that the owner's proof frees no thief. An organisation's declared network is never banned.
create function gate.restricted(c gate.caller, p_network inet, p_channel text, p_now timestamptz)
returns table (kind text, id bigint, scope smallint, starts_at timestamptz, reopens_at timestamptz)
language sql stable
as $$
    select r.kind, r.id, r.scope, r.starts_at, r.reopens_at from gate.restriction r
     where r.key = any (array['1:' || c.account, '2:' || c.organisation, '4:platform', '5:' || c.session,
                              '6:' || p_channel, '8:' || c.software_id,
                              case when not c.declared then '3:' || host(p_network) end,
                              case when not c.declared then '3:' || network(set_masklen(p_network,
                                  case family(p_network) when 4 then 24 else 64 end)) end,
                              case when not c.declared and family(p_network) = 6
                                   then '3:' || network(set_masklen(p_network, 56)) end])
       and r.lifted_at is null and r.starts_at <= p_now and (r.ends_at is null or r.ends_at > p_now)
       and not (coalesce(c.proved_at > r.starts_at, false)
                and (r.kind = 'step_up' or r.kind = 'card_required' and r.author = 'detector' and c.assurance >= 3))
     order by case r.kind when 'frozen' then case when r.scope = 3 then 2 else 0 end
                          when 'closed' then 1 when 'card_required' then 3 else 4 end, r.id limit 1
$$;

-- Care goes on from a banned network: for an account that had card-proven answers from there before the ban.
create function gate.works_there(p_account bigint, p_restriction bigint) returns boolean
language sql stable
as $$
    select exists (select from gate.restriction r join journal.entry e
                       on e.account = p_account and e.at between r.starts_at - interval '30 days' and r.starts_at
                      and e.proof = 1 and e.verdict = 'granted' and e.network <<= r.subject::inet
                    where r.id = p_restriction)
$$;

-- Nobody looks: less may leave without proof, until the detectors are back.
create function gate.is_unwatched(p_now timestamptz) returns boolean
language sql stable
as $$ select coalesce(at < p_now - interval '60 seconds', false) from gate.watch $$;

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
