"""Entries made up for tests, as canonical lines, and the exposure's answer in plain Python."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rempart.journal import signer
from rempart.journal.log import Log
from rempart.journal.objects import Folder
from rempart_verify.schema import COLUMNS

Entry = dict[str, Any]
START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def entry(number: int, **given: Any) -> Entry:
    """The journal's `number`th entry: a granted look-up, unless given otherwise."""
    made = {
        "x": number,
        "seq": number,
        "epoch": 1,
        "at": START + timedelta(minutes=7 * number),
        "tag": f"gate:lookup:{given.get('verdict', 'granted')}",
        "account": 1,
        "profession": "pharmacist",
        "organisation": 1,
        "network": "192.0.2.1",
        "session": "0a1b2c3d",
        "channel": "api",
        "purpose": "rights",
        "act_family": "medicines",
        "person": 1,
        "verdict": "granted",
        "insurer": 1,
        "categories": 5,
        "proof": 0,
        "count": 1,
    } | given
    made["hit"] = made["person"] is not None and made["person"] > 0
    return made


def lines(entries: list[Entry]) -> bytes:
    return b"".join(_line(row) for row in entries)


def _line(row: Entry) -> bytes:
    return ("\t".join(["1", *(_written(row.get(name)) for name in COLUMNS)]) + "\n").encode()


def _written(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return str(round(value.timestamp() * 1e6))
    return str(value)


def sealed(folder: Path, batches: list[list[Entry]]) -> Folder:
    """A sealed journal below `folder`, each batch sealed by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "key.json"
    if not key.exists():
        key.write_bytes(signer.new_file())
    log = Log(Folder(folder / "sealed"), signer.load(key))
    for batch in batches:
        if batch:
            log.append(lines(batch), f"1/{batch[-1]['x']}/{batch[-1]['seq']}", START)
    return Folder(folder / "sealed")


def disclosed(entries: list[Entry]) -> list[Entry]:
    return [
        row
        for row in entries
        if row["tag"] == "gate:lookup:granted"
        and row["verdict"] == "granted"
        and (row["person"] or 0) > 0
        and (row["categories"] or 0) > 0
    ]


def listed(entries: list[Entry]) -> list[Entry]:
    """What `answer.ROWS` must hold."""
    groups: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for row in disclosed(entries):
        groups[row["person"], row["insurer"]].append(row)
    found = []
    for (person, insurer), rows in sorted(groups.items()):
        bits = 0
        for row in rows:
            bits |= row["categories"]
        found.append(
            {
                "person": person,
                "insurer": insurer,
                "categories": bits,
                "first": min(row["at"] for row in rows),
                "last": max(row["at"] for row in rows),
                "lookups": len(rows),
                "with_card": sum(row["proof"] == 1 for row in rows),
                "accounts": sorted({row["account"] for row in rows}),
            }
        )
    return found
