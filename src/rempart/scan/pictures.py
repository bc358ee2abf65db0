"""The report's pictures: SVG drawn here, coloured by its stylesheet, with the figures as text."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any

_WIDE, _HIGH = 720, 200
_LEFT, _BOTTOM = 44, 24
_BARS = 240
"""At most so many bars; longer stretches are drawn by several hours."""


def figure(value: int, language: str) -> str:
    return f"{value:,}".replace(",", "\u202f" if language == "fr" else ",")


def hours(
    rows: Sequence[Mapping[str, Any]], marks: Sequence[tuple[str, str]], language: str, title: str
) -> str:
    """Persons an hour, suspect accounts' dark; `marks`: moment, word. A stretch shows its highest."""
    if not rows:
        return ""
    at = [datetime.fromisoformat(row["at"]) for row in rows]
    begin = at[0].replace(minute=0, second=0)
    spread = int((at[-1] - begin) / timedelta(hours=1)) + 1
    step = max(1, -(-spread // _BARS))
    bins = [[0, 0] for _ in range(-(-spread // step))]
    for when, row in zip(at, rows, strict=True):
        one = bins[int((when - begin) / timedelta(hours=step))]
        one[0], one[1] = max(one[0], row["persons"]), max(one[1], row["suspect"])
    top = max(max(one) for one in bins) or 1
    width = (_WIDE - _LEFT) / len(bins)
    high = _HIGH - _BOTTOM - 26
    parts = [_frame(top, high, language)]
    for number, (persons, suspect) in enumerate(bins):
        x = _LEFT + number * width
        for value, kind in ((persons, "bar"), (suspect, "dark")):
            if value:
                tall = max(high * value / top, 0.7)
                parts.append(
                    f'<rect class="{kind}" x="{x:.1f}" y="{26 + high - tall:.1f}"'
                    f' width="{max(width - 0.4, 0.6):.1f}" height="{tall:.1f}"/>'
                )
    parts += _days(begin, spread, language)
    for moment, word in marks:
        x = _LEFT + (_WIDE - _LEFT) * (
            (datetime.fromisoformat(moment) - begin) / timedelta(hours=len(bins) * step)
        )
        ends = x > _WIDE - 160  # its word would leave the picture
        anchor = "end" if ends else "start"
        parts.append(
            f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="6" y2="{26 + high}"/>'
            f'<text class="strong" x="{x + (-5 if ends else 5):.1f}" y="14"'
            f' text-anchor="{anchor}">{escape(word)}</text>'
        )
    return _svg(_HIGH, title, parts)


def _frame(top: int, high: int, language: str) -> str:
    drawn = ""
    for part in (0, 0.5, 1):
        y = 26 + high * (1 - part)
        value = figure(round(top * part), language)
        drawn += f'<line class="axis" x1="{_LEFT}" x2="{_WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>'
        drawn += f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
    return drawn


def _days(begin: datetime, spread: int, language: str) -> list[str]:
    days = max(spread // 24, 1)
    every = max(1, -(-days // 8))
    made, day = [], (begin + timedelta(days=1)).replace(hour=0)
    while day < begin + timedelta(hours=spread):
        x = _LEFT + (_WIDE - _LEFT) * ((day - begin) / timedelta(hours=spread))
        made.append(
            f'<text x="{x:.1f}" y="{_HIGH - 6}">'
            f"{day.strftime('%d/%m' if language == 'fr' else '%d %b')}</text>"
        )
        day += timedelta(days=every)
    return made


def bounds(
    at_least: int, because: Mapping[str, int], words: Mapping[str, str], language: str, *, open_ended: bool
) -> str:
    """A bar of what is proven, and beyond it what is possible, part by part."""
    whole = at_least + sum(because.values()) or 1
    room = _WIDE - (40 if open_ended else 0)
    parts = [f'<rect class="dark" x="0" y="30" width="{room * at_least / whole:.1f}" height="30" rx="3"/>']
    parts.append(f'<text class="strong" x="0" y="20">{words["at_least"]} {figure(at_least, language)}</text>')
    x = room * at_least / whole
    for name, count in because.items():
        width = room * count / whole
        if count:
            parts.append(
                f'<rect class="open" x="{x:.1f}" y="30" width="{max(width - 1, 1):.1f}" height="30">'
                f"<title>{escape(words[name])}: {figure(count, language)}</title></rect>"
            )
        x += width
    if open_ended:
        parts.append(f'<path class="open" d="M{room + 6} 30 l24 15 -24 15z"/>')
    most = words["no_ceiling"] if open_ended else f"{words['at_most']} {figure(whole, language)}"
    parts.append(f'<text class="strong" x="{_WIDE}" y="20" text-anchor="end">{escape(most)}</text>')
    return _svg(66, words["bounds_title"], parts)


def accounts(rows: Sequence[Mapping[str, Any]], language: str, title: str) -> str:
    """The accounts with most persons; the part shown before they would have been stopped is red."""
    top = max((row["persons"] for row in rows), default=1) or 1
    parts = []
    for number, row in enumerate(rows):
        y, width = number * 24, (_WIDE - 260) * row["persons"] / top
        kind = "dark" if row["stopped"] else "bar"
        parts.append(
            f'<text class="strong" x="0" y="{y + 16}">{escape(_short(row["name"]))}</text>'
            f'<rect class="{kind}" x="180" y="{y + 4}" width="{width:.1f}" height="15" rx="2"/>'
        )
        if row["by_stopped"]:
            parts.append(
                f'<rect class="bad" x="180" y="{y + 4}" height="15" rx="2"'
                f' width="{max((_WIDE - 260) * row["by_stopped"] / top, 2):.1f}"/>'
            )
        parts.append(f'<text x="{186 + width:.1f}" y="{y + 16}">{figure(row["persons"], language)}</text>')
    return _svg(len(rows) * 24 + 2, title, parts)


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"  # noqa: PLR2004  # fits beside the bars


def _svg(high: int, title: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDE} {high}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
