"""The only queries of a professional's pages: one's own part of the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, overload

from django.db import connection

from rempart.vocabulary.words import Proof

_WHERE = """
    from journal.for_pages
    where account = %s and starts_with(tag, 'gate:lookup:')
      and (%s::text = '' or verdict = %s::text)
      and (%s::date is null or (at at time zone 'Europe/Paris')::date = %s::date)
"""


@dataclass(frozen=True, slots=True)
class OwnLookUp:
    """A look-up as its author sees it: no name and no number, a mark that tells repeats apart."""

    at: datetime
    reference: str
    act_family: str
    who: str
    proof: str
    verdict: str
    reason: str
    cost: int
    channel: str
    software: str
    count: int


class OwnLookUps(Sequence[OwnLookUp]):
    """An account's look-ups, the latest first, fetched a page at a time."""

    def __init__(self, account: int, verdict: str, day: date | None) -> None:
        self._given: list[int | str | date | None] = [account, verdict, verdict, day, day]

    def __len__(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) {_WHERE}", self._given)  # our own text
            return int(cursor.fetchone()[0])

    @overload
    def __getitem__(self, index: int) -> OwnLookUp: ...
    @overload
    def __getitem__(self, index: slice) -> list[OwnLookUp]: ...
    def __getitem__(self, index: int | slice) -> OwnLookUp | list[OwnLookUp]:
        if isinstance(index, int):
            return self._fetch(index, 1)[0]
        start = index.start or 0
        return self._fetch(start, (index.stop or 0) - start)

    def _fetch(self, start: int, number: int) -> list[OwnLookUp]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select at, request, act_family, who, proof, verdict, reason, cost, channel, software, count"
                f" {_WHERE} order by at desc, seq desc limit %s offset %s",
                [*self._given, number, start],
            )
            return [_line(row) for row in cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> OwnLookUp:
    at, request, act, who, proof, verdict, reason, cost, channel, software, count = row
    return OwnLookUp(
        at=at,
        reference=request or "",
        act_family=act or "",
        who=who or "",
        proof=Proof(proof or 0).name.lower(),
        verdict=verdict or "",
        reason=reason or "",
        cost=cost or 0,
        channel=channel or "",
        software=software or "",
        count=count,
    )
