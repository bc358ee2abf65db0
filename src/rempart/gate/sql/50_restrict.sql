-- Tightening is open to whoever holds a page; loosening is journaled, and never the platform's.
create function gate.restrict(
    p_scope smallint, p_subject text, p_kind text, p_reason text, p_author text, p_ends_at timestamptz default null
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    made bigint;
    subject_ text := case when p_scope = 3 then host(p_subject::inet) else p_subject end;  -- one spelling only
begin
    -- A restriction that no look-up would ever match must not look like one in force.
    if p_scope not between 1 and 6 or length(p_subject) not between 1 and 100 or length(p_author) not between 1 and 100
       or (p_scope in (1, 2) and p_subject !~ '^[1-9][0-9]{0,17}$')
       or (p_scope = 3 and p_subject::inet <> subject_::inet)
       or (p_scope = 4) <> (p_subject = 'platform')
       or (p_scope = 6 and p_subject not in ('page', 'api', 'command')) then
        raise exception 'no such scope or subject' using errcode = 'invalid_parameter_value';
    end if;
    insert into gate.restriction (scope, subject, kind, reason, author, starts_at, ends_at)
        values (p_scope, subject_, p_kind, p_reason, p_author, clock_timestamp(), p_ends_at) returning id into made;
    insert into journal.entry (at, tag, account, reason, rule, actor, details)
        values (clock_timestamp(), 'gate:restriction:placed', case when p_scope = 1 then p_subject::bigint end,
                p_kind, 'restriction:' || made, p_author, jsonb_build_object('scope', p_scope, 'ends_at', p_ends_at));
    return made;
end $$;

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
