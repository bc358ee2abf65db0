"""Whoever may call the gate's function, and however they set up their session: the same decision or none."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.gate.house import Account, House
from tests.gate.inside import Function

Connect = Callable[..., psycopg.Connection[Any]]
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def look_up(house: House) -> Function:
    return Function(house)


# ------------------------------------------------------------------------------- every user-settable setting

TEXTS = {
    "application_name": ["x" * 60, "'; drop table gate.meter --"],
    "client_encoding": ["LATIN1", "UTF8", "EUC_JP"],
    "datestyle": ["German", "SQL, DMY", "Postgres, YMD", "ISO, MDY"],
    "default_table_access_method": ["heap"],
    "default_text_search_config": ["pg_catalog.french"],
    "search_path": ["pg_temp, gate, registry, journal", "access, public", "", '"$user", pg_temp, pg_catalog'],
    "timezone": ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Paris", "posixrules", "<+14>-14", "UTC"],
    "timezone_abbreviations": ["Default", "Australia"],
    "xmloption": [],
    "role": ["none"],
    "session_authorization": [],
}
"""What to try where neither an enumeration nor a range says it."""
LANGUAGE = {
    "variable_conflict": ["error", "use_column", "use_variable"],
    "extra_errors": ["all"],
    "extra_warnings": ["all"],
    "check_asserts": ["off"],
    "print_strict_params": ["on"],
}
"""Set before the language is loaded, when PostgreSQL does not know yet who may."""


def values_of(row: tuple[Any, ...]) -> list[str]:
    name, kind, low, high, enumerated, now = row
    if name.lower() in TEXTS:
        return TEXTS[name.lower()]
    if kind == "bool":
        return ["off" if now == "on" else "on"]
    if kind == "enum":
        return list(enumerated)
    if kind in {"integer", "real"}:
        return [low, high]
    return ["", "0", "public"]


def same(row: dict[str, Any]) -> dict[str, Any]:
    passing = {"reference", "checked_at", "account", "rpps", "person", "sealed_rights", "sealed_contract"}
    return {name: value for name, value in row.items() if name not in passing}


def entry_of(house: House, account: Account) -> list[dict[str, Any]]:
    passing = {"x", "seq", "at", "request", "account", "organisation"}
    return [{k: v for k, v in entry.items() if k not in passing} for entry in house.entries(account)]


def test_under_every_setting_the_decision_count_and_entry_are_the_same_or_none(
    house: House, connect: Connect, look_up: Function
) -> None:
    people = [house.person(), house.person()]
    gate = connect("gate")
    usual = house.account()
    expected = [same(look_up(gate, usual, person)) for person in people]
    entries = entry_of(house, usual)
    assert [row["spent"] for row in expected] == [1, 2]
    settings = [(f"plpgsql.{name}", "enum", None, None, values, "") for name, values in LANGUAGE.items()]
    settings += gate.execute(
        "select name, vartype, min_val, max_val, enumvals, setting from pg_settings where context = 'user'"
    ).fetchall()
    tried, wrong = 0, []
    for row in settings:
        for value in values_of(row):
            tried += 1
            account = house.account()
            decided = _under(connect, look_up, (row[0], value), account, people)
            written = entry_of(house, account)
            # What a session was told stands in the journal, and says what it would say under any setting.
            if decided != expected[: len(decided)] or len(written) < len(decided):
                wrong.append((row[0], value, "decision"))
            if written != entries[: len(written)]:
                wrong.append((row[0], value, "entry"))
            after = look_up(gate, account, people[0])
            if after["spent"] != max(1, len(written)):
                wrong.append((row[0], value, "count"))
    assert not wrong, repr(wrong)
    assert tried > 250


def _under(
    connect: Connect, look_up: Function, setting: tuple[str, str], account: Account, people: list[Any]
) -> list[dict[str, Any]]:
    """The decisions told to a session with that setting: two, or fewer when it is told an error."""
    decided: list[dict[str, Any]] = []
    connection = connect("gate")
    try:
        connection.execute(sql.SQL("set {} = {}").format(sql.Identifier(setting[0]), sql.Literal(setting[1])))
        decided.extend(same(look_up(connection, account, person)) for person in people)
    except psycopg.Error:
        pass
    finally:
        connection.close()
    return decided


@pytest.mark.parametrize("level", ["repeatable read", "serializable", "read uncommitted"])
def test_budgets_are_decided_under_one_isolation_only(
    house: House, connect: Connect, look_up: Function, level: str
) -> None:
    account, person = house.account(), house.person()
    connection = connect("gate", autocommit=False)
    connection.execute(f"set transaction isolation level {level}")
    with pytest.raises(psycopg.errors.RaiseException, match="read committed"):
        look_up(connection, account, person)
    connection.rollback()
    assert house.entries(account) == []


def test_a_read_only_session_is_told_nothing(house: House, connect: Connect, look_up: Function) -> None:
    connection = connect("gate")
    connection.execute("set default_transaction_read_only = on")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        look_up(connection, house.account(), house.person())


@pytest.mark.parametrize(
    "setting",
    [
        "session_replication_role = 'replica'",
        "row_security = off; set lo_compat_privileges = on",
        "zero_damaged_pages = on",
        "ignore_system_indexes = on",
        "session_preload_libraries = 'auto_explain'",
        "log_statement = 'all'",
        "log_min_error_statement = 'error'",
        "track_activity_query_size = 1",
        "fsync = off",
    ],
)
@pytest.mark.parametrize("role", ["gate", "web", "worker", "intake", "owner"])
def test_what_would_change_a_decision_or_print_it_is_not_to_be_set(
    connect: Connect, role: str, setting: str
) -> None:
    with pytest.raises((DENIED, psycopg.errors.CantChangeRuntimeParam, psycopg.errors.InvalidParameterValue)):
        connect(role).execute(f"set {setting}")


# --------------------------------------------------------------------------------- names planted in the way


@pytest.fixture
def planted(connect: Connect, fresh: Callable[[str], str]) -> Iterator[psycopg.Connection[Any]]:
    """A session of the owner's, who alone could do this, with names of its own before everybody's."""
    planter, schema = connect("owner"), fresh("mine").replace("-", "_")
    for statement in (
        f"create schema {schema}",
        f"create function {schema}.host(inet) returns text language sql as $$ select 'mine' $$",
        f"create function {schema}.same(text, text) returns boolean language sql as 'select true'",
        f"create function {schema}.other(text, text) returns boolean language sql as 'select false'",
        f"create operator {schema}.= (leftarg = text, rightarg = text, function = {schema}.same)",
        f"create operator {schema}.<> (leftarg = text, rightarg = text, function = {schema}.other)",
        "create temp table person as select * from registry.person",
        "create temp table entry as select * from journal.entry with no data",
        "create temp table meter as select * from gate.meter with no data",
        "create temp table seen as select * from gate.seen with no data",
        "create temp table limit_row as select * from gate.limit_row with no data",
        "insert into pg_temp.limit_row values (1, 'pharmacist', 0, '{9,9,9,9}')",
        "create temp table access_token as select * from access.access_token with no data",
        f"set search_path = pg_temp, {schema}, pg_catalog, gate, registry, journal, access",
    ):
        planter.execute(statement)
    yield planter
    planter.execute(f"drop schema {schema} cascade")


def test_names_planted_in_a_session_are_never_looked_at(
    house: House, planted: psycopg.Connection[Any], look_up: Function
) -> None:
    assert planted.execute("select 'a'::text = 'b'::text").fetchone() == (True,), "the trap is set"
    account, person = house.account(), house.person()
    row = look_up(planted, account, person)
    assert (row["verdict"], row["spent"], row["lim"]) == ("granted", 1, 60)
    refused = look_up(planted, account, person, purpose="admission")
    assert refused["reason"] == "purpose"
    for table in ("entry", "meter", "seen"):
        assert planted.execute(f"select count(*) from pg_temp.{table}").fetchone() == (0,)
    assert len(house.entries(account)) == 2


# -------------------------------------------------------------------------------------- who may do what


def of_gate(house: House) -> list[str]:
    rows = house.owner.execute(
        "select oid::regprocedure::text from pg_proc where pronamespace = 'gate'::regnamespace"
        " and prorettype <> 'trigger'::regtype order by 1"
    )
    return [row[0] for row in rows]


ALLOWED = {
    "gate": {
        *(
            "look_up",
            "look_ups",
            "explain",
            "left_of",
            "meters_of",
            "login_of",
            "profession_of",
            "restrict",
            "lift",
        ),
        *("flush", "upkeep", "keeper_secret", "propose", "approve", "cancel", "mark_noticed"),
    },
    "worker": {"mark_noticed"},
    "intake": set(),
    "responder": set(),
    "auditor": {"account_of"},
}


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_runs_its_own_functions_of_the_gate_and_no_others(
    house: House, connect: Connect, role: str
) -> None:
    connection = connect(role)
    for signature in of_gate(house):
        name, _, arguments = signature.removeprefix("gate.").removesuffix(")").partition("(")
        if name in ALLOWED[role]:
            continue
        nulls = ", ".join(f"null::{kind}" for kind in arguments.split(",") if kind)
        with pytest.raises(DENIED):
            connection.execute(f"select gate.{name}({nulls})")


WRITES = (
    "insert into {table} default values",
    "update {table} set {column} = {column}",
    "delete from {table}",
    "truncate {table}",
    "lock table {table} nowait",
)


@pytest.mark.parametrize("role", ["gate", "worker", "responder", "auditor"])
def test_nothing_that_decides_or_remembers_is_written_but_by_function(
    house: House, connect: Connect, role: str
) -> None:
    connection = connect(role, autocommit=False)
    connection.execute("set session characteristics as transaction read write")
    connection.commit()
    rows = house.owner.execute(
        "select format('%I.%I', n.nspname, c.relname), (select format('%I', attname) from pg_attribute a"
        " where a.attrelid = c.oid and attnum > 0 and attidentity = '' order by attnum limit 1)"
        " from pg_class c join pg_namespace n on n.oid = relnamespace"
        " where nspname in ('gate', 'journal', 'registry', 'vault') and relkind in ('r', 'p')"
    ).fetchall()
    assert len(rows) > 20
    for table, column in rows:
        for statement in WRITES:
            with pytest.raises((DENIED, psycopg.errors.WrongObjectType)):
                connection.execute(statement.format(table=table, column=column))
            connection.rollback()


def test_the_gate_reads_no_account_no_token_and_no_session(house: House, connect: Connect) -> None:
    gate = connect("gate")
    rows = house.owner.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'access'"
    ).fetchall()
    for (table,) in rows:
        with pytest.raises(DENIED):
            gate.execute(f"select * from {table}")


def test_a_decision_that_is_rolled_back_has_shown_nothing_readable(
    house: House, connect: Connect, look_up: Function
) -> None:
    """The rollback oracle, by the one role that could try it: what it holds is sealed."""
    account, person = house.account("dpo"), house.person()
    connection = connect("gate", autocommit=False)
    row = look_up(connection, account, person, purpose="subject_access")
    connection.rollback()
    assert row["verdict"] == "granted"
    assert house.entries(account) == []
    raw = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert len(raw) > 200
    for word in (person.nir, person.birth_date, "CANARINAME"):
        assert word.encode() not in raw
        assert word not in str({k: v for k, v in row.items() if not isinstance(v, bytes)})


@pytest.mark.parametrize("role", ["gate", "web", "owner"])
def test_no_transaction_is_prepared_to_be_forgotten(connect: Connect, role: str) -> None:
    connection = connect(role)
    connection.execute("begin")
    connection.execute("select 1")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        connection.execute("prepare transaction 'mine'")


def test_a_session_cut_after_the_row_leaves_no_half_of_it(
    house: House, connect: Connect, look_up: Function
) -> None:
    """Entry, count and proof are one transaction: all of it or none."""
    account, person = house.account(), house.person()
    connection = connect("gate", autocommit=False)
    look_up(connection, account, person)
    connection.execute("savepoint mine")
    look_up(connection, account, house.person())
    connection.execute("rollback to savepoint mine")
    pid = connection.info.backend_pid
    connect("superuser").execute("select pg_terminate_backend(%s, 2000)", (pid,))
    mine = "scope = 1 and id"
    for table, whose in (("journal.entry", "account"), ("gate.meter", mine), ("gate.seen", mine)):
        found = house.owner.execute(f"select count(*) from {table} where {whose} = %s", (account.id,))
        assert found.fetchone() == (0,)
    assert look_up(connect("gate"), account, person)["spent"] == 1
