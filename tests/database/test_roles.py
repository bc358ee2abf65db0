"""Each role has its own secret and nothing that PostgreSQL gives to everyone."""

import psycopg
import pytest

from rempart.database.connect import dsn, role_name
from rempart.database.roles import ROLES, SCHEMAS


@pytest.mark.parametrize("role", ROLES)
def test_each_role_logs_in_with_its_own_secret(connect, role):
    assert connect(role).execute("select current_user").fetchone() == (role_name(role),)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_logs_in_with_another_ones_secret(cluster, role):
    other = ROLES[(ROLES.index(role) + 1) % len(ROLES)]
    secret = (cluster / "secrets" / other).read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(dsn(role, cluster), password=secret)


def test_nobody_enters_without_a_password(cluster):
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(dsn("web", cluster), password="")
    rules = (cluster / "postgres" / "pg_hba.conf").read_text().splitlines()
    methods = {line.split()[-1] for line in rules if line.strip() and not line.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_only_the_owner_reads_the_directory(cluster):
    assert (cluster / "postgres").stat().st_mode & 0o777 == 0o700
    for path in [cluster / "secrets", *(cluster / "secrets").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_no_role_has_powers_over_the_server(connect):
    powers = (
        connect("superuser")
        .execute(
            "select rolname from pg_roles where rolname like 'rempart%' and "
            "(rolsuper or rolinherit or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)"
        )
        .fetchall()
    )
    assert powers == []


def test_no_role_is_a_member_of_another(connect):
    memberships = (
        connect("superuser")
        .execute(
            "select member::regrole::text, roleid::regrole::text from pg_auth_members "
            "where member::regrole::text like 'rempart%' or roleid::regrole::text like 'rempart%'"
        )
        .fetchall()
    )
    assert memberships == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
@pytest.mark.parametrize(
    "attempt",
    [
        "create temp table person (nir text)",
        "create schema mine",
        "create table access.mine (n int)",
        "create table public.mine (n int)",
        "create function access.mine() returns int language sql as 'select 1'",
        "do $$ begin perform 1; end $$",
        "select lo_create(0)",
        "set role rempart_owner",
        "set session authorization rempart_owner",
        "copy (select 1) to program 'true'",
        "select pg_read_file('PG_VERSION')",
        "alter role current_user superuser",
    ],
)
def test_no_role_but_the_owner_makes_anything(connect, role, attempt):
    connection = connect(role)
    connection.execute("set default_transaction_read_only = off")  # a default, not a wall
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(attempt)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_no_role_enters_another_database(cluster, role, database):
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(dsn(role, cluster), dbname=database)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_new_function_is_closed_to_everyone(connect, schema):
    owner = connect("owner", autocommit=False)
    owner.execute(f"create function {schema}.just_made() returns int language sql as 'select 1'")
    (grants,) = owner.execute("select proacl::text from pg_proc where proname = 'just_made'").fetchone()
    owner.rollback()
    assert grants == "{rempart_owner=X/rempart_owner}"
