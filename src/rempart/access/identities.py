"""Who somebody is elsewhere, and which account that opens: keyed on issuer and subject, never on an e-mail.

An account takes one subject of an issuer at a time: a second one, or one that was ended, is refused and
told to a person who can look into it. Nothing is linked silently: the holder gets a notice.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from rempart.access import events, notices
from rempart.access.assurance import Card
from rempart.access.models import Account, Identity

Kind = Literal["psc", "cps", "cpe"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A card, or an answer of Pro Santé Connect, that was checked."""

    kind: Kind
    issuer: str
    subject: str

    @property
    def method(self) -> Card:
        """As the session remembers it."""
        return "psc" if self.kind == "psc" else "card"


class Unlinked(StrEnum):
    """Why an identity opens no account: words of the journal."""

    ENDED = "identity_ended"
    OTHER_SUBJECT = "other_subject"
    OTHER_PERSON = "other_person"


def recognise(request: HttpRequest, account: Account, proof: Proof) -> Unlinked | None:
    """None when the identity opens the account: known already, or linked now. Else why it does not.

    The caller has found by the directory that professional and organisation are the account's.
    """
    with transaction.atomic():
        why = _why_not(account, proof)
        if why is None:
            _link(request, account, proof)
        return why


def _why_not(account: Account, proof: Proof) -> Unlinked | None:
    of_issuer = Identity.objects.filter(issuer=proof.issuer)
    for row in of_issuer.filter(subject=proof.subject).select_related("account"):
        if row.account.professional_id != account.professional_id and row.ended_at is None:
            return Unlinked.OTHER_PERSON
        if row.account_id == account.pk and row.ended_at is not None:
            return Unlinked.ENDED
    others = of_issuer.filter(account=account, ended_at=None).exclude(subject=proof.subject)
    return Unlinked.OTHER_SUBJECT if others.exists() else None


def _link(request: HttpRequest, account: Account, proof: Proof) -> None:
    now = timezone.now()
    mine = Identity.objects.filter(account=account, issuer=proof.issuer, subject=proof.subject)
    if mine.update(last_used_at=now):
        return
    _row, first = Identity.objects.get_or_create(
        account=account,
        issuer=proof.issuer,
        subject=proof.subject,
        defaults={"kind": proof.kind, "last_used_at": now},
    )
    if first:
        events.record(events.Tag.IDENTITY_LINKED, request, account, details={"kind": proof.kind})
        notices.tell(account, events.Tag.IDENTITY_LINKED, kind=proof.kind)
