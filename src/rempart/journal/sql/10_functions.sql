-- One function for events that are no look-up. The role says which tags it may write, so that
-- a web process cannot forge a look-up's entry.
create function journal.record(
    tag text, account bigint default null, details jsonb default '{}', session text default null,
    device text default null, network inet default null, channel text default null,
    verdict text default null, reason text default null, organisation bigint default null,
    actor text default null
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    letters constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    bits bytea := uuid_send(gen_random_uuid());
    reference text := '';
begin
    if not exists (select from journal.may_record m
                   where m.role = session_user and starts_with(record.tag, m.prefix)) then
        raise exception 'role may not record this tag' using errcode = 'insufficient_privilege';
    end if;
    if octet_length(details::text) > 4000 then
        raise exception 'details too long' using errcode = 'string_data_right_truncation';
    end if;
    -- bytes 0–5 and 9–15 of a version 4 UUID are random; twelve letters of five bits
    for i in 0..5 loop
        reference := reference || substr(letters, 1 + (get_byte(bits, i) & 31), 1)
                               || substr(letters, 1 + (get_byte(bits, 10 + i) & 31), 1);
    end loop;
    reference := 'R-' || substr(reference, 1, 4) || '-' || substr(reference, 5, 4) || '-' || substr(reference, 9);
    insert into journal.entry (at, tag, request, account, session, device, organisation, network,
                               channel, verdict, reason, actor, details)
    values (clock_timestamp(), record.tag, reference, record.account, record.session, record.device,
            record.organisation, record.network, record.channel, record.verdict, record.reason,
            record.actor, record.details);
    return reference;
end $$;

insert into journal.may_record values
    ('rempart_web', 'access:'), ('rempart_web', 'portal:'),
    ('rempart_owner', 'access:'), ('rempart_owner', 'installation:'), ('rempart_owner', 'intake:'),
    ('rempart_worker', 'worker:'), ('rempart_worker', 'access:reset:'),
    ('rempart_worker', 'access:enrolment:'),
    ('rempart_intake', 'intake:'),
    ('rempart_gate', 'gate:'), ('rempart_gate', 'care:'),
    ('rempart_responder', 'response:'),
    ('rempart_auditor', 'audit:');

-- The database refuses what code must not do, even the owner's. A trigger on each row is cloned to every
-- partition; one on the statement is not, so each partition is given its own.
create function journal.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'journal entries are never changed or removed' using errcode = 'insufficient_privilege';
end $$;
create trigger entry_stays before update or delete on journal.entry
    for each row execute function journal.refuse_change();
create trigger entry_stays_whole before truncate on journal.entry
    for each statement execute function journal.refuse_change();
create trigger entry_stays_whole before truncate on journal.entry_default
    for each statement execute function journal.refuse_change();

-- A partition a day, from yesterday to a fortnight ahead. A day whose entries already went to the
-- default partition keeps them there: nothing is moved, nothing is lost.
create function journal.prepare_partitions(p_now timestamptz default now()) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
as $$
declare
    made integer := 0;
    today date := (p_now at time zone 'UTC')::date;
    name text;
begin
    if p_now not between now() - interval '2 days' and now() + interval '40 days' then
        raise exception 'too far from today';
    end if;
    for ahead in -1..14 loop
        name := 'entry_' || to_char(today + ahead, 'YYYYMMDD');
        continue when to_regclass('journal.' || name) is not null;
        begin
            execute format('create table journal.%I partition of journal.entry for values from (%L) to (%L)',
                           name, (today + ahead)::text || ' 00:00+00', (today + ahead + 1)::text || ' 00:00+00');
            execute format('create trigger entry_stays_whole before truncate on journal.%I
                            for each statement execute function journal.refuse_change()', name);
            made := made + 1;
        exception when check_violation then
            raise notice 'journal: the default partition already holds entries of %', today + ahead;
        end;
    end loop;
    return made;
end $$;
select journal.prepare_partitions();

-- What pages may show: no person id, no pseudonym of a number, no place or month of birth.
-- `who` tells an account's repeated look-ups of one person apart, and nothing across accounts.
create view journal.for_pages as
select seq, at, tag, request, account, profession, assurance, session, device, software, organisation,
       network, channel, purpose, act_family,
       case when person is not null
            then substr(encode(sha256(int8send(person) || int8send(coalesce(account, 0))), 'hex'), 1, 8) end as who,
       insurer, categories, proof, terminal, verdict, reason, rule, cost, count, policy, actor, details
from journal.entry;
