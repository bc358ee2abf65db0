"""An account's days drawn: look-ups by proof and verdict, signals, restrictions. Plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from rempart.portal.operations.charts import Block, Mark, nice_top

WIDTH, HEIGHT = 960, 216
_LEFT, _TOP, _FLOOR = 40, 30, 166
_LANE = _FLOOR + 8
_KINDS = ("card", "unproven", "stopped")
_NARROWEST = 3.0


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back: so many slots, each so many minutes; a label every so many hours."""

    name: str
    minutes: int
    slots: int
    label_hours: int

    @property
    def width(self) -> timedelta:
        """Of one slot."""
        return timedelta(minutes=self.minutes)


REACHES = {
    reach.name: reach
    for reach in (Reach("24h", 30, 48, 3), Reach("7j", 180, 56, 24), Reach("30j", 720, 60, 120))
}


@dataclass(frozen=True, slots=True)
class Band:
    """A restriction, as long as it held."""

    kind: str
    x: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A signal."""

    x: float
    points: str
    title: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the template draws."""

    reach: Reach
    blocks: tuple[Block, ...]
    levels: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    bands: tuple[Band, ...]
    flags: tuple[Flag, ...]
    totals: dict[str, int]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    floor: int = _FLOOR
    lane: int = _LANE


def first_of(reach: Reach, now: datetime) -> datetime:
    """Where the drawing begins: whole slots, the last one running."""
    seconds = reach.width.total_seconds()
    last = now.timestamp() // seconds * seconds
    return datetime.fromtimestamp(last, now.tzinfo) - reach.width * (reach.slots - 1)


def timeline(
    reach: Reach,
    now: datetime,
    slots: Sequence[dict[str, Any]],
    signals: Sequence[dict[str, Any]],
    restrictions: Sequence[dict[str, Any]],
) -> Timeline:
    """Draw. `slots`: `at` and a count of each kind. `signals`: `at`, `title`. `restrictions`: their rows."""
    first = first_of(reach, now)
    scale = _Scale(first, reach)
    top = nice_top(max((sum(slot[kind] for kind in _KINDS) for slot in slots), default=0))
    blocks: list[Block] = []
    for slot in slots:
        blocks += _stack(slot, scale, (_FLOOR - _TOP) / top)
    return Timeline(
        reach=reach,
        blocks=tuple(blocks),
        levels=tuple(
            Mark(round(_FLOOR - (_FLOOR - _TOP) * part, 1), f"{top * part:g}") for part in (0, 0.5, 1)
        ),
        marks=_marks(scale, now),
        bands=tuple(
            _band(one, scale, now)
            for one in restrictions
            if one["starts_at"] <= now and _until(one, now) > first
        ),
        flags=tuple(_flag(one, scale) for one in signals if one["at"] >= first),
        totals={kind: sum(slot[kind] for slot in slots) for kind in _KINDS},
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    reach: Reach

    @property
    def step(self) -> float:
        return (WIDTH - _LEFT) / self.reach.slots

    def x(self, at: datetime) -> float:
        """Where a moment stands; never outside the drawing."""
        place = (at - self.first) / self.reach.width * self.step
        return round(_LEFT + min(max(place, 0.0), WIDTH - _LEFT), 1)


def _stack(slot: dict[str, Any], scale: _Scale, unit: float) -> list[Block]:
    made, floor = [], float(_FLOOR)
    for kind in _KINDS:
        if height := slot[kind] * unit:
            floor -= height
            x = scale.x(slot["at"])
            made.append(Block(kind, x + 1, round(floor, 1), round(scale.step - 2, 1), round(height, 1)))
    return made


def _marks(scale: _Scale, now: datetime) -> tuple[Mark, ...]:
    marks = []
    hours = scale.reach.label_hours
    at = timezone.localtime(scale.first).replace(minute=0, second=0, microsecond=0)
    while at < now:
        if at >= scale.first and _on_label(at, hours):
            text = f"{at:%H:%M}" if hours < 24 else f"{at:%d/%m}"  # noqa: PLR2004  # hours of a day
            marks.append(Mark(scale.x(at), text))
        at += timedelta(hours=1)
    return tuple(marks)


def _on_label(at: datetime, hours: int) -> bool:
    return (at.toordinal() * 24 + at.hour) % hours == 0


def _until(restriction: dict[str, Any], now: datetime) -> datetime:
    ends = [one for one in (restriction["lifted_at"], restriction["ends_at"], now) if one]
    found: datetime = min(ends)
    return found


def _band(restriction: dict[str, Any], scale: _Scale, now: datetime) -> Band:
    begin, end = scale.x(restriction["starts_at"]), scale.x(_until(restriction, now))
    width = round(max(end - begin, _NARROWEST), 1)
    return Band(restriction["kind"], begin, width, str(restriction["words"]))


def _flag(signal: dict[str, Any], scale: _Scale) -> Flag:
    x = scale.x(signal["at"])
    return Flag(x, f"{x},24 {x - 6},10 {x + 6},10", signal["title"])
