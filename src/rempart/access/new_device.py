"""A device that is new to an account: for 48 hours its sessions need a card below level 3.

Not on a network that the organisation declared (it is at home there), nor on a device that a colleague of
the same organisation has used for as long (the counter's own workstation, a newcomer's first morning), nor
when a colleague has answered for the account since.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from rempart.access import devices
from rempart.access.models import Account, Device, Vouch
from rempart.access.network import client_network
from rempart.access.rules.places import declared

NEW = timedelta(hours=48)


def card_until(request: HttpRequest, account: Account) -> datetime | None:
    """Until when this device's sessions need a card; None: it is known long enough, or at home."""
    mine = Device.objects.filter(account=account, digest=devices.digest_of(request)).first()
    since = mine.first_seen if mine else timezone.now()
    end = since + NEW
    if end <= timezone.now() or _at_home(request, account) or _of_a_colleague(request, account):
        return None
    if Vouch.objects.filter(account=account, purpose="card", at__gt=since).exists():
        return None
    return end


def _at_home(request: HttpRequest, account: Account) -> bool:
    house = account.organisation
    return house is not None and declared(client_network(request), house.declared_networks)


def _of_a_colleague(request: HttpRequest, account: Account) -> bool:
    known = Device.objects.filter(
        digest=devices.digest_of(request),
        account__organisation=account.organisation_id,
        account__is_active=True,
        first_seen__lte=timezone.now() - NEW,
    )
    return account.organisation_id is not None and known.exclude(account=account).exists()
