"""The parts of a report on one printable page: tables and pictures; no script, everything escaped."""

from collections.abc import Sequence
from html import escape

from rempart.exposure.words import Language

_WIDTH, _HEIGHT, _FLOOR, _LEFT = 720, 150, 24, 8
_NAMES, _EACH = 210, 26
_STYLE = """
:root { --ink: #14222d; --soft: #4b5c69; --line: #dae2e7; --bar: #0b4f6c; --wash: #f2f5f6; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 2rem 1.25rem 3rem; color: var(--ink); background: #fff;
       font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; } .soft, figcaption { color: var(--soft); font-size: .9rem; }
.key { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.key li { flex: 1 1 9rem; background: var(--wash); border-radius: .5rem; padding: .75rem 1rem; }
.key strong { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
         border-bottom: 1px solid var(--line); }
th { font-weight: 600; } th::first-letter { text-transform: uppercase; }
.t { white-space: nowrap; } .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: .5rem 0 1rem; } svg { width: 100%; min-width: 32rem; height: auto; display: block; }
.bar { fill: var(--bar); } .axis { stroke: var(--line); } .label { fill: var(--soft); font-size: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } h2 { break-after: avoid; }
               tr, figure, .key li { break-inside: avoid; } .key li { border: 1px solid var(--line); } }
"""


def page(title: str, parts: Sequence[str], language: Language) -> str:
    """A whole document that loads nothing from anywhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def text(words: str, *, soft: bool = False) -> str:
    return f'<p class="soft">{escape(words)}</p>' if soft else f"<p>{escape(words)}</p>"


def heading(words: str) -> str:
    return f"<h2>{escape(words)}</h2>"


def figures(pairs: Sequence[tuple[str, str]]) -> str:
    """The few numbers that matter, large: number and what it counts."""
    items = "".join(f"<li><strong>{escape(value)}</strong> {escape(what)}</li>" for value, what in pairs)
    return f'<ul class="key">{items}</ul>'


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Terms and what they are."""
    return "<dl>" + "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in pairs) + "</dl>"


def table(columns: Sequence[str], rows: Sequence[Sequence[str | int]], shown: Sequence[str]) -> str:
    """`shown`: for each column `n` for numbers, `t` for times, empty for words."""
    head = "".join(f'<th scope="col"{_kind(k)}>{escape(c)}</th>' for c, k in zip(columns, shown, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{_kind(k)}>{escape(str(c))}</td>" for c, k in zip(row, shown, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def over_time(bars: Sequence[tuple[str, int, str]], caption: str) -> str:
    """Upright bars: what each is called below the picture (empty: nothing), its height, its tooltip."""
    top = max((height for _, height, _ in bars), default=0) or 1
    step = (_WIDTH - 2 * _LEFT) / max(1, len(bars))
    drawn = [f'<path class="axis" d="M{_LEFT} {_HEIGHT - _FLOOR}H{_WIDTH - _LEFT}"/>']
    for number, (label, height, tip) in enumerate(bars):
        x, tall = _LEFT + number * step, (_HEIGHT - _FLOOR - 8) * height / top
        drawn.append(_bar(x, _HEIGHT - _FLOOR - tall, max(step - 1, step * 0.7), tall, tip))
        drawn += [_label(x, _HEIGHT - 8, label)] if label else []
    return _figure(_HEIGHT, drawn, caption)


def side_by_side(bars: Sequence[tuple[str, int, str]], caption: str) -> str:
    """Lying bars: name, length, the length in words."""
    top = max((length for _, length, _ in bars), default=0) or 1
    drawn = []
    for number, (name, length, words) in enumerate(bars):
        y, wide = number * _EACH, (_WIDTH - _NAMES - 90) * length / top
        drawn += [
            _label(_NAMES - 8, y + 17, _short(name), ' text-anchor="end"'),
            _bar(_NAMES, y + 4, wide, 18, f"{name} : {words}"),
            _label(_NAMES + wide + 6, y + 17, words),
        ]
    return _figure(len(bars) * _EACH + 4, drawn, caption)


def _bar(x: float, y: float, wide: float, tall: float, tip: str) -> str:
    place = f'x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{tall:.2f}"'
    return f'<rect class="bar" {place}><title>{escape(tip)}</title></rect>'


def _label(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text class="label" x="{x:.2f}" y="{y}"{more}>{escape(words)}</text>'


def _figure(height: int, drawn: Sequence[str], caption: str) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}"'
    picture = f'<svg {size} role="img" aria-label="{escape(caption)}">{"".join(drawn)}</svg>'
    picture = f'<div class="wide">{picture}</div>'
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _short(name: str) -> str:
    longest = 29
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
