"""Figures change on their day, not the day before; each row says where it comes from."""

from datetime import date

import pytest

from rempart.tariffs.errors import TariffUnknownError
from rempart.tariffs.figures import Row, _read, amount, figures, percent
from rempart.vocabulary.money import Money
from tariffs.strategies import day_before

CHANGES = [
    ("rates.dental", date(2023, 10, 15), 70, 60),
    ("rates.transport", date(2023, 8, 1), 65, 55),
    ("charges.participation", date(2024, 5, 15), 100, 200),
    ("charges.participation_day", date(2024, 5, 15), 400, 800),
    ("charges.franchise_box", date(2024, 3, 31), 50, 100),
    ("charges.franchise_paramedical", date(2024, 3, 31), 50, 100),
    ("charges.franchise_transport", date(2024, 3, 31), 200, 400),
    ("charges.daily_charge", date(2026, 3, 1), 2000, 2300),
    ("charges.daily_charge_psychiatry", date(2026, 3, 1), 1500, 1700),
    ("prices.consultation", date(2024, 12, 22), 2650, 3000),
]
EVERY = sorted(figures().values(), key=lambda figure: figure.name)


@pytest.mark.parametrize(("name", "day", "before", "after"), CHANGES)
def test_a_figure_changes_exactly_on_its_day(name, day, before, after):
    assert (figures()[name].on(day_before(day)), figures()[name].on(day)) == (before, after)


@pytest.mark.parametrize("figure", EVERY, ids=lambda figure: figure.name)
def test_every_row_holds_from_its_first_day_to_the_eve_of_the_next(figure):
    for row, following in zip(figure.rows, figure.rows[1:], strict=False):
        assert figure.on(row.since) == figure.on(day_before(following.since)) == row.value
    assert figure.on(date.max) == figure.rows[-1].value


@pytest.mark.parametrize("figure", EVERY, ids=lambda figure: figure.name)
def test_no_figure_is_made_up_for_a_day_before_the_tables(figure):
    with pytest.raises(TariffUnknownError, match=figure.name):
        figure.on(day_before(figure.rows[0].since))


@pytest.mark.parametrize("figure", EVERY, ids=lambda figure: figure.name)
def test_every_row_has_a_source_and_a_plausible_value(figure):
    assert figure.what
    assert all(row.source.strip() for row in figure.rows)
    if figure.unit == "percent":
        assert all(0 <= row.value <= 100 for row in figure.rows)
    else:
        assert figure.unit == "euro"
        assert all(0 < row.value < 500_000 for row in figure.rows)


def test_the_local_scheme_has_a_rate_wherever_the_general_one_has():
    general = {name.removeprefix("rates.") for name in figures() if name.startswith("rates.")}
    local = {name.removeprefix("alsace_moselle.") for name in figures() if name.startswith("alsace_moselle.")}
    assert local == general - {"off_path_penalty"}
    assert all(
        percent(f"alsace_moselle.{act}", date(2026, 1, 1)) >= percent(f"rates.{act}", date(2026, 1, 1))
        for act in local
    )


def test_percents_and_amounts_are_read_in_their_own_units():
    assert percent("rates.dental", date(2026, 1, 1)) == 60
    assert amount("prices.consultation", date(2024, 1, 1)) == Money.of("26.50")


@pytest.mark.parametrize("second", [date(2020, 1, 1), date(2019, 12, 31)], ids=["same day", "before"])
def test_a_table_whose_rows_do_not_follow_each_other_is_refused(second):
    rows = [{"since": day, "value": 1, "source": "s"} for day in (date(2020, 1, 1), second)]
    with pytest.raises(ValueError, match="begin after"):
        _read("rates.wrong", {"what": "w", "unit": "percent", "rows": rows})


def test_euros_are_read_as_whole_cents():
    table = {
        "what": "w",
        "unit": "euro",
        "rows": [{"since": date(2020, 1, 1), "value": "26.50", "source": "s"}],
    }
    assert _read("prices.x", table).rows == (Row(date(2020, 1, 1), 2650, "s"),)
