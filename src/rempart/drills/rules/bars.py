"""Persons exposed, as bars on a logarithmic scale: the same figures for a terminal and for a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10

_BLOCK, _PART = "█", "▏▎▍▌▋▊▉"
_TEXT_WIDTH = 40

_WIDTH, _LEFT, _RIGHT = 920, 268, 132
_ROW, _GROUP, _TOP, _FOOT = 30, 46, 64, 58
_BAR = 18
_MILLION = 6
"""Powers of ten."""

_STYLE = """
  text { font: 14px system-ui, 'Segoe UI', Roboto, sans-serif; fill: #1c2733; }
  .title { font-size: 17px; font-weight: 600; }
  .group { font-weight: 600; }
  .fine { font-size: 12px; fill: #4c5a67; }
  .grid { stroke: #d3dae0; stroke-width: 1; }
  .reported { fill: #8a2f2f; }
  .limiter { fill: #b06a12; }
  .budget { fill: #6b7f8c; }
  .rempart { fill: #14606b; }
  .most { fill: none; stroke: #14606b; stroke-width: 1.5; }
  .bound { stroke: #14606b; stroke-width: 2; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e7edf2; }
    .fine { fill: #a9b6c1; }
    .grid { stroke: #3a4651; }
    .reported { fill: #e08383; }
    .limiter { fill: #e5a95a; }
    .budget { fill: #93a6b3; }
    .rempart { fill: #5cc2cf; }
    .most, .bound { stroke: #5cc2cf; }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `kind`: `reported`, `limiter`, `budget`, `rempart`; `most` for a figure that was not measured.

    `bound`: the most it could have been, marked beside it.
    """

    label: str
    value: int
    kind: str
    bound: int | None = None

    @property
    def said(self) -> str:
        """Its figure, and the bound's."""
        most = "" if self.bound is None else f" of at most {in_words(self.bound)}"
        return in_words(self.value) + most


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one attack."""

    title: str
    bars: Sequence[Bar]


def length(value: float, most: float) -> float:
    """0 to 1 on a logarithmic scale that begins at 1 and ends at the power of ten above `most`."""
    return log10(max(value, 1)) / decades(most)


def decades(most: float) -> int:
    """Powers of ten on the scale."""
    return max(1, _ceiling(log10(max(most, 1))))


def in_words(value: int) -> str:
    """A figure with thin thousands: 33 000 000."""
    return f"{value:,}".replace(",", "\u202f")


def text(groups: Sequence[Group]) -> list[str]:
    """Lines for a terminal."""
    most = max(bar.value for group in groups for bar in group.bars)
    widest = max(len(bar.label) for group in groups for bar in group.bars)
    lines = []
    for group in groups:
        lines.append(group.title)
        lines += [
            f"  {bar.label:<{widest}}  {_drawn(length(bar.value, most)):<{_TEXT_WIDTH}}  {bar.said}"
            for bar in group.bars
        ]
    return lines


def svg(title: str, description: str, groups: Sequence[Group], footnotes: Sequence[str]) -> str:
    """A picture without script, readable on light and dark grounds; every figure also stands as text."""
    most = max(bar.value for group in groups for bar in group.bars)
    body, y = [], _TOP
    for group in groups:
        y += _GROUP - _ROW
        body.append(f'<text class="group" x="16" y="{y + 14}">{escape(group.title)}</text>')
        y += _ROW
        for bar in group.bars:
            body += _bar(bar, y, most)
            y += _ROW
    height = y + _FOOT + 18 * len(footnotes)
    notes = [
        f'<text class="fine" x="16" y="{y + 42 + 18 * n}">{escape(note)}</text>'
        for n, note in enumerate(footnotes)
    ]
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
                ' aria-labelledby="title description">'
            ),
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="16" y="30">{escape(title)}</text>',
            *_scale(most, y),
            *body,
            *notes,
            "</svg>",
            "",
        ]
    )


def _bar(bar: Bar, y: int, most: float) -> list[str]:
    end = _x(length(bar.value, most))
    wide = max(end - _LEFT, 2)
    beside = end if bar.bound is None else max(end, _x(length(bar.bound, most)))
    parts = [
        f'<text x="32" y="{y + 14}">{escape(bar.label)}</text>',
        f'<rect class="{bar.kind}" x="{_LEFT}" y="{y}" width="{wide:.1f}" height="{_BAR}" rx="3"/>',
        f'<text x="{beside + 8:.1f}" y="{y + 14}">{escape(bar.said)}</text>',
    ]
    if bar.bound is not None:
        parts.append(
            f'<line class="bound" x1="{beside:.1f}" x2="{beside:.1f}" y1="{y - 3}" y2="{y + _BAR + 3}"/>'
        )
    return parts


def _scale(most: float, bottom: int) -> list[str]:
    lines = []
    for power in range(decades(most) + 1):
        x = _x(power / decades(most))
        lines.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 8}" y2="{bottom}"/>')
        lines.append(
            f'<text class="fine" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_short(power)}</text>'
        )
    return lines


def _short(power: int) -> str:
    """10 000, and 10 M from a million on: the scale's figures stand close together."""
    return in_words(10**power) if power < _MILLION else f"{in_words(10 ** (power - _MILLION))}\u202fM"


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _drawn(share: float) -> str:
    eighths = round(share * _TEXT_WIDTH * 8)
    full, rest = divmod(eighths, 8)
    return _BLOCK * full + (_PART[rest - 1] if rest else "")


def _ceiling(value: float) -> int:
    return -int(-value // 1)
