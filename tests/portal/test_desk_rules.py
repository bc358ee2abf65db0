"""Why, in words; and the chart's arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart.portal.operations import charts, rules


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("limit:1:0:2:60", "60 personnes différentes par jour"),
        ("limit:4:0:1:300", "Plateforme"),
        ("restriction:12", "nº 12"),
        ("matrix:rights:operator", "« Droits »"),
        ("matrix:assurance:2", "second facteur"),
        ("proof:7", "lecteur nº 7"),
        ("account:recent", "48 heures"),
        ("clock", "horloge"),
        ("something:else", "something:else"),
    ],
)
def test_a_rule_is_said_as_a_person_would(rule, words):
    assert words in rules.rule_in_words(rule)


def test_a_limit_is_read_whole():
    assert rules.limit_of("limit:3:0:0:30") == rules.Limit("network", "unproven", "minute", 30)
    assert rules.limit_of("restriction:3") is None


def test_only_a_restriction_names_a_restriction():
    assert rules.restriction_of("restriction:12") == 12
    assert rules.restriction_of("limit:1:0:2:60") is None
    assert rules.restriction_of("restriction:x") is None


def test_a_repeat_is_told_from_a_new_person():
    assert "sans rien compter" in rules.story("granted", "", "", "none", 0)
    assert "Une personne de plus" in rules.story("granted", "", "", "card", 1)


def test_a_refusal_says_reason_and_rule():
    told = rules.story("refused", "limit_account", "limit:1:0:2:60", "none", 0)
    assert "Plafond du compte atteint" in told
    assert "60 personnes" in told


def test_a_miss_that_counted_says_so():
    assert "compté" in rules.story("refused", "not_found", "", "none", 1)


TEN_MINUTES = charts.SPANS[6]


def slots(*counts):
    start = datetime(2026, 11, 23, 10, 50, tzinfo=UTC)
    return [
        {"at": start + timedelta(minutes=10 * n), "granted": g, "challenged": c, "refused": r}
        for n, (g, c, r) in enumerate(counts)
    ]


def test_blocks_stack_from_the_floor_and_never_pass_the_top():
    drawn = charts.chart(slots((10, 5, 5), (0, 0, 0), (50, 0, 0)), TEN_MINUTES)
    first = [block for block in drawn.blocks if block.x == drawn.blocks[0].x]
    assert [block.verdict for block in first] == ["granted", "challenged", "refused"]
    assert first[0].y + first[0].height == pytest.approx(drawn.floor, abs=0.2)
    assert first[1].y + first[1].height == pytest.approx(first[0].y, abs=0.2)
    assert min(block.y for block in drawn.blocks) >= 0
    assert drawn.totals == {"granted": 60, "challenged": 5, "refused": 5}


def test_an_empty_chart_draws_nothing_and_does_not_divide_by_zero():
    assert charts.chart([], TEN_MINUTES).blocks == ()
    assert charts.chart(slots((0, 0, 0)), TEN_MINUTES).blocks == ()


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 5), (5, 5), (6, 10), (11, 20), (21, 50), (51, 100), (501, 1000)]
)
def test_the_axis_ends_on_a_round_number(highest, top):
    assert charts.nice_top(highest) == top


def test_hours_are_marked_on_the_hour():
    marks = charts.chart(slots((1, 0, 0), (1, 0, 0)), TEN_MINUTES).hours
    assert [mark.text for mark in marks] == ["12:00"]  # Paris


def test_a_span_holds_whole_hours():
    assert {span.hours: span.slots for span in charts.SPANS.values()} == {1: 60, 6: 36, 24: 48}
