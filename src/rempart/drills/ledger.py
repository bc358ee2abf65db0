"""What an auditor can say about a replay: the limits published, and whether the journal holds each answer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from rempart.database.connect import dsn
from rempart.drills.rules.bound import Published
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Verdict

_AT_ONCE = 5_000
_HOUR = timedelta(hours=1)
_GRANTED = """
    select request, account, proof from journal.entry
     where request = any(%s) and verdict = %s and tag = 'gate:lookup:granted'
"""
_SINCE = """
    select count(distinct request)::int, count(distinct person)::int from journal.entry
     where account = any(%s) and at >= %s and at < %s and verdict = %s and tag = 'gate:lookup:granted'
"""


class DeafBotError(Fault):
    """The journal holds answers that the bot did not recognise: its exposure would be counted too low."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The auditor's connection to one installation."""

    connection: psycopg.Connection[Any]

    def now(self) -> datetime:
        """The database's time, by which entries are dated."""
        return self._row("select clock_timestamp()")[0]  # type: ignore[no-any-return]

    def published(self) -> Published:
        """The limits in force, as everybody may read them."""
        rows = self.connection.execute("select scope, profession, meter, amounts from gate.limits_published")
        return {(scope, profession, meter): tuple(amounts) for scope, profession, meter, amounts in rows}

    def accounts(self, logins: Iterable[str]) -> dict[str, int]:
        """Login → account number in the journal."""
        return {login: self._row("select gate.account_of(%s)", login)[0] for login in logins}

    def entries(self, references: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Reference → account and kind of proof of its granted entry, where there is exactly one."""
        every = list(references)
        found: dict[str, tuple[int, int]] = {}
        twice: set[str] = set()
        for start in range(0, len(every), _AT_ONCE):
            batch = every[start : start + _AT_ONCE]
            for reference, account, proof in self.connection.execute(_GRANTED, [batch, Verdict.GRANTED]):
                if reference in found:
                    twice.add(reference)
                found[reference] = (account, proof)
        return {reference: entry for reference, entry in found.items() if reference not in twice}

    def spent_before(self, logins: Iterable[str], moment: datetime) -> int:
        """Distinct persons that these accounts saw in the hour before: their budgets are spent so far."""
        numbers = list(self.accounts(logins).values())
        return int(self._row(_SINCE, numbers, moment - _HOUR, moment, Verdict.GRANTED)[1])

    def require_heard(self, logins: Iterable[str], since: datetime, received: int, lost: int) -> None:
        """Raise DeafBotError when more was granted than the bot took for an answer, or lost on the way."""
        numbers = list(self.accounts(logins).values())
        granted = int(self._row(_SINCE, numbers, since, self.now(), Verdict.GRANTED)[0])
        if granted > received + lost:
            raise DeafBotError(
                f"The journal holds {granted} answers, the bot understood {received} and lost {lost}.",
                "nobody else may use the replay's accounts meanwhile; otherwise the bot must learn the pages",
            )

    def _row(self, query: str, *values: object) -> Any:
        return self.connection.execute(query.encode(), values).fetchone()


@contextmanager
def opened(data: Path) -> Iterator[Ledger]:
    """The ledger of the installation in `data`. Raises NotSetUpError."""
    with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
        yield Ledger(connection)
