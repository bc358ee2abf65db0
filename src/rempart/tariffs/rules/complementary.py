"""The complementary insurer's part (AMC): what the contract, the law or C2S promises, never more.

A *responsible* contract (CSS, art. L. 871-1 and R. 871-2) must pay the co-payment and all that is
left of a 100 % Santé basket, may not pay the penalty of leaving the care path, and has ceilings for
class B spectacles and class II hearing aids. Any other contract pays what it says, no more.
C2S pays the co-payment, the daily charge and the 100 % Santé baskets (CSS, art. L. 861-3).
"""

from collections.abc import Sequence
from datetime import date

from rempart.tariffs.figures import amount
from rempart.tariffs.rules import compulsory
from rempart.tariffs.rules.acts import CLASS_B, KINDS, LENSES_B, Act, Kind
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.guarantees import UNITS, Guarantee, Unit
from rempart.tariffs.rules.insured import YOUNG, Cover, Insured
from rempart.vocabulary.money import ZERO, Money, floor


def part(lines: Sequence[Line], insured: Insured, on: date) -> Money:
    """The insurer's part of a whole bill. AME has no insurer beside it: 0."""
    if insured.ame or not (insured.c2s or insured.cover):
        return ZERO
    alone = (line for line in lines if line.act not in CLASS_B or insured.c2s)
    total = sum((_of_line(line, insured, on) for line in alone), ZERO)
    if insured.cover and not insured.c2s:
        total += _of_class_b([line for line in lines if line.act in CLASS_B], insured, insured.cover, on)
    return total


def _of_line(line: Line, insured: Insured, on: date) -> Money:
    kind = KINDS[line.act]
    paid = compulsory.part(line, insured, on)
    normal = compulsory.part_in_path(line, insured, on)
    share = floor(line.counted - normal)
    if insured.c2s:
        return floor(_basket(line, insured, on) - paid) if kind.full else share
    cover = insured.cover or Cover()
    if not cover.responsible:
        return min(line.price - paid, _promised(line, kind, cover, paid))
    if kind.full:
        return floor(_basket(line, insured, on) - paid)
    promised = min(_promised(line, kind, cover, normal), _ceiling(line, normal, on))
    due = max(promised, share) if kind.must_pay_share else promised
    return min(line.price - normal, due)


def _promised(line: Line, kind: Kind, cover: Cover, compulsory_part: Money) -> Money:
    """What the contract's own guarantee gives on this line, before any limit of the law."""
    if kind.guarantee is None:
        return ZERO
    promised = cover.promises(kind.guarantee)
    if promised is None:
        return ZERO
    if UNITS[kind.guarantee] is Unit.CENTS:
        return Money(promised)
    return floor(line.base.percent(promised) - compulsory_part)


def _basket(line: Line, insured: Insured, on: date) -> Money:
    """The price up to which a 100 % Santé basket is paid whole, where the tables know a limit."""
    if line.act is Act.FRAME_A:
        return min(line.price, amount("limits.frame_a", on))
    if line.act is Act.HEARING_1:
        young = insured.age is not None and insured.age < YOUNG
        return min(line.price, amount("limits.hearing_1_young" if young else "limits.hearing_1", on))
    return line.price


def _ceiling(line: Line, compulsory_part: Money, on: date) -> Money:
    """The most a responsible contract may pay on a line that stands alone."""
    if line.act is Act.HEARING_2:
        return floor(amount("limits.hearing_2", on) - compulsory_part)
    return line.price


def _of_class_b(lines: Sequence[Line], insured: Insured, cover: Cover, on: date) -> Money:
    """One class B pair: the frame inside its own limit, then the lenses inside what the pair leaves.

    Each lens brings half of its pair's guarantee, so two different lenses stand half way between.
    """
    frame = _left(lines, (Act.FRAME_B,), insured, on)
    frame_limit = _limit(Act.FRAME_B, Guarantee.OPTICS_FRAME, cover, on)
    from_frame = min(frame, frame_limit)
    pair = sum(
        (_limit(line.act, KINDS[line.act].guarantee, cover, on) for line in lines if line.act in LENSES_B),
        ZERO,
    )
    from_lenses = min(_left(lines, LENSES_B, insured, on), floor(Money(pair.cents // 2) - from_frame))
    if not cover.responsible:
        return from_frame + from_lenses
    share = sum((line.counted - compulsory.part(line, insured, on) for line in lines), ZERO)
    return max(from_frame + from_lenses, share)


def _left(lines: Sequence[Line], acts: Sequence[Act], insured: Insured, on: date) -> Money:
    parts = (line.price - compulsory.part(line, insured, on) for line in lines if line.act in acts)
    return sum(parts, ZERO)


def _limit(act: Act, code: Guarantee | None, cover: Cover, on: date) -> Money:
    promised = Money((cover.promises(code) if code else None) or 0)
    return min(promised, amount(f"limits.{act}", on)) if cover.responsible else promised
