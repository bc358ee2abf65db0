"""The answer as one page for a data-protection officer, an insurer or the authority: printable, no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rempart.exposure import paper, words
from rempart.exposure.answer import Answer, Row
from rempart.exposure.names import Names
from rempart.exposure.report_words import SAID, Said
from rempart.exposure.selection import ZONE
from rempart.exposure.words import Language

_LINES = 40
"""Of a table on the page; the list itself is a file of its own."""
_LABELS = 8
"""Below a picture."""


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of itself: when it was made, what was asked, and over what."""

    made: datetime
    asked: Sequence[tuple[str, str]]
    """Criterion and value, as given."""
    sealed: int
    live: int
    engine: str = "duckdb"


def page(answer: Answer, names: Names, about: About, language: Language = "fr") -> str:
    """The page, whole. It names accounts, organisations and insurers, and no insured person."""
    said = SAID[language]
    parts = [
        paper.text(said["made"].format(words.moment(about.made, language)), soft=True),
        _key(answer, said, language),
        _headline(answer, said, language),
        paper.facts(
            [(said.get(what, what), value) for what, value in about.asked] or [(said["asked"], said["all"])]
        ),
        *_pictures(answer, names, said, language),
        *_categories(answer, said, language),
        *_accounts(answer, names, said, language),
        *_not_disclosed(answer, said, language),
        *_professionals(answer, names, said, language),
        paper.heading(said["method"]),
        *(paper.text(line, soft=True) for line in said["method_lines"].split("\n")),
        paper.text(_source(about, said, language), soft=True),
    ]
    return paper.page(said["title"], parts, language)


def _key(answer: Answer, said: Said, language: Language) -> str:
    return paper.figures(
        [
            (words.number(answer.totals[name], language), said[name])
            for name in ("persons", "lookups", "accounts", "insurers")
        ]
    )


def _headline(answer: Answer, said: Said, language: Language) -> str:
    if not answer.totals["persons"]:
        return paper.text(said["nobody"])
    first, last = (words.moment(answer.totals[name], language) for name in ("first", "last"))
    return paper.text(said["between"].format(first, last))


def _pictures(answer: Answer, names: Names, said: Said, language: Language) -> list[str]:
    if not answer.totals["persons"]:
        return []
    insurers = answer.parts["insurers"]
    bars = [
        (names.insurer(row["insurer"]), row["persons"], words.number(row["persons"], language))
        for row in insurers[:_LINES]
    ]
    rows = [
        (
            names.insurer(row["insurer"]),
            words.number(row["persons"], language),
            words.categories(row["categories"], language),
            words.short(row["first"]),
            words.short(row["last"]),
        )
        for row in insurers
    ]
    return [
        paper.heading(said["by_insurer"]),
        paper.side_by_side(bars, said["by_insurer_caption"]),
        paper.table(
            [said[c] for c in ("insurer", "persons", "opened", "first", "last")],
            rows,
            ["", "n", "", "t", "t"],
        ),
        paper.heading(said["over_time"]),
        _over_time(answer, said),
        paper.table(
            [said[c] for c in ("day", "persons", "lookups")],
            [(_day(row, language), *_counts(row, language)) for row in answer.parts["days"]],
            ["", "n", "n"],
        ),
    ]


def _over_time(answer: Answer, said: Said) -> str:
    """Persons in each hour while few hours have any; in each day beyond that."""
    hours, days = answer.parts["hours"], answer.parts["days"]
    longest = 10
    if len(days) > longest:
        every = -(-len(days) // _LABELS)
        bars = [
            (
                f"{row['day']:%d/%m}" if n % every == 0 else "",
                row["persons"],
                f"{row['day']:%d/%m/%Y} : {row['persons']}",
            )
            for n, row in enumerate(days)
        ]
        return paper.over_time(bars, said["by_day_caption"])
    every = -(-len(hours) // _LABELS)
    drawn = []
    for n, row in enumerate(hours):
        here = row["hour"].astimezone(ZONE)
        label = f"{here:%d/%m %H} h" if n % every == 0 and n + every // 2 < len(hours) else ""
        drawn.append((label, row["persons"], f"{here:%d/%m/%Y %H} h : {row['persons']}"))
    return paper.over_time(drawn, said["by_hour_caption"])


def _categories(answer: Answer, said: Said, language: Language) -> list[str]:
    opened = [
        (words.categories(row["categories"], language), words.number(row["persons"], language))
        for row in answer.parts["categories"]
    ]
    proofs = [
        (words.PROOFS[language].get(row["proof"], "–"), *_counts(row, language))
        for row in answer.parts["proofs"]
    ]
    return [
        paper.heading(said["by_categories"]),
        paper.table([said["opened"], said["persons"]], opened, ["", "n"]),
        paper.heading(said["by_proof"]),
        paper.table([said["proof"], said["persons"], said["lookups"]], proofs, ["", "n", "n"]),
    ]


def _accounts(answer: Answer, names: Names, said: Said, language: Language) -> list[str]:
    every = answer.parts["accounts"]
    rows = [
        (
            names.account(row["account"]),
            names.organisation(row["organisation"]),
            *_counts(row, language),
            words.number(row["with_card"], language),
            words.short(row["first"]),
            words.short(row["last"]),
        )
        for row in every[:_LINES]
    ]
    columns = ("account", "organisation", "persons", "lookups", "with_card", "first", "last")
    return [
        paper.heading(said["by_account"]),
        paper.table([said[c] for c in columns], rows, ["", "", "n", "n", "n", "t", "t"]),
        *_more(len(every), said, language),
    ]


def _not_disclosed(answer: Answer, said: Said, language: Language) -> list[str]:
    rows = [
        (
            words.VERDICTS[language].get(row["verdict"], row["verdict"] or "–"),
            words.REASONS[language].get(row["reason"], row["reason"] or "–"),
            words.number(row["lookups"], language),
            words.number(row["persons"], language),
        )
        for row in answer.parts["not_disclosed"]
    ]
    return [
        paper.heading(said["not_disclosed"]),
        paper.text(said["asked_only"].format(words.number(answer.asked_only, language))),
        paper.text(said["not_found"].format(words.number(answer.not_found["questions"], language))),
        paper.table([said[c] for c in ("outcome", "why", "lookups", "persons")], rows, ["", "", "n", "n"]),
    ]


def _professionals(answer: Answer, names: Names, said: Said, language: Language) -> list[str]:
    every = answer.parts["professionals"]
    rows = [
        (
            names.account(row["account"]),
            names.organisation(row["organisation"]),
            words.number(row["sessions"], language),
            words.short(row["first"]),
            words.short(row["last"]),
        )
        for row in every[:_LINES]
    ]
    columns = ("account", "organisation", "sign_ins", "first", "last")
    return [
        paper.heading(said["professionals"]),
        paper.text(said["professionals_lead"]),
        paper.table([said[c] for c in columns], rows, ["", "", "n", "t", "t"]),
        *_more(len(every), said, language),
    ]


def _source(about: About, said: Said, language: Language) -> str:
    return said["source"].format(
        words.number(about.sealed, language), words.number(about.live, language), about.engine
    )


def _more(count: int, said: Said, language: Language) -> list[str]:
    left = count - _LINES
    return [paper.text(said["more"].format(words.number(left, language)), soft=True)] if left > 0 else []


def _counts(row: Row, language: Language) -> tuple[str, str]:
    return words.number(row["persons"], language), words.number(row["lookups"], language)


def _day(row: Row, language: Language) -> str:
    return f"{row['day']:%d/%m/%Y}" if language == "fr" else f"{row['day']:%d %B %Y}"
