"""What may be asked, and what a wrong question is told."""

from datetime import UTC, datetime

import pytest

from rempart.exposure import selection
from rempart.exposure.errors import SelectionFault
from rempart.exposure.selection import Selection, instant, network


@pytest.mark.parametrize(
    ("text", "ends", "meant"),
    [
        ("2026-11-20", False, datetime(2026, 11, 19, 23, tzinfo=UTC)),
        ("2026-11-20", True, datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("2026-07-01T08:30", False, datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
        ("2026-07-01T08:30Z", True, datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
        ("2026-10-25", True, datetime(2026, 10, 25, 23, tzinfo=UTC)),  # that day has 25 hours
        ("2026-10-25", False, datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
def test_a_date_without_an_offset_is_of_paris_and_a_last_day_is_whole(text, ends, meant):
    assert instant(text, ends=ends) == meant


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "", "2026-11-20'; drop", "9999-12-31", "0001-01-01"]
)
def test_what_is_no_date_is_said_to_be_none(text):
    with pytest.raises(SelectionFault, match="no date"):
        instant(text, ends=True) if text != "0001-01-01" else instant(text)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(SelectionFault, match="before it begins"):
        Selection(start=instant("2026-11-21"), end=instant("2026-11-20", ends=True))


@pytest.mark.parametrize("text", ["", "192.0.2", "192.0.2.1/33", "example.org", "1.2.3.4' or '1'='1"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(SelectionFault, match="no network"):
        network(text)


@pytest.mark.parametrize("session", ["", "a' or '1'='1", "a\\", "a b", "é"])
def test_a_session_that_would_need_escaping_is_refused(session):
    with pytest.raises(SelectionFault, match="letters and digits"):
        Selection(sessions=(session,))


def test_addresses_of_a_log_that_hold_anything_else_are_never_quoted():
    chosen = Selection(networks=(network("fe80::/16"), network("192.0.2.0/24")))
    hostile = ["fe80::1%' or '1'='1", "192.0.2.9", "::ffff:192.0.2.8", "' or 1=1 --", None, "fe80::2"]
    assert chosen.within(hostile) == ["192.0.2.9", "::ffff:192.0.2.8", "fe80::2"]
    assert "or '1'" not in chosen.condition(chosen.within(hostile))


def test_a_network_that_no_entry_came_from_selects_nothing():
    assert Selection(networks=(network("192.0.2.0/24"),)).condition([]) == "false"


def test_literals_carry_their_offset():
    assert "+00:00" in selection.literal(instant("2026-10-25T02:30"))
