"""Somebody who runs any SQL as the web role sees no sealed person and changes nothing that decides."""

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

_OPEN_TO_WEB = {
    *(
        "journal.for_pages",
        "gate.restriction",
        "gate.limits_published",
        "gate.change_announced",
        "gate.watch",
    ),
    *("detection.signal", "detection.alert", "detection.alert_event", "detection.mute", "detection.setting"),
    *("containment.call", "containment.handover"),
    "containment.contact",  # but for its addresses and secrets
}


@pytest.fixture
def web(connect):
    return connect("web")


@pytest.fixture
def admin(connect):
    """The administrator inside our database, to know what there is to try."""
    return connect("superuser", dbname="rempart")


def _relations(admin):
    rows = admin.execute(
        "select nspname, relname from pg_class join pg_namespace n on n.oid = relnamespace "
        "where nspname in ('registry', 'vault', 'journal', 'gate', 'detection', 'containment') "
        "and relkind in ('r', 'p', 'v', 'm') order by 1, 2"
    ).fetchall()
    return [(f"{schema}.{name}", sql.Identifier(schema, name)) for schema, name in rows]


READING = (
    "select * from {}",
    "select count(*) from {}",
    "copy {} to stdout",
    "copy (select * from {}) to stdout",
    "table {}",
    "select {}.ctid from {}",
    "explain analyze select * from {}",
    "declare c cursor with hold for select * from {}",
)
WRITING = (
    "insert into {} default values",
    "delete from {}",
    "truncate {}",
    "copy {} from stdin",
    "lock table {} in access exclusive mode",
    "alter table {} disable trigger all",
    "alter table {} add column mine text",
    "drop table {}",
    "create index on {} ((1))",
    "create rule mine as on insert to {} do nothing",
    "grant select on {} to rempart_web",
    "comment on table {} is 'mine'",
    "analyze {}",
)


@pytest.mark.parametrize("attempt", READING)
def test_no_statement_reads_a_table_that_pages_do_not_show(web, admin, attempt):
    for name, identifier in _relations(admin):
        if name in _OPEN_TO_WEB:
            continue
        with pytest.raises((InsufficientPrivilege, psycopg.errors.UndefinedTable)):
            web.execute(sql.SQL(attempt).format(*[identifier] * attempt.count("{}")))


@pytest.mark.parametrize("attempt", WRITING)
def test_no_statement_writes_outside_the_webs_own_schema(web, admin, attempt):
    told = []
    web.add_notice_handler(lambda notice: told.append(notice.message_primary))
    for name, identifier in _relations(admin):
        refused = _refused(web, sql.SQL(attempt).format(identifier))
        # PostgreSQL answers these two with a warning where the role may at least read.
        softly = attempt.startswith(("grant", "analyze")) and told and told.pop().startswith(_SOFT)
        assert refused or softly, name


_SOFT = ("no privileges were granted", "permission denied to analyze", "skipping")
_REFUSALS = (
    InsufficientPrivilege,
    psycopg.errors.WrongObjectType,
    psycopg.errors.ObjectNotInPrerequisiteState,
)


def _refused(connection, statement):
    connection.execute("begin")
    try:
        connection.execute(statement)
    except _REFUSALS:
        return True
    else:
        return False
    finally:
        connection.execute("rollback")


@pytest.mark.parametrize(
    "column", ["profession", "organisation_id", "professional_id", "card_until", "is_active", "login"]
)
def test_no_account_is_changed_in_what_it_may_see(web, column):
    with pytest.raises(InsufficientPrivilege):
        web.execute(sql.SQL("update access.access_account set {0} = {0}").format(sql.Identifier(column)))


@pytest.mark.parametrize(
    "attempt",
    [
        "insert into access.access_account (login, password, profession) values ('mine', '', 'pharmacist')",
        "delete from access.access_account",
        "insert into access.access_organisation (technical_id) values ('mine')",
        "update access.access_organisation set declared_networks = '{0.0.0.0/0}'",
        "update access.access_professional set rpps = rpps",
        "update access.access_token set account_id = account_id",
        "update access.access_token set expires_at = null",
        "insert into access.access_setup (digest) values ('x')",
        "insert into access.django_migrations (app, name, applied) values ('a', 'b', now())",
        "delete from access.access_session",
    ],
)
def test_no_account_workplace_or_credential_is_made_or_moved(web, attempt):
    with pytest.raises(InsufficientPrivilege):
        web.execute(attempt)


def test_no_function_of_the_gate_runs_but_those_for_pages(web, admin):
    rows = admin.execute(
        "select oid::regprocedure::text, pronargs, proname from pg_proc "
        "where pronamespace::regnamespace::text in ('gate', 'journal', 'registry', 'vault') "
        "and prorettype <> 'trigger'::regtype"
    ).fetchall()
    allowed = {"restrict", "lift", "record"}
    for signature, _, name in rows:
        if name in allowed:
            continue
        head, arguments = signature.removesuffix(")").split("(", 1)
        nulls = ", ".join(f"null::{kind}" for kind in _split(arguments))
        with pytest.raises(InsufficientPrivilege):
            web.execute(f"select {head}({nulls})")


