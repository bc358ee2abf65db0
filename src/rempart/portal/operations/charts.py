"""A chart of look-ups by verdict, as the numbers an SVG template draws. Plain functions of values."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

WIDTH, HEIGHT = 960, 180
_LEFT, _BOTTOM, _TOP = 40, 22, 8
_VERDICTS = ("granted", "challenged", "refused")
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Span:
    """How far back a chart goes: slots of `minutes` each, a label every so many minutes."""

    hours: int
    minutes: int
    label_every: int

    @property
    def slots(self) -> int:
        """How many slots it has."""
        return self.hours * 60 // self.minutes


SPANS = {span.hours: span for span in (Span(1, 1, 10), Span(6, 10, 60), Span(24, 30, 180))}


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of the chart."""

    verdict: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws, and the same in words."""

    span: Span
    blocks: tuple[Block, ...]
    levels: tuple[Mark, ...]
    hours: tuple[Mark, ...]
    totals: dict[str, int]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: int = HEIGHT - _BOTTOM


def nice_top(highest: int) -> int:
    """The round number at or above `highest` that the axis ends with: 1, 2 or 5 times a power of ten."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power >= max(highest, 5):
                return step * power
        power *= 10


def chart(slots: list[dict[str, Any]], span: Span) -> Chart:
    """Stack each slot's verdicts; label the axis with local hours."""
    top = nice_top(max((sum(slot[verdict] for verdict in _VERDICTS) for slot in slots), default=0))
    scale = (HEIGHT - _BOTTOM - _TOP) / top
    step = (WIDTH - _LEFT) / max(1, len(slots))
    blocks: list[Block] = []
    for place, slot in enumerate(slots):
        blocks += _stack(slot, _LEFT + place * step, step, scale)
    return Chart(
        span=span,
        blocks=tuple(blocks),
        levels=tuple(Mark(round(HEIGHT - _BOTTOM - scale * n, 1), str(n)) for n in _levels(top)),
        hours=_hours(slots, step, span),
        totals={verdict: sum(slot[verdict] for slot in slots) for verdict in _VERDICTS},
    )


def _levels(top: int) -> tuple[int, ...]:
    return (0, top // 2, top) if top % 2 == 0 else (0, top)


def _stack(slot: dict[str, Any], x: float, step: float, scale: float) -> list[Block]:
    made, floor = [], float(HEIGHT - _BOTTOM)
    for verdict in _VERDICTS:
        if height := slot[verdict] * scale:
            floor -= height
            made.append(
                Block(verdict, round(x + 1, 1), round(floor, 1), round(step - 2, 1), round(height, 1))
            )
    return made


def _hours(slots: list[dict[str, Any]], step: float, span: Span) -> tuple[Mark, ...]:
    marks = []
    for place, slot in enumerate(slots):
        at = timezone.localtime(slot["at"])
        if (at.hour * 60 + at.minute) % span.label_every == 0:
            marks.append(Mark(round(_LEFT + place * step, 1), f"{at:%H:%M}"))
    return tuple(marks)
