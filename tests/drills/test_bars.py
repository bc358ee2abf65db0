"""The picture of a replay: every figure as text, readable on any ground, nothing that runs."""

from xml.etree import ElementTree as ET

import pytest

from rempart.drills import findings
from rempart.drills.rules.bars import Bar, Group, decades, length, svg, text

SVG = "{http://www.w3.org/2000/svg}"
REPORT = {
    "drill": "2022",
    "accounts": 19,
    "lookups": 9000,
    "persons_exposed": 209,
    "bound": 357,
    "history": 510_000,
    "unjournaled": 0,
    "seconds": 20.0,
    "limiter_only": {
        "label": findings.LIMITER,
        "lookups": 722,
        "persons_exposed": 722,
        "seconds": 20.0,
        "bans": 0,
        "persons_per_hour": 129_960,
        "hours_to_history": 3.9,
    },
    "bound_30_days": 8_170,
}


@pytest.fixture
def drawn():
    picture = svg(
        "Persons exposed", findings.describe([REPORT]), [findings.group(REPORT)], findings.footnotes([REPORT])
    )
    return ET.fromstring(picture)  # noqa: S314  # our own text


def test_the_picture_says_in_words_what_it_shows(drawn):
    labels = drawn.attrib["aria-labelledby"].split()
    named = {element.attrib.get("id"): element.text for element in drawn.iter()}
    assert drawn.attrib["role"] == "img"
    assert "510,000" in named[labels[1]]
    assert "209" in named[labels[1]]
    assert "357" in named[labels[1]]


def test_every_figure_stands_as_text(drawn):
    said = " ".join(element.text or "" for element in drawn.iter(f"{SVG}text")).replace("\u202f", " ")
    for figure in ("510 000", "129 960", "209 of at most 357", "8 170", "synthetic"):
        assert figure in said


def test_nothing_in_the_picture_runs_or_is_fetched(drawn):
    names = {element.tag.removeprefix(SVG) for element in drawn.iter()}
    assert names <= {"svg", "title", "desc", "style", "text", "rect", "line"}
    assert not any(
        "href" in name or name.startswith("on") for element in drawn.iter() for name in element.attrib
    )


def test_the_picture_changes_its_colours_on_a_dark_ground(drawn):
    style = next(drawn.iter(f"{SVG}style")).text
    assert "prefers-color-scheme: dark" in style


def test_bars_lie_inside_the_picture(drawn):
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    for rect in drawn.iter(f"{SVG}rect"):
        at = {name: float(rect.attrib[name]) for name in ("x", "y", "width", "height")}
        assert at["x"] + at["width"] <= width
        assert at["y"] + at["height"] <= height


def test_ten_times_as_many_is_one_step_on_the_scale():
    assert decades(33_000_000) == 8
    steps = [length(10**power, 10**8) for power in range(9)]
    assert [round(step * 8, 9) for step in steps] == list(range(9))
    assert length(0, 10**8) == 0


def test_hostile_words_stay_words():
    hostile = Group("<script>alert(1)</script>", [Bar('"><script>', 1, "rempart")])
    drawn = ET.fromstring(svg("<b>", "&", [hostile], ["<i>"]))  # noqa: S314  # our own text
    assert not list(drawn.iter("script"))


def test_the_terminals_bars_grow_with_their_figures():
    lines = text([Group("2022", [Bar("a", 10, "rempart"), Bar("b", 100_000, "limiter")])])
    assert lines[1].count("█") < lines[2].count("█")


def test_the_printed_keys_are_the_published_ones():
    tally = findings.Tally(lookups=3)
    found = findings.Findings("2022", 19, tally, 357, 510_000, 0, 20.04, 0, 8_170)
    assert list(found.report()) == [
        "drill",
        "accounts",
        "lookups",
        "persons_exposed",
        "bound",
        "history",
        "unjournaled",
        "seconds",
    ]
    assert found.report()["seconds"] == 20.0
