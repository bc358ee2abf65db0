"""The compulsory scheme's part (AMO): rate × base, to the cent, line by line."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Share:
    """A line and the scheme's part in it."""

    line: Line
    paid: Money
    in_path: Money
    """What would have been paid inside the care path; the same, unless the line is outside."""

    @property
    def co_payment(self) -> Money:
        """Base less the part inside the care path: what a contract may be bound to pay."""
        return self.line.counted - self.in_path

    @property
    def left(self) -> Money:
        """Price less what is paid."""
        return self.line.price - self.paid


def share(line: Line, insured: Insured, on: date) -> Share:
    """What the scheme pays. Outside the care path, forty points less, from sixteen years of age."""
    rate = rate_of(line.act, insured, on, linked=line.linked)
    in_path = line.counted.percent(rate)
    if line.in_path or not (KINDS[line.act].care_path and insured.must_follow_path):
        return Share(line, in_path, in_path)
    lowered = max(0, rate - percent("rates.off_path_penalty", on))
    return Share(line, line.counted.percent(lowered), in_path)
