"""Scans of made-up lines, against a slow and obvious oracle."""

import random
import re
from datetime import datetime

import pytest

from tests.scan.made import line, rights, run

LINE = re.compile(
    r"(\S+) (\S+) (.*?) \[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    r'"((?:[^"\\]|\\.)*)" (\d{3}) (\S+)(?: (.*))?'
)


def oracle(text):
    """Persons granted, by account; persons perhaps; lines without a person; unreadable lines."""
    proven, perhaps, without, unreadable = {}, set(), 0, 0
    for one in text.split("\n")[:-1]:
        found = LINE.fullmatch(one.rstrip("\r"))
        try:
            assert found
            datetime.strptime(found[4], "%d/%b/%Y:%H:%M:%S %z")
        except (AssertionError, ValueError):
            unreadable += 1
            continue
        request = re.match(
            r"([A-Z]+) (?:/beneficiaires/([^/?#; ]+)/droits(?=[?#; ]|$)|/recherche(?:\?(\S*))?(?= |$))",
            found[5],
        )
        if not request:
            continue
        query = dict(part.partition("=")[::2] for part in (request[3] or "").split("&"))
        person = request[2] or query.get("nir")
        status = int(found[6])
        shown = 200 <= status < 300 or status == 304
        unclear = status == 499 or status < 200 or status > 599
        if person:
            key = re.sub(r"[\s.\-_]+", "", person).upper()[:13]
            if shown:
                proven.setdefault(found[3], set()).add(key)
            elif unclear:
                perhaps.add(key)
        elif shown or unclear:
            without += 1
    return proven, perhaps, without, unreadable


def _moment(dice):
    day, month = dice.randrange(1, 29), dice.choice(("Jan", "Feb", "Oct", "Foo"))
    hour, second = dice.randrange(0, 25), dice.randrange(60)
    return f"{day:02}/{month}/2022:{hour:02}:00:{second:02} +0{dice.randrange(3)}00"


def made_up(dice, count):
    people = [
        f"1{dice.randrange(10, 99)}0{dice.randrange(1, 9)}75{dice.randrange(100_000, 999_999)}"
        for _ in range(80)
    ]
    for _ in range(count):
        person = dice.choice(people) + dice.choice(("", "45"))
        target, method = dice.choice(
            (
                (rights(person), "GET"),
                (rights(person) + "?tab=1", "GET"),
                (f"/recherche?a=1&nir={person}&b=2", "GET"),
                ("/recherche", "POST"),
                ("/static/app.js", "GET"),
                (f"/autre/{person}", "GET"),
            )
        )
        text = line(
            target,
            dice.choice(("pharma-1", "optique 2", "jean.dupont", '"guillemets"')).strip('"'),
            _moment(dice),
            dice.choice((200, 200, 200, 304, 404, 403, 499, 500, 302)),
            method,
        )
        yield dice.choice(
            (
                *[lambda text: text] * 12,
                lambda text: text[: dice.randrange(1, 90)].rstrip("\n") + "\n",
                lambda text: text.replace("Mozilla", r"Mo\"z\\illa"),
                lambda text: text.replace("\n", "\r\n"),
                lambda text: text.replace('"Mozilla/5.0 (X11)"', '"Mozilla'),
                lambda text: text.replace("Mozilla", "Mo\0zilla"),
                lambda _: "\n",
                lambda text: text.replace("\n", ' "203.0.113.9" 0.005\n'),
                lambda _: "\x1f\x7f\xe9 garbage\n",
            )
        )(text)


@pytest.mark.parametrize("seed", range(6))
def test_a_scan_counts_what_a_plain_regular_expression_counts(tmp_path, seed):
    text = "".join(made_up(random.Random(seed), 700))
    made = run(tmp_path, text)
    proven, perhaps, without, unreadable = oracle(text)
    everybody = set().union(*proven.values())
    assert made.bounds.at_least == len(everybody)
    assert made.bounds.because == {
        "kinds": 0,
        "unclear": len(perhaps - everybody),
        "not_in_line": without,
        "lists": 0,
        "unreadable": unreadable,
    }
    names = {made.names[row["account"] - 1]: row["persons"] for row in made.tables["accounts"]}
    assert {name: len(persons) for name, persons in proven.items()} == {n: p for n, p in names.items() if p}
