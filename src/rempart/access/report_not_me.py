"""The button “this was not me”: the holder shuts everybody else out, and works on by card."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpRequest

from rempart.access import end_sessions, events
from rempart.access.models import Account
from rempart.access.vendors import grants
from rempart.vocabulary.words import RestrictionKind, Scope

_RESTRICT = "select gate.restrict(%s::smallint, %s::text, %s::text, %s::text, %s::text, null::timestamptz)"


@dataclass(frozen=True, slots=True)
class Reported:
    """What was done."""

    restriction: int
    sessions_ended: int
    reference: str


def report_not_me(request: HttpRequest, account: Account, reason: str) -> Reported:
    """Require the patient's card for every look-up of the account; end its other sessions and its software.

    The tokens that the holder made are bound by the same restriction, which has no end: operations lift it,
    with a reason, once the password has changed. `reason` is a sentence for whoever reads the restriction;
    it names nobody.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _RESTRICT,
                [
                    int(Scope.ACCOUNT),
                    str(account.pk),
                    RestrictionKind.CARD_REQUIRED.value,
                    reason,
                    account.login,
                ],
            )
            restriction = int(cursor.fetchone()[0])
        ended = end_sessions.others(request, account)
        grants.end_all(request, account)
        reference = events.record(
            events.Tag.REPORTED, request, account, details={"restriction": restriction, "ended": ended}
        )
    return Reported(restriction, ended, reference)
