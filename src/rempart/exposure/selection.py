"""What is asked: by which accounts, from which networks, in which sessions, when; as a condition in SQL.

Values of one kind are alternatives; kinds narrow one another. Nothing given selects every entry.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rempart.exposure.errors import SelectionFault

ZONE = ZoneInfo("Europe/Paris")
"""Of a date without an offset, and of the days that a report counts by."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SAFE = re.compile(r"[0-9A-Za-z:._-]{1,200}", re.ASCII)
"""What may stand between quotes: engines disagree about escapes, so nothing that needs one passes."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A question. `start` included, `end` not, both with their offset."""

    accounts: tuple[int, ...] = ()
    networks: tuple[Network, ...] = ()
    sessions: tuple[str, ...] = ()
    organisations: tuple[int, ...] = ()
    persons: tuple[int, ...] = ()
    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start >= self.end:
            raise SelectionFault(
                "The period ends before it begins.", "--from is its first moment, --to comes after it"
            )
        for session in self.sessions:
            if not _SAFE.fullmatch(session):
                raise SelectionFault(
                    "A session is named by letters and digits.", "copy it from the column session"
                )

    @property
    def narrow(self) -> bool:
        """Whether it asks about few entries among many."""
        return bool(self.accounts or self.networks or self.sessions or self.organisations or self.persons)

    def condition(self, addresses: Iterable[str] = ()) -> str:
        """SQL over the columns of `entries`. `addresses`: those of the journal that lie in `networks`."""
        parts = [
            _among("account", map(str, self.accounts)),
            _among("organisation", map(str, self.organisations)),
            _among("person", map(str, self.persons)),
            _among("session", map(_quoted, self.sessions)),
            f"moment >= {literal(self.start)}" if self.start else "",
            f"moment < {literal(self.end)}" if self.end else "",
        ]
        if self.networks:
            parts.append(_among("network", map(_quoted, addresses)) or "false")
        return " and ".join(part for part in parts if part) or "true"

    def within(self, addresses: Iterable[str | None]) -> list[str]:
        """Those of the journal's addresses that lie in one of the networks, in order."""
        return sorted(
            address for address in addresses if address and _SAFE.fullmatch(address) and self._covers(address)
        )

    def _covers(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:  # another portal's log may hold anything
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self.networks)


def network(text: str) -> Network:
    """An address, or a network as ADDRESS/BITS. Raises SelectionFault."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise SelectionFault(
            "That is no network.", "write an address, 192.0.2.7, or a network, 192.0.2.0/24"
        ) from None


def instant(text: str, *, ends: bool = False) -> datetime:
    """A moment in ISO 8601. Without an offset it is Paris's time; a day alone begins, or `ends`, at midnight.

    Raises SelectionFault.
    """
    try:
        if len(text) == len("2026-11-20"):
            day = date.fromisoformat(text) + timedelta(days=1 if ends else 0)
            return datetime.combine(day, time(), ZONE).astimezone(UTC)
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise SelectionFault(
            "That is no date.", "write 2026-11-20, 2026-11-20T08:30 or 2026-11-20T08:30+01:00"
        ) from None


def literal(at: datetime) -> str:
    """A literal that every engine reads alike."""
    return f"cast('{at.astimezone(UTC).isoformat()}' as timestamp_ltz)"


def _among(column: str, literals: Iterable[str]) -> str:
    values = ", ".join(literals)
    return f"{column} in ({values})" if values else ""


def _quoted(text: str) -> str:
    return f"'{text}'"
