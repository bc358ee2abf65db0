"""Changes what an account acts as, or where it works: with the owner's role, from the command line.

Whatever it could do under the old role ends: sessions, tokens, what software was allowed. Under the new one
the patient's card is asked for 48 hours. Two keepers have agreed where the account is, or becomes, staff;
the caller has checked their secrets.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from rempart.access import end_sessions, events, notices, tokens
from rempart.access.models import Account, Organisation
from rempart.access.open_account import AccountError
from rempart.access.vendors import grants
from rempart.vocabulary.words import STAFF, Profession

SHORTEST_REASON = 8


@dataclass(frozen=True, slots=True)
class Role:
    """What an account acts as, and where."""

    profession: Profession
    organisation: Organisation | None

    def as_json(self) -> dict[str, str | None]:
        place = self.organisation
        return {
            "profession": self.profession.value,
            "organisation": place.technical_id if place else None,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One account's change, checked and not yet made."""

    account: Account
    before: Role
    after: Role

    @property
    def takes_two(self) -> bool:
        """Whether the account is staff, before or after."""
        return bool({self.before.profession, self.after.profession} & STAFF)


def planned(account: Account, profession: Profession | None, organisation: Organisation | None) -> Change:
    """What would change. Raises AccountError, which says what to do instead."""
    before = Role(Profession(account.profession), account.organisation)
    wanted = profession or before.profession
    after = Role(wanted, None if wanted in STAFF else organisation or before.organisation)
    if after == before:
        raise AccountError("Nothing would change.", "rempart account list")
    if not account.is_active:
        raise AccountError("The account is closed: it stays so.", "rempart account open")
    if wanted not in STAFF and after.organisation is None:
        raise AccountError("A professional works somewhere: name the organisation.")
    _check_team(account)
    return Change(account, before, after)


def make(change: Change, *, reason: str, keepers: tuple[str, ...]) -> dict[str, Any]:
    """Make the change and journal it; tells the holder. Returns what ended."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise AccountError(f"Say why, in {SHORTEST_REASON} characters or more.")
    if change.takes_two and len(set(keepers)) < 2:  # noqa: PLR2004  # two persons
        raise AccountError("A staff role takes two keepers.")
    account = change.account
    with transaction.atomic():
        rows = Account.objects.filter(pk=account.pk, profession=change.before.profession, is_active=True)
        if not rows.update(**_columns(change)):
            raise AccountError("The account changed meanwhile: look again.", "rempart account list")
        with connection.cursor() as cursor:
            cursor.execute("select access.require_card(%s, 'new_role')", [account.pk])
        account.refresh_from_db()
        ended = {
            "sessions_ended": end_sessions.all_of(account),
            "tokens_revoked": tokens.revoke_all(None, account),
            "software_revoked": grants.end_all(None, account),
        }
        details = {"before": change.before.as_json(), "after": change.after.as_json(), "why": reason}
        events.record(
            events.Tag.ROLE_CHANGED, None, account, details=details | {"keepers": sorted(keepers)} | ended
        )
        notices.tell(account, events.Tag.ROLE_CHANGED)
    return ended


def _columns(change: Change) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "profession": change.after.profession.value,
        "organisation": change.after.organisation,
    }
    if change.after.profession in STAFF:
        columns |= {"professional": None, "holder": None}
    return columns


def _check_team(account: Account) -> None:
    if account.holder_id:
        raise AccountError(
            "It works under a holder, in the holder's profession and organisation: the holder closes it, and"
            " another is opened.",
            f"rempart account close {account.login}",
        )
    if Account.objects.filter(holder_id=account.pk, is_active=True).exists():
        raise AccountError(
            "Others work under this account: their accounts are closed first.", "the holder's page “My team”"
        )
