"""The complementary insurer's part (AMC): what the contract, the law or C2S promises, never more.

A *responsible* contract (CSS, art. L. 871-1 and R. 871-2) must pay the co-payment and all that is
left of a 100 % Santé basket, may not pay the penalty of leaving the care path, and has ceilings for
class B spectacles and class II hearing aids. Any other contract pays what it says, no more.
C2S pays the co-payment, the daily charge and the 100 % Santé baskets (CSS, art. L. 861-3).
"""

from collections.abc import Sequence
from datetime import date

from rempart.tariffs.figures import amount
from rempart.tariffs.rules.acts import CLASS_B, KINDS, LENSES_B, Act
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.compulsory import Share
from rempart.tariffs.rules.guarantees import UNITS, Unit
from rempart.tariffs.rules.insured import YOUNG, Cover, Insured
from rempart.vocabulary.money import ZERO, Money, floor


def part(shares: Sequence[Share], insured: Insured, on: date) -> Money:
    """The insurer's part of a whole bill. AME has no insurer beside it: 0."""
    if insured.ame:
        return ZERO
    if insured.c2s:
        return sum((_by_c2s(share, insured, on) for share in shares), ZERO)
    cover = insured.cover
    if cover is None:
        return ZERO
    of_line = _by_responsible if cover.responsible else _by_any
    alone = sum(
        (of_line(share, cover, insured, on) for share in shares if share.line.act not in CLASS_B), ZERO
    )
    return alone + _class_b([share for share in shares if share.line.act in CLASS_B], cover, on)


def _by_c2s(share: Share, insured: Insured, on: date) -> Money:
    if KINDS[share.line.act].full:
        return floor(_basket(share.line, insured, on) - share.paid)
    return share.co_payment


def _by_any(share: Share, cover: Cover, _insured: Insured, _on: date) -> Money:
    """A contract that is not responsible: its own words, and the price."""
    return min(share.left, _promised(share.line, cover, share.paid))


def _by_responsible(share: Share, cover: Cover, insured: Insured, on: date) -> Money:
    line, kind = share.line, KINDS[share.line.act]
    if kind.full:
        return floor(_basket(line, insured, on) - share.paid)
    promised = min(_promised(line, cover, share.in_path), _ceiling(share, on))
    due = max(promised, share.co_payment) if kind.must_pay_share else promised
    return min(line.price - share.in_path, due)


def _promised(line: Line, cover: Cover, compulsory_part: Money) -> Money:
    """What the contract's own guarantee gives on this line, before any limit of the law."""
    code = KINDS[line.act].guarantee
    promised = cover.promises(code) if code else None
    if code is None or promised is None:
        return ZERO
    if UNITS[code] is Unit.CENTS:
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


def _ceiling(share: Share, on: date) -> Money:
    """The most a responsible contract may pay on a line that stands alone."""
    if share.line.act is Act.HEARING_2:
        return floor(amount("limits.hearing_2", on) - share.in_path)
    return share.line.price


def _class_b(shares: Sequence[Share], cover: Cover, on: date) -> Money:
    """One class B pair: the frame inside its own limit, then the lenses inside what the pair leaves.

    Each lens brings half of its pair's guarantee, so two different lenses stand half way between.
    """
    lenses = [share for share in shares if share.line.act in LENSES_B]
    frame_left = sum((share.left for share in shares if share.line.act is Act.FRAME_B), ZERO)
    from_frame = min(frame_left, _limit(Act.FRAME_B, cover, on))
    pair = sum((_limit(share.line.act, cover, on) for share in lenses), ZERO)
    lenses_left = sum((share.left for share in lenses), ZERO)
    promised = from_frame + min(lenses_left, floor(Money(pair.cents // 2) - from_frame))
    if not cover.responsible:
        return promised
    return max(promised, sum((share.co_payment for share in shares), ZERO))


def _limit(act: Act, cover: Cover, on: date) -> Money:
    """A class B guarantee; a responsible contract's never passes the law's ceiling."""
    code = KINDS[act].guarantee
    promised = Money((cover.promises(code) if code else None) or 0)
    return min(promised, amount(f"limits.{act}", on)) if cover.responsible else promised
