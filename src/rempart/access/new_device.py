"""A device that is new to an account: for 48 hours its sessions need a card below level 3.

Not on a network that the organisation declared (it is at home there), nor on a device that a colleague of
the same organisation has used for as long (the counter's own workstation, a newcomer's first morning), nor
when a colleague has answered for the holder on this very device.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from rempart.access import devices
from rempart.access.models import Account, Device, Session
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
    return None if _vouched_for(request, account, since, end) else end


def _vouched_for(request: HttpRequest, account: Account, since: datetime, end: datetime) -> bool:
    """Whether a colleague's word cut the card short in an earlier session on this very device."""
    cut_short = Session.objects.filter(account=account, card_until__gte=since, card_until__lt=end)
    return cut_short.filter(device=devices.reference(request)).exists()


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