def _split(arguments):
    return [kind for kind in arguments.split(",") if kind]


@pytest.mark.parametrize("role", ["owner", "gate", "worker", "intake", "responder", "auditor"])
@pytest.mark.parametrize(
    "way", ["set role {}", "set local role {}", "set session authorization {}", "grant {} to rempart_web"]
)
def test_no_way_leads_into_another_role(web, role, way):
    with pytest.raises(InsufficientPrivilege):
        web.execute(way.format(f"rempart_{role}"))


@pytest.mark.parametrize(
    "setting",
    [
        "session_replication_role = replica",
        "log_statement = 'all'",
        "log_min_messages = debug5",
        "log_parameter_max_length = -1",
        "allow_system_table_mods = on",
        "fsync = off",
        "track_activities = on",
        "session_preload_libraries = 'x'",
        "zero_damaged_pages = on",
    ],
)
def test_no_setting_that_weakens_the_server_is_taken(web, setting):
    with pytest.raises((InsufficientPrivilege, psycopg.errors.CantChangeRuntimeParam)):
        web.execute(f"set {setting}")


@pytest.mark.parametrize(
    "attempt",
    [
        "alter system set log_statement = 'all'",
        "alter role rempart_web createrole",
        "reassign owned by rempart_owner to rempart_web",
        "drop owned by rempart_owner",
        "create temp view person as select 1",
        "create table pg_temp.person (n int)",
        "create schema registry2",
        "create view access.person as select 1",
        "create materialized view access.person as select 1",
        "create sequence access.mine",
        "create type access.mine as (n int)",
        "create domain access.mine as int",
        "create operator access.=== (leftarg = int, rightarg = int, function = int4eq)",
        "create aggregate access.mine (int) (sfunc = int4pl, stype = int)",
        "create event trigger mine on ddl_command_start execute function access.session_guard()",
        "create publication mine for all tables",
        "create cast (int as text) without function",
        "do $$ begin perform 1; end $$",
        "do language sql $$ select 1 $$",
        "load 'auto_explain'",
        "copy access.access_account to '/tmp/stolen'",
        "copy access.access_account to program 'cat'",
        "copy access.access_attempts (bucket) from '/etc/passwd'",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select lo_import('/etc/passwd')",
        "select pg_read_file('/etc/passwd')",
        "select pg_read_binary_file('PG_VERSION')",
        "select * from pg_ls_dir('.')",
        "select pg_reload_conf()",
        "select pg_promote()",
        "select pg_switch_wal()",
        "select pg_logical_emit_message(true, 'a', 'b')",
        "select * from pg_hba_file_rules",
        "select * from pg_file_settings",
        "select * from pg_authid",
        "select * from pg_shadow",
        "select * from pg_statistic",
        "select * from pg_subscription",
        "select * from pg_largeobject",
        "select pg_create_logical_replication_slot('mine', 'pgoutput')",
        "select pg_stat_reset()",
    ],
)
def test_the_servers_own_doors_are_shut(web, attempt):
    with pytest.raises(InsufficientPrivilege):
        web.execute(attempt)


@pytest.mark.parametrize("end", ["rollback", "rollback to savepoint s", "prepare transaction 'mine'"])
def test_ending_a_transaction_oddly_gives_nothing_either(connect, end):
    web = connect("web", autocommit=False)
    web.execute("savepoint s")
    with pytest.raises(InsufficientPrivilege):
        web.execute("select * from registry.person")
    web.execute("rollback to savepoint s")
    if end.startswith("prepare"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            web.execute(end)
    else:
        web.execute(end)
    with pytest.raises(InsufficientPrivilege):
        web.execute("select * from vault.data_key")


def test_what_others_do_is_not_seen_and_not_stopped(web, connect):
    gate = connect("gate")
    gate.execute("select 'a-canary-in-a-statement'")
    seen = web.execute("select query from pg_stat_activity where usename = 'rempart_gate'").fetchall()
    assert {query for (query,) in seen} == {"<insufficient privilege>"}
    for function in ("pg_cancel_backend", "pg_terminate_backend"):
        with pytest.raises(InsufficientPrivilege):
            web.execute(f"select {function}(%s)", [gate.info.backend_pid])
    assert gate.execute("select 1").fetchone() == (1,)


def test_statistics_show_no_value_of_a_sealed_column(web, admin):
    admin.execute("analyze")
    rows = web.execute(
        "select schemaname, tablename from pg_stats where schemaname <> 'pg_catalog'"
    ).fetchall()
    assert {schema for schema, _ in rows} <= {
        "access",
        "containment",
        "detection",
        "gate",
        "information_schema",
    }
    assert {table for schema, table in rows if schema == "gate"} <= {"restriction", "watch"}


def test_no_function_holds_a_secret_in_its_text(web, cluster):
    secrets = [path.read_text().strip() for path in (cluster / "secrets").iterdir()]
    bodies = " ".join(body or "" for (body,) in web.execute("select prosrc from pg_proc").fetchall())
    assert not any(secret in bodies for secret in secrets)
