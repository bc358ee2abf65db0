"""The compulsory scheme's part (AMO): rate × base, to the cent, line by line."""

from datetime import date

from rempart.tariffs.figures import percent
from rempart.tariffs.rules.acts import KINDS, Act
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.insured import Insured
from rempart.vocabulary.money import Money

_WHOLE = 100


def rate_of(act: Act, insured: Insured, on: date, *, linked: bool = False) -> int:
    """Whole percents of the base, in the care path.

    AME pays the whole tariff, but no medicine at 15 % to an adult (code de l'action sociale et des
    familles, art. L. 251-2). An act linked to a recognised long illness is paid whole (CSS, art.
    L. 160-14). The Alsace-Moselle scheme has rates of its own.
    """
    kind = KINDS[act]
    if insured.ame:
        return 0 if act is Act.MEDICINE_15 else _WHOLE
    if linked and insured.ald and kind.exonerable:
        return _WHOLE
    scheme = "alsace_moselle" if insured.alsace_moselle else "rates"
    return percent(f"{scheme}.{kind.rate}", on)


def part_in_path(line: Line, insured: Insured, on: date) -> Money:
    """What the scheme would pay inside the care path."""
    return line.counted.percent(rate_of(line.act, insured, on, linked=line.linked))


def part(line: Line, insured: Insured, on: date) -> Money:
    """What the scheme pays. Outside the care path, forty points less, from sixteen years of age."""
    rate = rate_of(line.act, insured, on, linked=line.linked)
    if KINDS[line.act].care_path and not line.in_path and insured.must_follow_path:
        rate = max(0, rate - percent("rates.off_path_penalty", on))
    return line.counted.percent(rate)
