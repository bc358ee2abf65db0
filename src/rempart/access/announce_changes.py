"""E-mail about a change that will take effect: its notice is what makes its delay worth anything.

Sent, then marked: a worker killed in between sends again, with the same Message-ID, rather than never.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone, translation
from django.utils.formats import localize
from django.utils.translation import gettext as _

from rempart.access.models import Account
from rempart.access.notice_mail import host_of_mail
from rempart.vocabulary.words import Profession

_WAITING = """
    select id, kind, value, reason, proposed_by, approved_by, effective_at from gate.change_announced
     where noticed_at is null and effective_at is not null and cancelled_at is null order by id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that has a moment at which it takes effect."""

    id: int
    kind: str
    value: dict[str, Any]
    reason: str
    proposed_by: str
    approved_by: str | None
    effective_at: datetime


def announce_changes() -> int:
    """Announce what was not yet announced; returns how many changes were."""
    changes = _waiting()
    for change in changes:
        for account in recipients(change):
            message(change, account).send()
        with connection.cursor() as cursor:
            cursor.execute("select gate.mark_noticed(%s)", [change.id])
    return len(changes)


def recipients(change: Change) -> list[Account]:
    """Operators; and for a card terminal, those who work in the organisation that would get it."""
    accounts = (
        Account.objects.filter(is_active=True).exclude(email="").only("id", "login", "email", "language")
    )
    told = list(accounts.filter(profession=Profession.OPERATOR))
    organisation = change.value.get("organisation")
    if organisation is not None:
        told += accounts.filter(organisation_id=int(organisation)).exclude(profession=Profession.OPERATOR)
    return told


def message(change: Change, account: Account) -> EmailMessage:
    """The message in the account's language. It asks nobody to follow a link."""
    with translation.override(account.language):
        kinds = {
            "limit": _("un plafond de consultation"),
            "matrix": _("les données qu’une profession peut voir"),
            "breaker": _("le plafond de toute la plateforme"),
            "terminal": _("un nouveau lecteur de cartes"),
            "revoke_terminal": _("la révocation d’un lecteur de cartes"),
            "lift_platform": _("la levée d’une restriction de toute la plateforme"),
        }
        lines = [
            _("Un changement de Rempart prend effet le %(when)s :")
            % {"when": localize(timezone.localtime(change.effective_at))},
            f"  {kinds.get(change.kind, change.kind)}",
            "",
            _("Motif donné : %(reason)s") % {"reason": change.reason},
            _("Proposé par : %(who)s") % {"who": change.proposed_by},
            _("Approuvé par : %(who)s") % {"who": change.approved_by or "–"},
            "",
            _("Si vous ne l’attendiez pas, appelez l’exploitation avant cette date."),
        ]
        return EmailMessage(
            subject=_("Rempart : un changement est annoncé (n° %(number)d)") % {"number": change.id},
            body="\n".join(lines),
            to=[account.email],
            headers={"Message-ID": f"<change-{change.id}.{account.pk}@{host_of_mail()}>"},
        )


def _waiting() -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        rows = cursor.fetchall()
    return [
        Change(id_, kind, value if isinstance(value, dict) else orjson.loads(value), *rest)
        for id_, kind, value, *rest in rows
    ]
