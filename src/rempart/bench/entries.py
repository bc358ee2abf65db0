"""Look-ups of made-up working days as the journal holds them, for the detectors' benchmark. Numbers alone."""

from typing import Any

import numpy as np
import psycopg

from rempart.detection.entries import CHANNELS, DAY, ENTRY, GRANTED, HOUR, PROFESSIONS, PURPOSES, VERDICTS

_A_DAY = 30
"""Look-ups of one account."""
_PROOFS = (0.06, 0.82, 0.01, 0.11)
"""Shares of unproven, by card, present, known."""
_COPY = (
    "copy journal.entry (at, tag, account, organisation, device, network, channel, purpose, profession,"
    " assurance, proof, verdict, hit, cost, department, birth_month, prefix_commune, person, terminal)"
    " from stdin"
)


def working_days(entries: int, accounts: int, end: int, seed: int = 1) -> np.ndarray:
    """ENTRY records of as many days as it takes, the last one ending at `end` (microseconds), in order."""
    dice = np.random.default_rng(seed)
    made = np.zeros(entries, ENTRY)
    account = dice.integers(accounts, size=entries)
    organisation = account // 3
    days = max(1, entries // (accounts * _A_DAY))
    at = end - dice.integers(days, size=entries) * DAY - dice.integers(10 * HOUR, size=entries)
    made["at"] = np.sort(at)
    made["seq"] = made["x"] = np.arange(1, entries + 1)
    made["account"], made["organisation"] = account + 1, organisation + 1
    made["device"], made["network"] = account + 1, organisation + 1
    made["carrier"] = organisation % 250 + 1
    made["channel"] = organisation % 2 + 1
    made["profession"] = organisation % 10 + 1
    made["purpose"], made["assurance"], made["verdict"] = PURPOSES["rights"], 2, GRANTED
    made["proof"] = dice.choice(4, p=_PROOFS, size=entries)
    made["hit"] = made["cost"] = made["count"] = 1
    made["home"] = organisation % 95 + 1
    at_home = dice.random(entries) < 0.6  # noqa: PLR2004  # more than half are born where they live
    made["department"] = np.where(at_home, made["home"], dice.integers(1, 96, entries))
    made["birth_month"] = dice.integers(1, 13, entries)
    made["prefix_commune"] = dice.integers(1, 2_000_000, entries)
    made["person"] = organisation * 1000 + dice.integers(1, 1000, entries)
    made["terminal"] = np.where(made["proof"] == 1, organisation + 1, 0)
    return made


def store(connection: psycopg.Connection[Any], entries: np.ndarray) -> None:
    """Into the journal, in one transaction, as the owner."""
    words = [
        {number: word for word, number in table.items()}
        for table in (CHANNELS, PURPOSES, PROFESSIONS, VERDICTS)
    ]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for one in entries:
            copy.write_row(_row(one, *words))


def _row(one: Any, channels: Any, purposes: Any, professions: Any, verdicts: Any) -> tuple[Any, ...]:
    network, verdict = int(one["network"]), verdicts[int(one["verdict"])]
    at = f"{np.datetime64(int(one['at']), 'us')}+00"
    return (
        *(at, f"gate:lookup:{verdict}", int(one["account"]), int(one["organisation"]), f"d{one['device']}"),
        f"10.{int(one['carrier']) % 250}.{network // 250 % 250}.{network % 250}",
        *(channels[int(one["channel"])], purposes[int(one["purpose"])], professions[int(one["profession"])]),
        *(2, int(one["proof"]), verdict, bool(one["hit"]), int(one["cost"]), f"{int(one['department']):02d}"),
        *(int(one["birth_month"]), int(one["prefix_commune"]), int(one["person"])),
        int(one["terminal"]) or None,
    )
