"""Sums as an answer shows them: text with two decimals, computed behind the gate.

The guarantees they come from are never shown. People whom the tariffs cannot tell apart share one
computation: what is kept between look-ups is dated sums by kind of cover, nothing about a person.
"""

from datetime import date
from functools import lru_cache

from rempart.tariffs.rules.examples import PAIRS_A, PAIRS_B, example, split_day, split_pair
from rempart.tariffs.rules.insured import Insured
from rempart.tariffs.rules.split import Split
from rempart.vocabulary.words import ActFamily, Profession

Amounts = dict[str, str]
WARDS = {"general": "daily_charge", "psychiatry": "daily_charge_psychiatry"}
"""Kind of ward → name of its daily charge."""


def family_example(
    family: ActFamily, profession: Profession, insured: Insured, on: date
) -> tuple[int, Amounts]:
    """The family's rate in whole percents, and its example act split for the person."""
    rate, shown = _example(family, profession, insured, on)
    return rate, shown.copy()


def pairs_of_spectacles(insured: Insured, on: date) -> tuple[dict[str, Amounts], dict[str, Amounts]]:
    """Class A and class B pairs, by kind of lens."""
    class_a, class_b = _pairs(insured, on)
    return _copy(class_a), _copy(class_b)


def daily_charge(insured: Insured, on: date) -> dict[str, Amounts]:
    """One hospital day, by kind of ward."""
    return _copy(_days(insured, on))


@lru_cache(maxsize=8192)
def _example(family: ActFamily, profession: Profession, insured: Insured, on: date) -> tuple[int, Amounts]:
    shown = example(family, profession, insured, on)
    return shown.amo_rate, {"label": shown.label, **_parts(shown.parts), "later": str(shown.parts.later)}


@lru_cache(maxsize=4096)
def _pairs(insured: Insured, on: date) -> tuple[dict[str, Amounts], dict[str, Amounts]]:
    class_a = {kind: _parts(split_pair(lens, insured, on)) for kind, lens in PAIRS_A.items()}
    class_b = {kind: _parts(split_pair(lens, insured, on)) for kind, lens in PAIRS_B.items()}
    return class_a, class_b


@lru_cache(maxsize=4096)
def _days(insured: Insured, on: date) -> dict[str, Amounts]:
    return {ward: _parts(split_day(charge, insured, on)) for ward, charge in WARDS.items()}


def _parts(split: Split) -> Amounts:
    return {
        "price": str(split.price),
        "amo": str(split.amo),
        "amc": str(split.amc),
        "patient": str(split.patient),
    }


def _copy(by_kind: dict[str, Amounts]) -> dict[str, Amounts]:
    return {kind: amounts.copy() for kind, amounts in by_kind.items()}
