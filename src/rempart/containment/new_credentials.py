"""End everything that opens an account, and ask for a new password proved by a strong factor.

What was ended stays ended: sessions, tokens and software's grants do not come back. Ahead lies a
demand that its holder alone ends: they sign in with their factor and choose another password.
"""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from rempart.access import end_sessions, renewal, tokens
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
    with transaction.atomic():
        asked = renewal.ask(account, "containment", request)
        ended = end_sessions.all_of(account) if request is None else end_sessions.every(request, account)
        return Ended(ended, tokens.revoke_all(request, account), grants.end_all(request, account), asked)
