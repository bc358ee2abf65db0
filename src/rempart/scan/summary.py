"""What a scan found as plain values: for `--json` and for the report. No person's number is in it."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rempart.scan.mapping import GRANTED, MISS, REFUSED, UNCLEAR
from rempart.scan.work import Scan

_RESULTS = {GRANTED: "granted", UNCLEAR: "unclear", MISS: "miss", REFUSED: "refused"}
_MOST_ACCOUNTS = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Gap = dict[str, Any]


def summary(made: Scan) -> dict[str, Any]:
    """JSON-ready. Moments are ISO 8601 in the map's zone."""
    zone, totals, counted = made.map.timezone, made.totals, made.reading.counted
    bounds = made.bounds
    return {
        "persons": {
            "at_least": bounds.at_least,
            "at_most": bounds.at_most,
            "open_ended": bounds.open_ended,
            "because": bounds.because,
        },
        "lookups": totals["lookups"],
        "first": moment(totals["first"], zone),
        "last": moment(totals["last"], zone),
        "accounts_count": totals["accounts"],
        "networks_count": totals["networks"],
        "account_is_address": made.map.names["account"] == made.map.names["network"],
        "lines": {
            "read": counted.lines,
            "unreadable": {why: count for why, count in counted.unreadable.items() if count},
            "of_named_pages": made.reading.rows,
            "copies": made.copies,
            "outside_period": counted.outside,
            "granted_on_other_pages": counted.unnamed,
            "out_of_order": counted.backwards,
        },
        "files": [
            {"name": file.name, "lines": file.lines, "cut": file.cut or None, "too_long": file.too_long}
            for file in made.reading.files
        ],
        "holes": [{"from": moment(one.start, zone), "to": moment(one.end, zone)} for one in made.holes],
        "missing_files": made.reading.missing,
        "results": {_RESULTS[row["result"]]: row["lookups"] for row in made.tables["results"]},
        "accounts": [_account(made, row, zone) for row in made.tables["accounts"][:_MOST_ACCOUNTS]],
        "hours": [
            {
                "at": moment(row["hour"] * 3_600_000_000, zone),
                "persons": row["persons"],
                "suspect": row["suspect"],
            }
            for row in made.tables["hours"]
        ],
        "networks": made.tables["networks"],
        "noticed": _noticed(made, zone),
        "segments": len(made.segments),
        "entries": made.entries,
        "gaps": gaps(made),
    }


def moment(at: int | None, zone: ZoneInfo) -> str | None:
    return (
        datetime.fromtimestamp(at / 1e6, UTC).astimezone(zone).isoformat(timespec="seconds") if at else None
    )


def name_of(made: Scan, account: int) -> str:
    """As it stood in the log; a sign before what a spreadsheet would take for a formula."""
    if not account:
        return "?"
    name = made.names[account - 1] if account <= len(made.names) else ""
    name = name or f"no {account}"
    return f"'{name}" if name.startswith(_FORMULA) else name


def _account(made: Scan, row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "account": row["account"],
        "name": name_of(made, row["account"]),
        **{name: row[name] for name in ("persons", "lookups", "networks", "not_in_line")},
        **{name: moment(row[name], zone) for name in ("first", "last", "noticed", "stopped")},
        "by_noticed": row["by_noticed"] if row["noticed"] else None,
        "by_stopped": row["by_stopped"] if row["stopped"] else None,
    }


def _noticed(made: Scan, zone: ZoneInfo) -> dict[str, Any] | None:
    if made.rehearsal is None:
        return None
    counted = Counter(signal.detector.name for signal in made.rehearsal.signals)
    titles = {signal.detector.name: dict(signal.detector.title) for signal in made.rehearsal.signals}
    totals = made.totals
    return {
        "first": moment(totals["noticed"], zone),
        "stopped": moment(totals["stopped"], zone),
        "accounts": totals["stopped_accounts"],
        "persons": totals["suspect_persons"],
        "persons_by_then": totals["suspect_would"],
        "signals": [
            {"detector": name, "title": titles[name], "signals": count}
            for name, count in counted.most_common()
        ],
    }


def gaps(made: Scan) -> list[Gap]:
    """Everything that the answer does not know, each in a sentence."""
    counted, because, zone = made.reading.counted, made.bounds.because, made.map.timezone
    unreadable = sum(counted.unreadable.values())
    told = [
        (unreadable, "{n} lignes illisibles.", "{n} lines could not be read."),
        (
            because["not_in_line"],
            "Des pages montrées dont la ligne ne dit pas de qui : {n} personnes au plus.",
            "Pages shown whose line does not say of whom: {n} persons at most.",
        ),
        (
            because["unclear"],
            "Des réponses dont le statut ne dit pas si elles sont parties : {n} personnes de plus au plus.",
            "Answers whose status does not say whether they left: {n} more persons at most.",
        ),
        (
            because["lists"],
            "Des listes qui montrent plusieurs personnes : {n} de plus au plus.",
            "Lists that show several persons: {n} more at most.",
        ),
        (
            because["kinds"],
            "Des personnes nommées de deux façons, peut-être les mêmes : {n} de plus au plus.",
            "Persons named in two ways, perhaps the same: {n} more at most.",
        ),
        (
            made.copies,
            "{n} lignes figuraient dans deux fichiers et ne comptent qu’une fois.",
            "{n} lines stood in two files and count once.",
        ),
        (
            counted.unnamed,
            "{n} réponses sur des pages que la carte ne nomme pas : aucune ne montre-t-elle des personnes ?",
            "{n} answers on pages that the map does not name: make sure that none shows persons.",
        ),
    ]
    made_gaps = [
        {"fr": fr.format(n=_figure(n, " ")), "en": en.format(n=_figure(n, ","))} for n, fr, en in told if n
    ]
    made_gaps += [
        {
            "fr": f"Aucune ligne du {_day(one.start, zone)} au {_day(one.end, zone)} : rien n’en est connu.",
            "en": f"No line from {_day(one.start, zone)} to {_day(one.end, zone)}: nothing is known of it.",
        }
        for one in made.holes
    ]
    made_gaps += [
        {
            "fr": f"Le fichier {name} manque dans la série.",
            "en": f"The file {name} is missing from its series.",
        }
        for name in made.reading.missing
    ]
    for file in made.reading.files:
        if file.cut:
            made_gaps.append(
                {
                    "fr": f"{file.name} n’a pas pu être lu jusqu’au bout ({file.cut}).",
                    "en": f"{file.name} could not be read to its end ({file.cut}).",
                }
            )
    return made_gaps


def _figure(value: int, mark: str) -> str:
    return f"{value:,}".replace(",", "\u202f" if mark == " " else ",")


def _day(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).astimezone(zone).strftime("%d/%m/%Y %H:%M")
