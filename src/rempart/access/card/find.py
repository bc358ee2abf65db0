"""Which accounts a card opens."""

from django.db.models import Q

from rempart.access.card.subject import Holder
from rempart.access.models import Account, Identity, Professional


def accounts(holder: Holder) -> list[Account]:
    """The accounts that this card signs in to, by organisation; empty when there is none.

    A professional's card: by its number in the directory, wherever the professional has an account. An
    establishment's: only accounts that it was linked to, while the account's own holder is there.
    """
    found = Account.objects.filter(is_active=True).select_related("organisation", "professional", "holder")
    if holder.kind == "cps":
        found = found.filter(professional__rpps=holder.rpps, professional__active=True)
    else:
        linked = Identity.objects.filter(
            kind=holder.kind, issuer=holder.issuer, subject=holder.national_id, ended_at=None
        )
        found = found.filter(Q(holder=None) | Q(holder__is_active=True), pk__in=linked.values("account_id"))
    return list(found.order_by("organisation__name", "pk"))


def professional(holder: Holder) -> Professional | None:
    """Whom the directory knows by this card's number, still practising."""
    if holder.kind != "cps":
        return None
    return Professional.objects.filter(rpps=holder.rpps, active=True).first()
