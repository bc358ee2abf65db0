"""The score as one page for people: French and English below each other, no script, pictures inline."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Literal

from rempart.drills.rules import bars
from rempart.drills.rules.bars import Bar, Group
from rempart.drills.score.targets import per_professional_days
from rempart.drills.score.words import WORDS

Language = Literal["fr", "en"]
Score = Mapping[str, Any]

_REPORTED = (("2022", 510_000), ("2024", 33_000_000))
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --fine: #4c5a67; --line: #d3dae0; --ground: #fff;
        --good: #17693a; --bad: #9a2b2b; --panel: #f2f6f7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7edf2; --fine: #a9b6c1; --line: #3a4651;
        --ground: #12181e; --good: #6fd09a; --bad: #f09a9a; --panel: #1b242c; } }
body { font: 16px/1.5 system-ui, 'Segoe UI', Roboto, sans-serif; color: var(--ink); background: var(--ground);
       max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; }
.lead { font-size: 1.1rem; } .fine { color: var(--fine); font-size: .875rem; }
nav { font-size: .875rem; margin-bottom: 1.5rem; } a { color: inherit; }
.big { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem; padding: 0;
       list-style: none; }
.big li { background: var(--panel); border-radius: .5rem; padding: .8rem 1rem; }
.big b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
         font-variant-numeric: tabular-nums; }
th { font-weight: 600; vertical-align: bottom; } th:first-child, td:first-child { text-align: left; }
td.said { text-align: left; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
section + section { border-top: 3px solid var(--line); margin-top: 4rem; padding-top: 2rem; }
"""


def page(score: Score) -> str:
    """The whole document."""
    return "\n".join(
        [
            '<!doctype html><html lang="fr"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(WORDS['fr']['title'])}</title><style>{_STYLE}</style></head><body>",
            '<nav><a href="#fr" lang="fr">Français</a> · <a href="#en" lang="en">English</a></nav>',
            _section(score, "fr"),
            _section(score, "en"),
            "</body></html>",
            "",
        ]
    )


def _section(score: Score, language: Language) -> str:
    say = WORDS[language]
    parts = [
        f'<section id="{language}" lang="{language}"><h1>{escape(say["title"])}</h1>',
        f'<p class="lead">{escape(say["lead"])}</p>',
        _figures(score, language),
    ]
    if score["attacks"]:
        parts += [_heading(say, "exposed"), _picture(score, language)]
        parts += [_heading(say, "attacks"), _attacks(score["attacks"], language)]
    if score["honest"]:
        parts += [_heading(say, "honest"), _honest(score, language)]
    if score["controls"]:
        parts += [_heading(say, "controls"), _controls(score["controls"], language)]
    parts += [_heading(say, "targets"), _targets(score["targets"], language)]
    parts.append(f'<p class="fine">{escape(_made(score, say))}</p></section>')
    return "\n".join(parts)


def _heading(say: Mapping[str, str], name: str) -> str:
    return f"<h2>{escape(say[name])}</h2><p>{escape(say[name + '_says'])}</p>"


def _figures(score: Score, language: Language) -> str:
    """What a director takes away."""
    say, items = WORDS[language], []
    if attacks := score["attacks"]:
        worst = max(attack["persons_exposed"] for attack in attacks)
        middle = _middle([attack["persons_exposed"] for attack in attacks])
        items += [(_figure(middle, language), say["middle"]), (_figure(worst, language), say["worst"])]
        seen = [a["seconds_to_signal"] for a in attacks if a["seconds_to_signal"] is not None]
        if seen:
            items.append((_time(_middle(seen), language), say["noticed"]))
    if honest := score["honest"]:
        rate = sum(per_professional_days(honest, what) for what in ("step_ups", "card_required"))
        items.append((_figure(round(rate, 1), language), say["disturbed"]))
    cells = "".join(f"<li><b>{escape(figure)}</b>{escape(what)}</li>" for figure, what in items)
    return f'<ul class="big">{cells}</ul>'


