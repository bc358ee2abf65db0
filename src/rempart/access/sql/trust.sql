-- What the web role may do to an account's trust, by these functions only: the columns are not its own.
-- Each tightens at once; what loosens or opens an account is checked here, in the database.

-- What is new is not trusted at once: the patient's card for 48 hours. Moves forward, never back.
create function access.require_card(who bigint, why text) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    until timestamptz;
begin
    if why not in ('new_account', 'new_factor', 'new_role', 'reset', 'leak') then
        raise exception 'no such reason';
    end if;
    update access.access_account
       set card_until = greatest(coalesce(card_until, '-infinity'), now() + interval '48 hours'), card_reason = why
     where id = who returning card_until into until;
    return until;
end $$;

-- Whether `by` may answer for `who`: a colleague of the same organisation, trusted itself for 48 hours and more,
-- who is not the same professional, works under nobody, and has answered for fewer than three others today.
create function access.may_vouch(by bigint, who bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*) = 1
      from access.access_account c join access.access_account a
        on a.organisation_id = c.organisation_id and a.id <> c.id
       and (a.professional_id is null or a.professional_id is distinct from c.professional_id)
     where c.id = by and a.id = who and c.is_active and a.is_active
       and c.holder_id is null
       and c.created_at < now() - interval '48 hours'
       and coalesce(c.card_until, '-infinity') < now() and c.renew_since is null
       and c.profession not in ('operator', 'dpo') and a.profession not in ('operator', 'dpo')
       and 3 > (select count(distinct v.account_id) from access.access_vouch v
                 where v.by_id = c.id and v.account_id <> a.id and v.at > now() - interval '24 hours')
$$;

-- A colleague's word ends the 48 hours that follow a new account, a new factor or a reset. Not those of a leak.
create function access.vouch_for_card(by bigint, who bigint) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not access.may_vouch(by, who) then return false; end if;
    update access.access_account set card_until = now(), card_reason = ''
     where id = who and card_until > now() and card_reason <> 'leak';
    if not found then return false; end if;
    insert into access.access_vouch (account_id, by_id, purpose) values (who, by, 'card');
    return true;
end $$;

-- The same for somebody at a device that was never seen: the session's own 48 hours, and the account's.
create function access.vouch_for_session(by bigint, key text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who bigint;
    freed boolean;
begin
    select account_id into who from access.access_session
     where session_key = key and ended_at is null and expire_date > now() and assurance >= 2;
    if not found or not access.may_vouch(by, who) then return false; end if;
    if exists (select from access.access_account
                where id = who and card_until > now() and card_reason = 'leak') then return false; end if;
    update access.access_session set card_until = now() where session_key = key and card_until > now();
    freed := found;
    if access.vouch_for_card(by, who) then return true; end if;
    if freed then
        insert into access.access_vouch (account_id, by_id, purpose) values (who, by, 'card');
    end if;
    return freed;
end $$;

-- A colleague's word for a forgotten password: usable a day later, so that the owner can say no meanwhile.
create function access.vouch_for_reset(by bigint, reset bytea) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    r access.access_reset;
begin
    select * into r from access.access_reset
     where digest = reset and used_at is null and stopped_at is null and usable_at is null and expires_at > now()
       for update;
    if not found or not access.may_vouch(by, r.account_id) then return null; end if;
    update access.access_reset set vouched_by_id = by, usable_at = now() + interval '24 hours',
           expires_at = greatest(expires_at, now() + interval '72 hours')
     where digest = reset;
    insert into access.access_vouch (account_id, by_id, purpose) values (r.account_id, by, 'reset');
    return now() + interval '24 hours';
end $$;

-- An account for a professional whom the directory knows at that organisation: one each, no second.
create function access.enrol(p_professional bigint, p_organisation bigint, p_login text, p_email text)
    returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
    found_ record;
begin
    select p.family_name, p.given_name, a.profession into found_
      from access.access_professional p join access.access_activity a on a.professional_id = p.id
      join access.access_organisation o on o.id = a.organisation_id
     where p.id = p_professional and o.id = p_organisation and p.active and a.active and o.active
     order by a.id limit 1;
    if not found then return null; end if;
    perform pg_advisory_xact_lock(hashtextextended('enrol', p_professional));
    if exists (select from access.access_account where professional_id = p_professional
                  and organisation_id = p_organisation and is_active) then return null; end if;
    insert into access.access_account
        (password, login, email, display_name, profession, organisation_id, professional_id, card_until, card_reason)
    values ('!', p_login, p_email, trim(found_.given_name || ' ' || found_.family_name), found_.profession,
            p_organisation, p_professional, now() + interval '48 hours', 'new_account')
    returning id into made;
    return made;
end $$;

-- A preparer or an assistant: an account and factors of their own, under the holder's responsibility.
-- `p_word`: SHA-256 of the one-use word by which they choose their password.
create function access.delegate(p_holder bigint, p_login text, p_name text, p_email text, p_word bytea)
    returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    h access.access_account;
    made bigint;
begin
    select * into h from access.access_account where id = p_holder for update;
    if not h.is_active or h.holder_id is not null or h.professional_id is null or h.organisation_id is null
       or 20 <= (select count(*) from access.access_account where holder_id = p_holder and is_active) then
        return null;
    end if;
    insert into access.access_account
        (password, login, email, display_name, profession, organisation_id, holder_id, card_until, card_reason)
    values ('!', p_login, p_email, p_name, h.profession, h.organisation_id, h.id,
            now() + interval '48 hours', 'new_account')
    returning id into made;
    perform access.delegate_word(p_holder, made, p_word);
    return made;
end $$;

create function access.delegate_word(p_holder bigint, p_delegate bigint, p_word bytea) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from access.access_account
                   where id = p_delegate and holder_id = p_holder and is_active) then return false; end if;
    delete from access.access_setup where account_id = p_delegate and used_at is null;
    insert into access.access_setup (digest, account_id, expires_at)
        values (p_word, p_delegate, now() + interval '24 hours');
    return true;
end $$;

create function access.end_delegate(p_holder bigint, p_delegate bigint) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update access.access_account set is_active = false
     where id = p_delegate and holder_id = p_holder and is_active;
    return found;
end $$;

-- The password, or the mailbox, was found in a leak: no session rises above level 1 until it is renewed, and
-- the gate wants the patient's card. True when it was not asked already.
create function access.ask_renewal(who bigint, why text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if why not in ('leaked_password', 'leaked_mailbox', 'containment') then raise exception 'no such reason'; end if;
    update access.access_account set renew_since = now(), renew_reason = why where id = who and renew_since is null;
    return found;
end $$;

-- Another password, and nothing else, ends what was asked. The hash of the same one again is no renewal.
create function access.renew_password(who bigint, hash text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update access.access_account set password = hash, renew_since = null, renew_reason = ''
     where id = who and password <> hash;
    return found;
end $$;

revoke all on function access.require_card, access.may_vouch, access.vouch_for_card, access.vouch_for_reset,
    access.vouch_for_session,
    access.enrol, access.delegate, access.delegate_word, access.end_delegate, access.ask_renewal,
    access.renew_password from public;
