"""What the score is held against, and whether it was reached. What was not run is neither met nor missed."""

from collections.abc import Mapping
from typing import Any

_DAY = 86_400
_PER = 2_000
"""Professional-days for which a disturbance is told."""
_MOST = {
    "replay_2022": 300,
    "weekend": 60,
    "weekend_prepared": 60,
    "slow_and_low": 120,
    "botnet": 500,
}
"""Persons in all, by attack."""
_A_LIST_EACH = 20
_MEDIAN_EACH = 15
_SLOW_SEEN_DAYS = 5

Score = Mapping[str, Any]
Row = dict[str, Any]


def held_against(score: Score) -> list[Row]:
    """Every target: name, most allowed, what was reached, `met` (None: not run)."""
    attacks = {attack["name"]: attack for attack in score["attacks"]}
    rows = [
        _row(f"{name}: persons exposed", most, _of(attacks, name, "persons_exposed"))
        for name, most in _MOST.items()
    ]
    rows.append(_row("slow_and_low: days to the first signal", _SLOW_SEEN_DAYS, _days(attacks)))
    rows.append(
        _row(
            "bought_list: persons of one account",
            _A_LIST_EACH,
            _of(attacks, "bought_list", "per_account_max"),
        )
    )
    rows.append(_row("median attack: persons of one account", _MEDIAN_EACH, _median(score["attacks"])))
    return rows + _honest(score["honest"]) + _controls(score["controls"])


def per_professional_days(honest: Mapping[str, Any], what: str) -> float:
    """For each 2,000 professional-days."""
    return float(round(honest[what] * _PER / max(1, honest["professional_days"]), 2))


def _honest(honest: Mapping[str, Any] | None) -> list[Row]:
    rates = None if honest is None else per_professional_days(honest, "step_ups")
    cards = None if honest is None else per_professional_days(honest, "card_required")
    freezes = None if honest is None else honest["freezes"]
    return [
        _row("honest: step-ups each 2,000 professional-days", 1, rates),
        _row("honest: cards required each 2,000 professional-days", 1, cards),
        _row("honest: freezes", 0, freezes),
    ]


def _controls(controls: list[Any]) -> list[Row]:
    if not controls:
        return [_row("controls: freezes", 0, None), _row("controls: disturbed more than once", 0, None)]
    return [
        _row("controls: freezes", 0, sum(one["freezes"] for one in controls)),
        _row("controls: disturbed more than once", 0, sum(one["verdict"] != "ok" for one in controls)),
    ]


def _row(name: str, most: float, reached: float | None) -> Row:
    return {
        "target": name,
        "at_most": most,
        "reached": reached,
        "met": None if reached is None else reached <= most,
    }


def _of(attacks: Mapping[str, Any], name: str, what: str) -> float | None:
    return attacks[name][what] if name in attacks else None


def _days(attacks: Mapping[str, Any]) -> float | None:
    if "slow_and_low" not in attacks:
        return None
    seconds = attacks["slow_and_low"]["seconds_to_signal"]
    return 365.0 if seconds is None else round(seconds / _DAY, 2)  # never: no number in JSON is endless


def _median(attacks: list[Any]) -> float | None:
    medians = sorted(attack["per_account_median"] for attack in attacks)
    return medians[len(medians) // 2] if medians else None