def _picture(score: Score, language: Language) -> str:
    say = WORDS[language]
    reported = [Bar(f"{year}", value, "reported") for year, value in _REPORTED]
    groups = [Group(say["reported"], reported)]
    for attack in score["attacks"]:
        each = (
            Bar(say["limiter"], attack["rate_limiter_alone"], "limiter"),
            Bar(say["budget"], attack["budget_alone"], "budget"),
            Bar(say["rempart"], attack["persons_exposed"], "rempart"),
        )
        groups.append(Group(attack["title"][language], each))
    drawn = bars.svg(say["scale"], say["scale_says"], groups, ())
    for name in ("title", "description"):  # two pictures in one document
        drawn = drawn.replace(f'id="{name}"', f'id="{name}-{language}"')
    return drawn.replace('"title description"', f'"title-{language} description-{language}"')


def _attacks(attacks: Sequence[Any], language: Language) -> str:
    say = WORDS[language]
    head = [
        say[name] for name in ("attack", "accounts", "limiter", "budget", "rempart", "each", "seen", "held")
    ]
    rows = [
        [
            attack["title"][language],
            *(_figure(attack[n], language) for n in ("accounts", "rate_limiter_alone", "budget_alone")),
            *(_figure(attack[n], language) for n in ("persons_exposed", "per_account_max")),
            *(_time(attack[n], language) for n in ("seconds_to_signal", "seconds_to_containment")),
        ]
        for attack in attacks
    ]
    return _table(head, rows)


def _honest(score: Score, language: Language) -> str:
    say, honest = WORDS[language], score["honest"]
    head = [say["what"], say["month"], say["per"]]
    rows = [
        [say[n], _figure(honest[n], language), _figure(per_professional_days(honest, n), language)]
        for n in ("step_ups", "card_required", "freezes", "over_limits", "overdrafts")
    ]
    days = say["days"].format(days=_figure(honest["professional_days"], language))
    return f"<p>{escape(days)}</p>{_table(head, rows)}"


def _controls(controls: Sequence[Any], language: Language) -> str:
    say = WORDS[language]
    head = [say["control"], *(say[n] for n in ("look_ups", "step_ups", "card_required", "freezes")), ""]
    rows = [
        [
            say["controls_named"].get(one["name"], one["name"]),
            *(_figure(one[n], language) for n in ("look_ups", "step_ups", "card_required", "freezes")),
            one["verdict"] == "ok",
        ]
        for one in controls
    ]
    return _table(head, rows, yes=say["quiet"], no=say["loud"])


def _targets(targets: Sequence[Any], language: Language) -> str:
    say = WORDS[language]
    rows = [
        [
            say["targets_named"].get(row["target"], row["target"]),
            _figure(row["at_most"], language),
            _figure(row["reached"], language),
            row["met"],
        ]
        for row in targets
        if row["met"] is not None
    ]
    return _table([say["target"], say["at_most"], say["reached"], ""], rows, yes=say["met"], no=say["missed"])


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]], *, yes: str = "", no: str = "") -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(_cell(cell, yes, no) for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell: Any, yes: str, no: str) -> str:
    if isinstance(cell, bool):
        return f'<td class="{"good" if cell else "bad"}">{escape(yes if cell else no)}</td>'
    return f"<td>{escape(str(cell))}</td>"


def _made(score: Score, say: Mapping[str, str]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in score["versions"].items())
    holdout = say["holdout"] if score["holdout"] else ""
    return (
        say["made"].format(
            professionals=score["professionals"], days=score["days"], seed=score["seed"], versions=versions
        )
        + holdout
    )


def _figure(value: float | None, language: Language) -> str:
    if value is None:
        return "–"
    if isinstance(value, float) and value != int(value):
        return f"{value:.2f}".rstrip("0").replace(".", "," if language == "fr" else ".")
    return f"{int(value):,}".replace(",", "\u202f" if language == "fr" else ",")


def _time(seconds: float | None, language: Language) -> str:
    """The largest unit that leaves a figure of at least one."""
    if seconds is None:
        return str(WORDS[language]["never"])
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= size:
            shown = "j" if unit == "d" and language == "fr" else unit
            return f"{_figure(round(seconds / size, 1), language)}\u00a0{shown}"
    return f"{_figure(round(seconds), language)}\u00a0s"


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
