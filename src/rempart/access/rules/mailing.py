"""Which notices are mailed: a mailbox that is flooded is read by nobody.

What is not mailed stays on the holder's pages. Decided from the notices alone, in their order, so that
asking twice gives the same answer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
AN_HOUR = 5
"""Mails to one account in any hour."""
OF_ONE_KIND = 2
"""Of these, of one kind: whoever provokes one kind on purpose does not silence the others."""


def mailed(notices: Sequence[tuple[datetime, str]]) -> list[bool]:
    """For each notice (its moment and kind, the earliest first) whether a mail goes out for it."""
    sent: list[tuple[datetime, str]] = []
    answers = []
    for at, kind in notices:
        near = [other for other in sent if at - other[0] < HOUR]
        goes = len(near) < AN_HOUR and sum(1 for _, other in near if other == kind) < OF_ONE_KIND
        sent = [*near, (at, kind)] if goes else near
        answers.append(goes)
    return answers
