"""A chart of look-ups by verdict, as the numbers an SVG template draws. Plain functions of values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

WIDTH, HEIGHT = 960, 180
_LEFT, _BOTTOM, _TOP = 40, 22, 8
_VERDICTS = ("granted", "challenged", "refused")
_STEPS = (1, 2, 5)


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


def chart(slots: list[dict[str, Any]], local_hour: Any) -> Chart:
    """Stack each slot's verdicts. `local_hour` turns a slot's time into the text under the axis."""
    top = nice_top(max((sum(slot[verdict] for verdict in _VERDICTS) for slot in slots), default=0))
    scale = (HEIGHT - _BOTTOM - _TOP) / top
    step = (WIDTH - _LEFT) / max(1, len(slots))
    blocks: list[Block] = []
    for place, slot in enumerate(slots):
        blocks += _stack(slot, _LEFT + place * step, step, scale)
    return Chart(
        blocks=tuple(blocks),
        levels=tuple(Mark(round(HEIGHT - _BOTTOM - scale * n, 1), str(n)) for n in (0, top // 2, top)),
        hours=_hours(slots, step, local_hour),
        totals={verdict: sum(slot[verdict] for slot in slots) for verdict in _VERDICTS},
    )


def _stack(slot: dict[str, Any], x: float, step: float, scale: float) -> list[Block]:
    made, floor = [], float(HEIGHT - _BOTTOM)
    for verdict in _VERDICTS:
        if height := slot[verdict] * scale:
            floor -= height
            made.append(
                Block(verdict, round(x + 1, 1), round(floor, 1), round(step - 2, 1), round(height, 1))
            )
    return made


def _hours(slots: list[dict[str, Any]], step: float, local_hour: Any) -> tuple[Mark, ...]:
    def on_the_hour(at: datetime) -> bool:
        return at.minute == 0

    return tuple(
        Mark(round(_LEFT + place * step, 1), local_hour(slot["at"]))
        for place, slot in enumerate(slots)
        if on_the_hour(slot["at"])
    )
