"""Close with a message: pages, the API, commands, one insurer, one vendor's software, everything."""

from datetime import datetime

from rempart.containment.restrict import Target, place
from rempart.vocabulary.words import Channel, RestrictionKind, Scope


def channel(word: Channel) -> Target:
    """The look-ups of one channel: `page`, `api`, `command`."""
    return Target(Scope.CHANNEL, word.value)


def insurer(number: int) -> Target:
    """Everybody insured there, by the insurer's number in the registry."""
    return Target(Scope.INSURER, str(number))


def software(number: int) -> Target:
    """One vendor's software, for all who use it, by its number."""
    return Target(Scope.SOFTWARE, str(number))


EVERYTHING = Target(Scope.PLATFORM, "platform")
"""Every look-up. Opened again by two keepers."""


def close(  # what a closing consists of
    target: Target,
    *,
    message: str,
    why: str,
    text: str,
    author: str,
    reopens_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> int:
    """Close it; returns the restriction's number. Raises RestrictFault.

    `message` is shown on every page and in the API's answers. `reopens_at` is told; it reopens by `ends_at`,
    or when somebody undoes it.
    """
    return place(
        target,
        RestrictionKind.CLOSED,
        f"{why}: {text}",
        author,
        ends_at,
        message,
        reopens_at or ends_at,
        None,
    )
