"""What operations could see of an attack, read as the auditor: signals, alerts, restrictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rempart.drills.ledger import Ledger
from rempart.drills.target import NothingRunsError, Victim

_ALIVE = timedelta(seconds=15)
_SIGNALS = """
    select detector, noted_at, extract(epoch from noted_at - at)::float8 from detection.signal
     where noted_at >= %s and not observed and (account = any(%s) or host(network) = any(%s))
     order by noted_at
"""
_ALERTS = """
    select id, state, risk::float8, detectors from detection.alert
     where last_at >= %s and (account = any(%s) or (account is null and host(network) = any(%s))) order by id
"""
_RESTRICTIONS = """
    select kind, author, count(*)::int from gate.restriction
     where starts_at >= %s and scope = 1 and subject = any(%s) group by 1, 2 order by 1, 2
"""
_USED = """
    select exists (select from journal.entry
                    where account = %s and starts_with(tag, 'gate:lookup:')
                      and at > clock_timestamp() - interval '23 hours')
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """The auditor's view of one installation."""

    book: Ledger

    def require_watch(self) -> None:
        """Raise NothingRunsError unless the detectors are alive."""
        row = self.book.connection.execute("select at from gate.watch").fetchone()
        if row is None or row[0] is None or row[0] < self.book.now() - _ALIVE:
            raise NothingRunsError(
                "Nobody watches this demonstration: its detectors are silent.", "rempart doctor"
            )

    def untouched(self, victims: Sequence[Victim], count: int) -> list[Victim]:
        """The first accounts that nobody used today: what an earlier drill did with others is remembered."""
        numbers = self.book.accounts([victim.login for victim in victims])
        free: list[Victim] = []
        for victim in victims:
            row = self.book.connection.execute(_USED, (numbers[victim.login],)).fetchone()
            if row and not row[0]:
                free.append(victim)
            if len(free) == count:
                return free
        raise NothingRunsError(
            f"Of the stolen accounts only {len(free)} were not used today.",
            "rempart demo --data with a new directory",
        )

    def saw(self, since: datetime, victims: Sequence[Victim], sources: Sequence[str]) -> dict[str, Any]:
        """Everything about these accounts and addresses since then."""
        numbers = list(self.book.accounts([victim.login for victim in victims]).values())
        run = self.book.connection.execute
        signals = run(_SIGNALS, (since, numbers, list(sources))).fetchall()
        alerts = run(_ALERTS, (since, numbers, list(sources))).fetchall()
        restrictions = run(_RESTRICTIONS, (since, [str(number) for number in numbers])).fetchall()
        return {
            "seconds_to_signal": round((signals[0][1] - since).total_seconds(), 2) if signals else None,
            "slowest_decision_seconds": round(max(row[2] for row in signals), 2) if signals else None,
            "detectors": sorted({row[0] for row in signals}),
            "alerts": [
                {"alert": row[0], "state": row[1], "risk": round(row[2]), "detectors": row[3]}
                for row in alerts
            ],
            "restrictions": {f"{kind} by {author}": count for kind, author, count in restrictions},
        }
