"""Hold what a replay received against the journal and the published limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from rempart.drills.findings import Findings
from rempart.drills.ledger import Ledger
from rempart.drills.rules.bound import Published, bound
from rempart.drills.tally import Tally
from rempart.drills.target import Victim
from rempart.vocabulary.words import Proof

_NEW = 48 * 3600.0
_ONE_MONTH = 28 * 86_400.0
"""Within one window of the longest kind, which covers 29 days at the least: the figure of the limits page."""


@dataclass(frozen=True, slots=True)
class Before:
    """What stood in the books when the attack began."""

    at: datetime
    published: Published
    seen: int
    """Persons that the accounts saw in the hour before."""

    @classmethod
    def of(cls, book: Ledger, victims: Sequence[Victim]) -> Self:
        now = book.now()
        return cls(now, book.published(), book.spent_before([victim.login for victim in victims], now))


def judge(  # the attack's own words
    book: Ledger,
    before: Before,
    tally: Tally,
    *,
    drill: str,
    victims: Sequence[Victim],
    history: int,
    seconds: float,
    new_devices: bool = False,
) -> Findings:
    """The findings. Raises DeafBotError when the journal holds more answers than the bot understood.

    `new_devices`: the attack used pages, on devices that the accounts never used before. There everybody
    needs a card for 48 hours, and the overdraft is all that is left.
    """
    logins = [victim.login for victim in victims]
    book.require_heard(logins, before.at, len(tally.references), tally.lost)
    entries = book.entries(tally.references)
    known = any(proof == Proof.KNOWN for _, proof in entries.values())
    professions = [victim.profession for victim in victims]
    in_force = (before.published, book.published())  # the breaker follows the platform's days

    def most(length: float) -> int:
        bounds = [bound(limits, professions, length, known=known) for limits in in_force]
        if new_devices and length < _NEW:
            return max(one.present for one in bounds)
        return max(one.total for one in bounds)

    return Findings(
        drill=drill,
        accounts=len(victims),
        tally=tally,
        bound=most(seconds),
        history=history,
        unjournaled=missing(tally.references, entries, book.accounts(logins)),
        seconds=seconds,
        seen_before=before.seen,
        bound_of_30_days=most(_ONE_MONTH),
    )


def missing(
    references: Mapping[str, str], entries: Mapping[str, tuple[int, int]], numbers: Mapping[str, int]
) -> int:
    """How many answers received (reference → login) have no granted entry for that very account."""
    return sum(
        entries.get(reference, (None, 0))[0] != numbers[login] for reference, login in references.items()
    )
