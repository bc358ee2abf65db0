"""Setting up is safe to repeat, and an external server is set up like the embedded one."""

import json

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from rempart.database import directory, setup
from rempart.database.connect import dsn, role_name, url
from rempart.database.embedded import Cluster, running
from rempart.database.errors import DatabaseDownError, NotSetUpError, OtherVersionError
from rempart.database.roles import ROLES
from rempart.vocabulary.faults import Fault


def _catalogue(connection):
    """Every grant on every relation, function and schema of ours; a table nobody granted has its owner's."""
    return connection.execute(
        "select 'r', oid::regclass::text, coalesce(relacl, acldefault("
        "(case relkind when 'S' then 's' else 'r' end)::\"char\", relowner))::text from pg_class "
        "  where relowner = 'rempart_owner'::regrole "
        "union all select 'a', attrelid::regclass || '.' || attname, attacl::text "
        "  from pg_attribute where attacl is not null "
        "union all select 'f', oid::regprocedure::text, proacl::text from pg_proc "
        "  where proowner = 'rempart_owner'::regrole "
        "union all select 'n', nspname::text, nspacl::text from pg_namespace order by 1, 2"
    ).fetchall()


def test_setting_up_again_changes_no_grant_and_no_secret(cluster, connect):
    admin = connect("superuser")
    before = _catalogue(admin)
    secrets = {path.name: path.read_text() for path in (cluster / "secrets").iterdir()}
    setup.setup(cluster)
    assert _catalogue(admin) == before
    assert {path.name: path.read_text() for path in (cluster / "secrets").iterdir()} == secrets


def test_a_grant_given_by_hand_is_taken_back_by_the_next_set_up(cluster, connect):
    owner = connect("owner")
    owner.execute("grant select on registry.person to rempart_web")
    owner.execute("grant update (sealed_nir) on registry.person to rempart_web")
    owner.execute("grant execute on function gate.upkeep to public")
    setup.grant(cluster)
    asked = (
        "select has_table_privilege('rempart_web', 'registry.person', 'select'), "
        "has_any_column_privilege('rempart_web', 'registry.person', 'update'), "
        "has_function_privilege('rempart_web', 'gate.upkeep(timestamptz)', 'execute')"
    )
    assert connect("superuser").execute(asked).fetchone() == (False, False, False)


def test_the_database_knows_which_sql_made_it(cluster, connect, monkeypatch):
    owner = connect("owner")
    assert setup.is_current(owner)
    monkeypatch.setattr(setup, "fingerprint", lambda: "another")
    assert not setup.is_current(owner)
    with pytest.raises(OtherVersionError, match="another version's, and no migration leads here"):
        setup.setup(cluster)


@pytest.fixture
def outside(own_dir):
    """A server that is not ours: the address of its administrator, who is no superuser."""
    with running(own_dir):
        address = directory.read_address(own_dir)
        secret = directory.secret(own_dir, "superuser")
        with psycopg.connect(
            url(address, "postgres", secret, database="postgres"), autocommit=True
        ) as superuser:
            superuser.execute("create role chief login createrole createdb password 'of-the-house'")
        yield url(address, "chief", "of-the-house", database="postgres")


def test_an_external_server_is_set_up_by_an_administrator_without_superpowers(outside, own_dir, monkeypatch):
    ours = directory.make(own_dir.parent / "ours")
    monkeypatch.setenv("DATABASE_URL", outside)
    setup.setup(ours)
    setup.setup(ours)
    monkeypatch.delenv("DATABASE_URL")
    for role in ROLES:
        with psycopg.connect(dsn(role, ours)) as connection:
            assert connection.execute("select current_user").fetchone() == (role_name(role),)
    with psycopg.connect(dsn("web", ours)) as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("select * from registry.person")
    assert "of-the-house" not in "".join(p.read_text() for p in ours.rglob("*") if p.is_file())
    assert json.loads((ours / "database.json").read_text())["external"] is True
    assert not (ours / "postgres").exists()


def test_an_external_server_that_is_too_old_is_named_with_its_version(outside, own_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", outside)
    monkeypatch.setattr(setup, "OLDEST", 99)
    with pytest.raises(OtherVersionError, match="is version 18; Rempart needs 99 or later"):
        setup.setup(directory.make(own_dir.parent / "ours"))


def test_a_server_that_does_not_answer_is_one_clear_line_without_the_password(own_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://chief:of-the-house@127.0.0.1:1/postgres")
    with pytest.raises(DatabaseDownError) as fault:
        setup.setup(own_dir)
    assert "of-the-house" not in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_directory_without_a_database_names_the_command_that_makes_one(own_dir):
    with pytest.raises(NotSetUpError) as fault:
        dsn("web", own_dir)
    assert "rempart database migrate" in fault.value.remedy


def test_a_child_reads_its_address_from_its_environment_and_no_other_roles(own_dir, monkeypatch):
    monkeypatch.setenv("REMPART_ROLE", "web")
    monkeypatch.setenv("REMPART_DSN", "postgresql://given")
    assert dsn("web", own_dir) == "postgresql://given"
    with pytest.raises(NotSetUpError):
        dsn("gate", own_dir)


def test_a_secret_with_odd_characters_survives_the_address():
    address = {"host": "::1", "port": 5432, "options": {"sslmode": "require"}}
    made = url(address, "a@b", "p/w:d?#", database="x y")
    assert conninfo_to_dict(made) == {
        "user": "a@b",
        "password": "p/w:d?#",
        "host": "::1",
        "port": "5432",
        "dbname": "x y",
        "sslmode": "require",
    }


def test_an_unprepared_cluster_has_no_address(own_dir):
    with pytest.raises(NotSetUpError):
        Cluster(own_dir).command()


@pytest.mark.parametrize("was_external", [True, False])
def test_one_database_never_takes_the_place_of_another(own_dir, monkeypatch, was_external):
    directory.write_address(own_dir, {"host": "::1", "port": 1, "name": "rempart", "external": was_external})
    before = (own_dir / "database.json").read_text()
    if was_external:
        monkeypatch.delenv("DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("DATABASE_URL", "postgresql://chief@127.0.0.1:1/postgres")
    with pytest.raises(Fault, match="and DATABASE_URL"):
        setup.setup(own_dir)
    assert (own_dir / "database.json").read_text() == before
