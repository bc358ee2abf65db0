"""Attackers inside: what stolen roles get done on the real database, and that the drills notice it."""

import pytest

from rempart.drills.inside import import_role, operator, refusal_flood, terminal
from rempart.drills.inside.tries import StaleDrillError, statements, went_through

JOURNALED_A_MINUTE = 20


def test_a_stolen_operator_raises_no_limit_and_lifts_nothing(connect):
    found = operator.run(connect)
    assert found["went_through"] == []
    assert found["tried"] > 20


def test_a_stolen_import_role_brings_nobody_out(connect):
    found = import_role.run(connect)
    assert found["went_through"] == []
    assert found["tried"] > 20


def test_the_owner_would_get_them_done(connect):
    """So what the roles are refused is not refused for a slip of the pen."""
    owner = connect("owner")
    done = went_through(owner, statements("operator") | statements("import_role"))
    assert {"raise a limit", "widen the matrix", "become a keeper"} <= set(done)
    assert {"read sealed rights", "read the journal", "add an insurer"} <= set(done)


def test_a_statement_about_what_is_not_there_proves_nothing(connect):
    with pytest.raises(StaleDrillError, match="a table of old"):
        went_through(connect("web"), {"a table of old": "select * from access.no_such_table"})


def test_what_goes_through_is_told_and_undone(connect):
    web = connect("web")
    before = web.execute("select count(*) from gate.restriction").fetchone()
    tighten = statements("operator")["lift an account's restriction"].splitlines()[0]
    assert went_through(web, {"tighten": tighten}) == ["tighten"]
    assert web.execute("select count(*) from gate.restriction").fetchone() == before


def test_one_keeper_makes_no_terminal_however_often(connect, fresh):
    name = fresh("keeper")
    owner = connect("owner")
    owner.execute("insert into gate.keeper (name, secret) values (%s, 'none')", (name,))
    organisation = owner.execute(
        "insert into access.access_organisation (technical_id, name, kind)"
        " values (%s, 'Structure', 'pharmacy') returning id",
        (name,),
    ).fetchone()[0]
    found = terminal.run(connect, name, organisation)
    assert not found["usable_on_one_word"]
    assert not found["approved_by_the_same"]
    assert not found["usable_on_the_same_word_twice"]
    assert owner.execute("select count(*) from gate.change where proposed_by = %s", (name,)).fetchone() == (
        0,
    )


def test_twenty_thousand_refusals_write_a_bounded_number_of_entries(connect):
    try:
        found = refusal_flood.run(connect)
    finally:
        connect("owner").execute("select gate.upkeep(clock_timestamp())")
    assert found["refusals"] == refusal_flood.REFUSALS
    assert 0 < found["entries"] <= JOURNALED_A_MINUTE * found["minutes"]
