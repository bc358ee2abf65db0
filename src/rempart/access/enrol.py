"""An account for a professional whose identity was checked: by card, by Pro Santé Connect or by letter.

One account for each organisation that the directory knows the professional at, no second: the database
function `access.enrol` holds that. Whoever has accounts elsewhere is told of the new one. The patient's
card is required for 48 hours: what is new is not trusted yet.
"""

import re
import time
import unicodedata
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from rempart.access import assurance, events, identities, notices
from rempart.access.identities import Proof
from rempart.access.models import LOGIN_SHAPE, Account, Organisation, Professional

_PENDING = "enrol.known"
_MINUTES_15 = 900


class NotEnrolled(StrEnum):
    """Why there is no new account."""

    NOT_THERE = "not_in_directory"
    HAS_ACCOUNT = "has_account"
    LOGIN_SHAPE = "login_shape"
    LOGIN_TAKEN = "login_taken"
    IDENTITY = "identity"


def enrol_known(
    request: HttpRequest,
    professional: Professional,
    organisation: Organisation,
    *,
    login: str,
    email: str,
    proof: Proof | None = None,
    password: str | None = None,
) -> Account | NotEnrolled:
    """Open the account of a professional who is known, and sign them in with `proof`, at level 3.

    The caller has checked who it is. Without a proof (a letter's code) nobody is signed in: the caller
    does that, with the password.
    """
    login = login.strip().lower()
    if not re.fullmatch(LOGIN_SHAPE, login):
        return NotEnrolled.LOGIN_SHAPE
    made = _open(request, professional, organisation, login, email, proof)
    if isinstance(made, NotEnrolled):
        return made
    if password is not None:
        made.set_password(password)
        made.save(update_fields=["password"])
    if proof:
        assurance.sign_in_by_card(request, made, proof.method)
    return made


def _open(
    request: HttpRequest,
    professional: Professional,
    organisation: Organisation,
    login: str,
    email: str,
    proof: Proof | None,
) -> Account | NotEnrolled:
    try:
        with transaction.atomic():
            number = _enrol(professional, organisation, login, email)
            if number is None:
                return _why_not(professional, organisation)
            account = Account.objects.select_related("organisation", "professional").get(pk=number)
            how = proof.kind if proof else "letter"
            events.record(
                events.Tag.ACCOUNT_OPENED,
                request,
                account,
                details={"profession": account.profession, "by": how},
            )
            if proof and identities.recognise(request, account, proof):
                transaction.set_rollback(True)
                return NotEnrolled.IDENTITY
            tell_others(professional, events.Tag.ACCOUNT_OPENED, organisation, but=account)
            return account
    except IntegrityError:
        return NotEnrolled.LOGIN_TAKEN


def tell_others(
    professional: Professional, tag: events.Tag, organisation: Organisation, *, but: Account | None = None
) -> int:
    """Tell every account of this professional what happens in their name; returns how many were told."""
    accounts = Account.objects.filter(professional=professional, is_active=True)
    told = [account for account in accounts if but is None or account.pk != but.pk]
    for account in told:
        notices.tell(account, tag, organisation=organisation.name)
    return len(told)


def open_places(professional: Professional) -> list[Organisation]:
    """Where the professional works, by the directory, and has no account yet."""
    taken = Account.objects.filter(professional=professional, is_active=True).values("organisation_id")
    found = Organisation.objects.filter(
        active=True, activity__professional=professional, activity__active=True
    ).exclude(pk__in=taken)
    return list(found.distinct().order_by("name", "technical_id")) if professional.active else []


def propose_login(professional: Professional) -> str:
    """A free login made of the professional's name: `given.family`, with a number when it is taken."""
    stem = ".".join(filter(None, (_plain(professional.given_name), _plain(professional.family_name))))[:50]
    stem = stem if re.fullmatch(LOGIN_SHAPE, stem) else f"compte.{professional.rpps[-4:]}"
    taken = set(Account.objects.filter(login__startswith=stem).values_list("login", flat=True))
    return next(
        name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}{n}") not in taken
    )


# What was proved, kept in the session until the account is opened ---------------------------------


def offer(request: HttpRequest, professional: Professional, proof: Proof) -> HttpResponseRedirect:
    """Lead somebody whose card was just checked, and who has no account, to the page that opens one."""
    request.session.cycle_key()
    request.session[_PENDING] = {
        "professional": professional.pk,
        "proof": [proof.kind, proof.issuer, proof.subject],
        "at": time.time(),
    }
    return HttpResponseRedirect(reverse("enrol_known"))


def offered(request: HttpRequest) -> tuple[Professional, Proof] | None:
    """Who was proved in this session during the last quarter of an hour."""
    kept: dict[str, Any] | None = request.session.get(_PENDING)
    if kept is None or time.time() - kept["at"] > _MINUTES_15:
        return None
    professional = Professional.objects.filter(pk=kept["professional"], active=True).first()
    return (professional, Proof(*kept["proof"])) if professional else None


def withdraw_offer(request: HttpRequest) -> None:
    """It was taken, or refused."""
    request.session.pop(_PENDING, None)


# ---------------------------------------------------------------------------------------------------


def _enrol(professional: Professional, organisation: Organisation, login: str, email: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select access.enrol(%s::bigint, %s::bigint, %s::text, %s::text)",
            [professional.pk, organisation.pk, login, email],
        )
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _why_not(professional: Professional, organisation: Organisation) -> NotEnrolled:
    has = Account.objects.filter(professional=professional, organisation=organisation, is_active=True)
    return NotEnrolled.HAS_ACCOUNT if has.exists() else NotEnrolled.NOT_THERE


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
