"""Make the calls that are due. Run by the worker every few seconds; safe to run twice, or beside another."""

from django.conf import settings
from django.db import connection
from django.utils import timezone

from rempart.access.post import NotReachedError
from rempart.containment.oncall.senders import SENDERS
from rempart.containment.oncall.words import Call, tell

_AT_ONCE = 20


def make_calls() -> int:
    """Call whoever is due; returns how many were reached."""
    return sum(_call(call) for call in _due())


def _due() -> list[Call]:
    with connection.cursor() as cursor:
        cursor.execute("select * from containment.due_calls(%s, %s)", [timezone.now(), _AT_ONCE])
        return [Call(*row) for row in cursor.fetchall()]


def _call(call: Call) -> bool:
    try:
        reached, outcome = True, SENDERS[call.kind](call, tell(call, settings.REMPART_URL))
    except NotReachedError as fault:
        reached, outcome = False, str(fault)
    with connection.cursor() as cursor:
        cursor.execute(
            "select containment.called(%s, %s, %s, %s)", [call.number, reached, outcome, timezone.now()]
        )
    return reached
