"""Who may do what in the database is one list, and the catalogue says nothing else.

After a wanted change: `REWRITE=1 make test`, then read the difference of `grants.txt` line by line.
"""

import os
import re
from pathlib import Path

ALLOWED = Path(__file__).with_name("grants.txt")

_GRANTS = """
with ours as (
    select oid, nspname from pg_namespace
     where nspname in ('access', 'registry', 'vault', 'journal', 'gate', 'detection', 'containment', 'public')
), granted as (
    select 'database' as kind, datname::text as object, acl.grantee, acl.privilege_type, acl.is_grantable
      from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) as acl
     where datname = current_database()
    union all
    select 'schema', nspname, acl.grantee, acl.privilege_type, acl.is_grantable
      from pg_namespace join ours using (oid, nspname),
           aclexplode(coalesce(nspacl, acldefault('n', nspowner))) as acl
    union all
    select case relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end,
           nspname || '.' || relname, acl.grantee, acl.privilege_type, acl.is_grantable
      from pg_class join ours on ours.oid = relnamespace,
           aclexplode(coalesce(
               relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)
           )) as acl
     where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'column', concat_ws('.', nspname, relname, attname),
           acl.grantee, acl.privilege_type, acl.is_grantable
      from pg_attribute join pg_class on pg_class.oid = attrelid join ours on ours.oid = relnamespace,
           aclexplode(attacl) as acl
    union all
    select 'function', oid::regprocedure::text, acl.grantee, acl.privilege_type, acl.is_grantable
      from (select pg_proc.* from pg_proc join ours on ours.oid = pronamespace) as pg_proc,
           aclexplode(coalesce(proacl, acldefault('f', proowner))) as acl
    union all
    select 'type', oid::regtype::text, acl.grantee, acl.privilege_type, acl.is_grantable
      from (select pg_type.* from pg_type join ours on ours.oid = typnamespace
             where typcategory <> 'A' and typtype <> 'c') as pg_type,
           aclexplode(coalesce(typacl, acldefault('T', typowner))) as acl
    union all
    select 'language', lanname::text, acl.grantee, acl.privilege_type, acl.is_grantable
      from pg_language, aclexplode(coalesce(lanacl, acldefault('l', lanowner))) as acl
     where lanpltrusted
    union all
    select 'large object', loid::text, acl.grantee, acl.privilege_type, acl.is_grantable
      from (select oid as loid, lomowner, lomacl from pg_largeobject_metadata) as lo,
           aclexplode(coalesce(lomacl, acldefault('L', lomowner))) as acl
)
select coalesce(rolname, 'PUBLIC'), kind, object, privilege_type, is_grantable
  from granted left join pg_roles on pg_roles.oid = grantee
 where coalesce(rolname, 'PUBLIC') not in ('rempart_owner', 'postgres', 'pg_database_owner')
"""
_DAY = re.compile(r"(journal\.entry_)\d{8}\b")


def _found(admin):
    rows = set()
    for role, kind, name, privilege, grantable in admin.execute(_GRANTS).fetchall():
        again = " with grant option" if grantable else ""
        who, what = role.removeprefix("rempart_"), _DAY.sub(r"\1<day>", name)
        rows.add(f"{who}: {privilege.lower()} on {kind} {what}{again}")
    return sorted(rows)


def test_the_catalogue_holds_the_grants_of_the_list_and_no_other(connect):
    found = _found(connect("superuser", dbname="rempart"))
    if os.environ.get("REWRITE"):
        ALLOWED.write_text("\n".join(found) + "\n")
    allowed = ALLOWED.read_text().splitlines()
    assert sorted(set(found) - set(allowed)) == [], "given, but not on the list"
    assert sorted(set(allowed) - set(found)) == [], "on the list, but not given"


def test_nothing_is_given_to_everybody():
    assert [line for line in ALLOWED.read_text().splitlines() if line.startswith("PUBLIC")] == []


def test_nobody_may_pass_a_grant_on():
    assert "with grant option" not in ALLOWED.read_text()


def test_only_the_gate_reads_sealed_columns_and_keys():
    sealed = re.compile(
        r"select on (table|column) (registry\.person(\.sealed_\w+)?|"
        r"vault\.data_key(\.wrapped)?|vault\.insurer_key(\.private_keyset)?)$"
    )
    readers = {line.split(":")[0] for line in ALLOWED.read_text().splitlines() if sealed.search(line)}
    assert readers == {"gate"}


def test_no_role_but_the_owner_writes_the_journal_or_what_the_gate_decides_by():
    writing = re.compile(r"(insert|update|delete|truncate|maintain|trigger) on \w+ (journal|gate)\.")
    assert [line for line in ALLOWED.read_text().splitlines() if writing.search(line)] == []


def test_every_function_that_runs_as_the_owner_fixes_where_it_looks(connect):
    loose = (
        connect("superuser", dbname="rempart")
        .execute(
            "select oid::regprocedure::text from pg_proc "
            "where prosecdef and proowner = 'rempart_owner'::regrole "
            "and not coalesce(proconfig::text ~ 'search_path=.*pg_temp\\\"?}?', false)"
        )
        .fetchall()
    )
    assert loose == []
