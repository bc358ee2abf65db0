"""The one-page report: self-contained HTML with pictures, for a screen and for one sheet of paper."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib import resources
from typing import Any, Literal

from rempart.scan import pictures
from rempart.scan.pictures import figure

Language = Literal["fr", "en"]
Told = Mapping[str, Any]
_DRAWN = 20

_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(_text("words.toml"))


def _text(name: str) -> str:
    return (resources.files("rempart.scan") / name).read_text("utf-8")


def page(told: Told, language: Language) -> str:
    """The whole document. Everything that came out of a log is escaped."""
    say = _words()[language]
    title = escape(say["title"])
    return "\n".join(
        [
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            _POLICY,
            f"<title>{title}</title><style>{_text('report.css')}</style></head><body>",
            f"<header><b>Rempart</b><h1>{title}</h1><p>{escape(say['lead'])}</p></header><main>",
            _figures(told, say, language),
            _bounds(told, say, language),
            _hours(told, say, language),
            _would(told, say, language),
            _accounts(told, say, language),
            _gaps(told, say, language),
            _next(say),
            f"<footer>{escape(_made(told, say, language))}</footer></main></body></html>",
            "",
        ]
    )


def _section(say: Mapping[str, str], name: str, *parts: str) -> str:
    says = f"<p>{escape(say[name + '_says'])}</p>" if name + "_says" in say else ""
    return f"<section><h2>{escape(say[name + '_title'])}</h2>{says}{''.join(parts)}</section>"


def _figures(told: Told, say: Mapping[str, str], language: Language) -> str:
    bounds = told["persons"]
    same = bounds["at_least"] == bounds["at_most"] and not bounds["open_ended"]
    tiles = [
        (
            say["exact"] if same else say["at_least"],
            figure(bounds["at_least"], language),
            say["persons"],
            "main",
        )
    ]
    if bounds["open_ended"]:
        tiles.append((say["at_most"], "?", say["no_ceiling"], ""))
    elif not same:
        tiles.append((say["at_most"], figure(bounds["at_most"], language), say["persons"], ""))
    tiles += [
        ("", figure(told[f"{name}_count"], language), say[name], "") for name in ("accounts", "networks")
    ]
    tiles.append(("", figure(told["lookups"], language), say["lookups"], ""))
    cells = "".join(
        f'<div class="{kind}"><span>{escape(over) or "&nbsp;"}</span>'
        f"<b>{escape(value)}</b><span>{escape(under)}</span></div>"
        for over, value, under, kind in tiles
    )
    when = say["when"].format(first=_moment(told["first"], language), last=_moment(told["last"], language))
    return (
        f'<section><p>{escape(when) if told["first"] else "–"}</p><div class="tiles">{cells}</div></section>'
    )


def _bounds(told: Told, say: Mapping[str, str], language: Language) -> str:
    bounds = told["persons"]
    drawn = pictures.bounds(
        bounds["at_least"], bounds["because"], say, language, open_ended=bounds["open_ended"]
    )
    key = [("k-dark", f"{say['proven']} : {figure(bounds['at_least'], language)}")]
    key += [
        ("k-mark", f"{say[name]} : {figure(count, language)}")
        for name, count in bounds["because"].items()
        if count
    ]
    return _section(say, "bounds", drawn, _key(key))


def _hours(told: Told, say: Mapping[str, str], language: Language) -> str:
    noticed = told["noticed"] or {}
    marks = (
        [(noticed["stopped"], f"{say['stopped']} {_moment(noticed['stopped'], language)}")]
        if noticed.get("stopped")
        else []
    )
    drawn = pictures.hours(told["hours"], marks, language, say["hours_title"])
    return _section(say, "hours", drawn, _key([("k-bar", say["others"]), ("k-dark", say["held"])]))


def _would(told: Told, say: Mapping[str, str], language: Language) -> str:
    noticed = told["noticed"]
    if noticed is None:
        return ""
    if not noticed["accounts"]:
        return _section(say, "would", f"<p>{escape(say['would_not'])}</p>")
    text = say["would"].format(
        accounts=figure(noticed["accounts"], language),
        stopped=_moment(noticed["stopped"], language),
        persons=figure(noticed["persons"], language),
        by_then=figure(noticed["persons_by_then"], language),
    )
    tiles = "".join(
        f'<div class="{kind}"><b>{figure(value, language)}</b><span>{escape(under)}</span></div>'
        for value, under, kind in (
            (noticed["persons"], say["left"], "main"),
            (noticed["persons_by_then"], say["would_left"], ""),
        )
    )
    named = ", ".join(
        f"{one['title'][language]} ({figure(one['signals'], language)})" for one in noticed["signals"]
    )
    return _section(
        say,
        "would",
        f'<div class="tiles">{tiles}</div><p>{escape(text)}</p>'
        f"<p>{escape(say['signals'])} : {escape(named)}.</p>",
    )


def _accounts(told: Told, say: Mapping[str, str], language: Language) -> str:
    rows = told["accounts"][:_DRAWN]
    head = [say[name] for name in ("account", "persons", "networks", "first", "last", "noticed", "by_then")]
    cells = [
        [
            one["name"],
            figure(one["persons"], language),
            figure(one["networks"], language),
            *(_moment(one[name], language) for name in ("first", "last", "noticed")),
            figure(one["by_noticed"], language) if one["by_noticed"] is not None else "–",
        ]
        for one in rows
    ]
    drawn = pictures.accounts(rows, language, say["accounts_title"])
    key = _key([("k-bar", say["others"]), ("k-dark", say["held"]), ("k-bad", say["would_left"])])
    return _section(say, "accounts", drawn, key, _table(head, cells))


def _gaps(told: Told, say: Mapping[str, str], language: Language) -> str:
    told_gaps = [gap[language] for gap in told["gaps"]]
    if told["account_is_address"]:
        told_gaps.append(say["account_is_address"])
    items = "".join(f"<li>{escape(gap)}</li>" for gap in told_gaps)
    return _section(say, "gaps", f"<ul>{items}</ul>" if items else f"<p>{escape(say['gaps_none'])}</p>")


def _next(say: Mapping[str, str]) -> str:
    items = "".join(f"<li>{escape(say[f'next_{number}'])}</li>" for number in (1, 2, 3))
    return _section(say, "next", f"<ol>{items}</ol>")


def _key(entries: Sequence[tuple[str, str]]) -> str:
    return (
        '<ul class="key">'
        + "".join(f'<li><i class="{kind}"></i>{escape(text)}</li>' for kind, text in entries)
        + "</ul>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _moment(at: str | None, language: Language) -> str:
    if not at:
        return "–"
    return datetime.fromisoformat(at).strftime("%d/%m/%Y %H:%M" if language == "fr" else "%d %b %Y %H:%M")


def _made(told: Told, say: Mapping[str, str], language: Language) -> str:
    return say["made"].format(lines=figure(told["lines"]["read"], language), files=len(told["files"]))
