"""An account for a professional whose identity was checked: by card, by Pro Santé Connect or by letter.

One account for each organisation that the directory knows the professional at, no second: the database
function `access.enrol` holds that. Whoever has accounts elsewhere is told of the new one. The patient's
card is required for 48 hours: what is new is not trusted yet.
"""

import re
import time
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from rempart.access import assurance, events, identities, notices
from rempart.access.identities import Proof
from rempart.access.models import LOGIN_SHAPE, Account, Letter, Organisation, Professional

_OFFERED = "enrol.offered"
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
    proof: Proof,
    password: str | None = None,
) -> Account | NotEnrolled:
    """Open the account of a professional whose card was checked, and sign them in with it, at level 3."""
    made = open_known(
        request, professional, organisation, login=login, email=email, proof=proof, password=password
    )
    if isinstance(made, Account):
        assurance.sign_in_by_card(request, made, proof.method)
    return made


def open_known(
    request: HttpRequest,
    professional: Professional,
    organisation: Organisation,
    *,
    login: str,
    email: str,
    proof: Proof | None = None,
    password: str | None = None,
) -> Account | NotEnrolled:
    """Open the account of a professional who is known; the caller has checked who it is, and signs in."""
    login = login.strip().lower()
    if not re.fullmatch(LOGIN_SHAPE, login):
        return NotEnrolled.LOGIN_SHAPE
    try:
        with transaction.atomic():
            number = _enrol(professional, organisation, login, email)
            if number is None:
                return _why_not(professional, organisation)
            account = Account.objects.select_related("organisation", "professional").get(pk=number)
            if proof and identities.recognise(request, account, proof):
                transaction.set_rollback(True)
                return NotEnrolled.IDENTITY
            _settle(request, account, organisation, proof, password)
    except IntegrityError:
        return NotEnrolled.LOGIN_TAKEN
    return account


def _settle(
    request: HttpRequest,
    account: Account,
    organisation: Organisation,
    proof: Proof | None,
    password: str | None,
) -> None:
    if password is not None:
        account.set_password(password)
        account.save(update_fields=["password"])
    details = {"profession": account.profession, "by": proof.kind if proof else "letter"}
    events.record(events.Tag.ACCOUNT_OPENED, request, account, details=details)
    if account.professional:
        tell_others(account.professional, events.Tag.ACCOUNT_OPENED, organisation, but=account)


def tell_others(
    professional: Professional, tag: events.Tag, organisation: Organisation, *, but: Account | None = None
) -> int:
    """Tell every account of this professional what happens in their name; returns how many were told."""
    accounts = Account.objects.filter(professional=professional, is_active=True).only("pk")
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


@dataclass(frozen=True, slots=True)
class Offer:
    """Who was proved in this session, how, and where an account may be opened for them."""

    professional: Professional
    places: list[Organisation]
    proof: Proof | None
    letter: int | None
    """The letter whose code was right; None: a proof."""


def offer(
    request: HttpRequest, professional: Professional, proof: Proof, places: list[int] | None = None
) -> HttpResponseRedirect:
    """Lead somebody whose card was just checked, and who has no account, to the page that opens one.

    `places`: the organisations that the proof speaks of; None: all where the directory knows them.
    """
    proved = {"proof": [proof.kind, proof.issuer, proof.subject], "places": places}
    return _offer(request, professional, proved)


def offer_by_letter(request: HttpRequest, letter: Letter) -> HttpResponseRedirect:
    """The same for whoever typed the code of a letter: at the letter's organisation only."""
    return _offer(request, letter.professional, {"letter": letter.pk, "places": [letter.organisation_id]})


def offered(request: HttpRequest) -> Offer | None:
    """What was offered in this session during the last quarter of an hour."""
    kept: dict[str, Any] | None = request.session.get(_OFFERED)
    if kept is None or time.time() - kept["at"] > _MINUTES_15:
        return None
    professional = Professional.objects.filter(pk=kept["professional"], active=True).first()
    if professional is None:
        return None
    places = open_places(professional)
    if kept["places"] is not None:
        places = [place for place in places if place.pk in kept["places"]]
    proof = Proof(*kept["proof"]) if kept.get("proof") else None
    return Offer(professional, places, proof, kept.get("letter"))


def withdraw_offer(request: HttpRequest) -> None:
    """It was taken."""
    request.session.pop(_OFFERED, None)


def _offer(request: HttpRequest, professional: Professional, how: dict[str, Any]) -> HttpResponseRedirect:
    request.session.cycle_key()
    request.session[_OFFERED] = how | {"professional": professional.pk, "at": time.time()}
    return HttpResponseRedirect(reverse("enrol_account"))


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
