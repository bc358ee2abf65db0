"""Addresses found in a leak of mailboxes, and the accounts that have one of them.

Lists of such leaks often hold `address:password`. The address alone is taken; nothing of a line is kept,
printed or logged. Whoever reads a mailbox may have found the password there, and may ask for a new one, so
the account must renew its password with a proof that is in no mailbox; until then the gate wants the
patient's card (`renewal.py`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.db.models.functions import Lower

from rempart.access import end_sessions, renewal
from rempart.access.models import Account

_LONGEST = 4096
_ADDRESS = re.compile(rb"[^\s@:;,|\"'<>]{1,64}@[^\s@:;,|\"'<>]{1,253}")

Tell = Callable[[int, int], None]
"""Called now and then with the bytes and the lines so far."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a list holds and whom it concerns."""

    lines: int
    addresses: int
    """Lines with an address; the others have none."""
    accounts: tuple[int, ...]
    """Open accounts whose address is in it, in order."""


def find(file: BinaryIO, tell: Tell) -> Found:
    """Read a list, one address a line; upper and lower case are one."""
    known = _accounts()
    lines = addresses = read = 0
    found: set[int] = set()
    for line in _lines(file):
        lines += 1
        read += len(line)
        if address := _ADDRESS.search(line):
            addresses += 1
            found.update(known.get(address[0].lower(), ()))
        if lines % 100_000 == 0:
            tell(read, lines)
    return Found(lines, addresses, tuple(sorted(found)))


def must_renew(account: Account) -> int | None:
    """Ask the account for a renewal and end its sessions; how many ended, None when it was asked already."""
    with transaction.atomic():
        if not renewal.ask(account, "leaked_mailbox"):
            return None
        return end_sessions.all_of(account)


def _accounts() -> dict[bytes, list[int]]:
    """Address → numbers of the open accounts that have it."""
    known: dict[bytes, list[int]] = {}
    rows = Account.objects.filter(is_active=True).exclude(email="")
    for pk, address in rows.values_list("pk", Lower("email")).iterator():
        known.setdefault(address.encode(), []).append(pk)
    return known


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends, empty ones left out; of an endless one only the beginning is looked at."""
    goes_on = False
    while line := file.readline(_LONGEST):
        if not goes_on and line.strip():
            yield line
        goes_on = not line.endswith(b"\n")
