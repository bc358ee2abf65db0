"""Every assumption says what it means and where it comes from, and is used."""

from pathlib import Path

import pytest

from rempart.drills.honest import asks, assumptions

CODE = Path(assumptions.__file__).parent
SECTIONS = assumptions.sections()


@pytest.mark.parametrize("name", SECTIONS)
def test_every_figure_has_a_source(name):
    section = SECTIONS[name]
    assert section["says"]
    assert len(section["source"]) >= len("assumed")
    assert any(word in section["source"] for word in ("assumed", "Insee", "DREES", "CNAM"))
    assert len(section) > 2


def test_no_figure_stands_outside_a_section():
    assert all(isinstance(section, dict) for section in SECTIONS.values())


@pytest.mark.parametrize("name", SECTIONS)
def test_every_figure_is_used(name):
    code = "\n".join(path.read_text() for path in CODE.glob("*.py"))
    assert f'"{name}"' in code
    professions = {profession.value for profession in assumptions.PROFESSIONS}
    for figure in SECTIONS[name].keys() - {"says", "source"} - professions - set(asks.PRESENT):
        assert f'"{figure}"' in code, figure


@pytest.mark.parametrize("name", ["share", "team", "lookups", "card", "strangers", "reach", "age"])
def test_every_profession_has_its_figure(name):
    assert {profession.value for profession in assumptions.PROFESSIONS} <= SECTIONS[name].keys()


def test_shares_are_whole():
    assert assumptions.by_profession("share").sum() == pytest.approx(1)
    assert assumptions.figures("households", "sizes").sum() == pytest.approx(1)
    assert assumptions.figures("households", "heads").sum() == pytest.approx(1)
    assert sum(assumptions.figure("present", reason) for reason in asks.PRESENT) == pytest.approx(1)


def test_hours_are_minutes_of_a_day():
    assert assumptions.hours("weekday", "pharmacist") == (525, 750, 840, 1170)
    assert assumptions.hours("saturday", "dentist") == ()
