"""What holds an account's holder: the restrictions about them, what they may do, and their appeal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from rempart.access import step_up
from rempart.access.models import Account
from rempart.access.sessions import digest
from rempart.vocabulary.causes import causes
from rempart.vocabulary.words import Assurance, RestrictionKind, Scope

_MINE = """
    select r.id, r.scope, r.kind, r.reason, r.author, r.starts_at, r.ends_at, r.message,
           (select max(e.at) from detection.alert_event e join detection.alert a on a.id = e.alert
             where a.account = %(account)s and e.author = %(login)s and e.what = 'appeal'
               and e.at > r.starts_at) as contested_at
      from gate.restriction r
     where r.lifted_at is null and r.starts_at <= now() and (r.ends_at is null or r.ends_at > now())
       and (r.scope, r.subject) in ((1, %(account)s::text), (2, %(organisation)s::text), (5, %(session)s))
     order by r.id desc
"""


@dataclass(frozen=True, slots=True)
class Mine:
    """A restriction in force, as its holder is told of it."""

    id: int
    scope: int
    kind: str
    reason: str
    author: str
    starts_at: datetime
    ends_at: datetime | None
    message: str | None
    contested_at: datetime | None
    over_here: bool
    """This very session has proved what it asks: it holds others, not this one."""

    @property
    def why(self) -> list[str]:
        """The causes in words, without a threshold."""
        return causes(self.reason, self.author, "en" if (get_language() or "").startswith("en") else "fr")

    @property
    def scope_name(self) -> str:
        return Scope(self.scope).name.lower()


def of_request(request: HttpRequest) -> list[Mine]:
    """Those about whoever is signed in on this request, the latest first."""
    account: Any = request.user
    session: Any = request.session
    given = {
        "account": account.pk,
        "login": account.login,
        "organisation": account.organisation_id,
        "session": session.reference,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MINE, given)
        return [Mine(*(*row, _is_over(row, session))) for row in cursor.fetchall()]


def ways(account: Account, held: Mine) -> tuple[str, ...]:
    """The proofs of its own by which this account ends a restriction for its session, the quickest first."""
    if held.over_here or account.is_staff_member:
        return ()
    if held.kind == RestrictionKind.STEP_UP:
        return step_up.ways(account, Assurance.SECOND_FACTOR)
    if held.kind == RestrictionKind.CARD_REQUIRED and held.author == "detector":
        return step_up.ways(account, Assurance.CARD)
    return ()


def appeal(request: HttpRequest, number: int, text: str) -> bool:
    """Contest a restriction with a sentence of 8 to 500 characters: operations read it in the alert.

    False: the restriction is not about this account, or over, or it is the sixth appeal today.
    """
    session: Any = request.session
    with connection.cursor() as cursor:
        cursor.execute(
            "select containment.appeal(%s::bigint, %s::text, %s::text)",
            [number, digest(session.session_key), text],
        )
        return cursor.fetchone()[0] is not None


def _is_over(row: tuple[Any, ...], session: Any) -> bool:
    """As `gate.restricted` decides it."""
    _id, _scope, kind, _reason, author, starts_at, *_rest = row
    if not session.proved_at or session.proved_at <= starts_at or session.proved_at > timezone.now():
        return False
    by_card = kind == RestrictionKind.CARD_REQUIRED and author == "detector"
    return bool(kind == RestrictionKind.STEP_UP or (by_card and session.assurance >= Assurance.CARD))
