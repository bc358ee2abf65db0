"""End everything that opens an account, and ask for a new password proved by a strong factor.

What was ended stays ended: sessions, tokens and software's grants do not come back. Ahead lies a demand that
its holder alone ends, even after a false alarm: they sign in with their factor and choose another password.
"""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.http import HttpRequest

from rempart.access import end_sessions, events, notices, renewal, tokens
from rempart.access.models import Account
from rempart.access.vendors import grants


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended. `asked` False: a new password was asked for before."""

    sessions: int
    tokens: int
    software: int
    asked: bool


def new_credentials(account: Account, request: HttpRequest | None = None) -> Ended:
    """End the account's sessions, tokens and grants; until renewed it looks nobody up unproven.

    Journaled; the holder is told on every channel. `request`: the operator's, None from the command line.
    """
    by = request.user.get_username() if request else "command line"
    with transaction.atomic():
        # The parts are journaled without a request: it is the operator's, and not the account's own.
        ended = Ended(
            asked=renewal.ask(account, "containment"),
            sessions=end_sessions.all_of(account),
            tokens=tokens.revoke_all(None, account),
            software=grants.end_all(None, account),
        )
        events.record(events.Tag.CREDENTIALS_ENDED, None, account, details=asdict(ended) | {"by": by})
        notices.tell(account, events.Tag.CREDENTIALS_ENDED, network="", agent="")
    return ended
