"""A code by post, for a professional who has neither card nor Pro Santé Connect at hand.

It goes to the directory's address of the organisation, whoever asks: a stranger who knows the public numbers
gets nothing, and the professional's other accounts are told. Whether the numbers are anybody's is found out
by the worker, not in the request: known and unknown are the same text and the same time.

A code is a mark of its letter (four signs) and a secret (ten). Wrong secrets count only for a letter whose
mark is right, so that a stranger cannot spend the five tries of a letter that is still in its envelope.
"""

import secrets
from datetime import timedelta
from hmac import compare_digest
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from procrastinate.contrib.django import app

from rempart.access import enrol, events, throttle
from rempart.access.at_rest import open_sealed, seal
from rempart.access.models import Account, Letter, Organisation, Professional

JOB = "access.write_letter"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L, O: what is read from paper is typed right."""
MARK, SECRET = 4, 10
TRIES = 5
VALID = timedelta(days=30)
AGAIN = timedelta(days=7)
_ASKED, _CODE = "enrolment asked", "letter code"


# In the request ------------------------------------------------------------------------------------


def ask(request: HttpRequest, rpps: str, structure: str) -> bool:
    """Take note that a letter is asked for; False when too many were from this network.

    The same work for every number: what is known of it is the worker's to find.
    """
    if not throttle.letter(request).allowed:
        return False
    reference = events.record(events.Tag.ENROLMENT_ASKED, request, details={"by": "letter"})
    told = seal(_ASKED, orjson.dumps({"rpps": rpps, "structure": structure, "asked": reference}))
    app.configure_task(JOB).defer(told=told)
    return True


def take(request: HttpRequest, rpps: str, typed: str) -> Letter | None:
    """The live letter that a typed code belongs to; None when it is wrong, too old, dead or used.

    Also None, and nothing is tried, when too many codes came from this network.
    """
    attempt = throttle.letter_code(request)
    found = _right(rpps, tidy(typed)) if attempt.allowed else None
    if found:
        attempt.succeeded()
    elif attempt.allowed or attempt.first_over:
        reason = "letter_code" if attempt.allowed else "too_many_letter_codes"
        events.record(events.Tag.IDENTITY_REFUSED, request, verdict="refused", reason=reason)
    return found


def _right(rpps: str, code: str) -> Letter | None:
    waiting: list[Letter] = list(
        _live().filter(professional__rpps=rpps).select_related("professional", "organisation")
    )
    for letter in waiting:
        if not compare_digest(mark_of(letter).encode(), code[:MARK].encode()):
            continue
        if compare_digest(bytes(letter.digest), _digest(rpps, code[MARK:])):
            return letter
        _live().filter(pk=letter.pk).update(wrong=F("wrong") + 1)
    return None


def spend(letter: int) -> bool:
    """Use a letter: True once."""
    return bool(_live().filter(pk=letter).update(used_at=timezone.now()))


def tidy(typed: str) -> str:
    """A code as it is compared: capitals, without spaces and hyphens."""
    return "".join(sign for sign in typed.upper() if sign in ALPHABET)


def mark_of(letter: Letter) -> str:
    """The first signs of a letter's code: they name the letter, and only its paper shows them."""
    number = int.from_bytes(salted_hmac("rempart.letter.mark", str(letter.pk), algorithm="sha256").digest())
    signs = []
    for _ in range(MARK):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)


def _live() -> Any:
    now = timezone.now()
    return Letter.objects.filter(used_at=None, expires_at__gt=now, wrong__lt=TRIES).exclude(printed_at=None)


def _digest(rpps: str, secret: str) -> bytes:
    return salted_hmac("rempart.letter.code", f"{rpps} {secret}", algorithm="sha256").digest()


# In the worker -------------------------------------------------------------------------------------


def write_letter(told: str) -> None:
    """Find out whom a request is about; write a letter where there is somebody to write to."""
    asked = orjson.loads(open_sealed(_ASKED, told))
    outcome = _write(asked["rpps"], asked["structure"])
    events.record(
        events.Tag.ENROLMENT_ASKED,
        None,
        verdict="granted" if outcome == "letter" else "refused",
        reason=outcome,
        details={"asked": asked["asked"]},
    )


@transaction.atomic
def _write(rpps: str, structure: str) -> str:
    professional = Professional.objects.filter(rpps=rpps, active=True).first()
    organisation = _organisation(professional, structure) if professional else None
    if professional is None or organisation is None:
        return "unknown"
    with connection.cursor() as cursor:  # of two requests at once one writes
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s::text, 0))", [f"letter {professional.pk}"]
        )
    now = timezone.now()
    of_both = Letter.objects.filter(professional=professional, organisation=organisation)
    if of_both.filter(requested_at__gt=now - AGAIN).exists():
        return "too_soon"
    taken = Account.objects.filter(professional=professional, organisation=organisation, is_active=True)
    useless = taken.exists() or not organisation.address
    _insert(professional, organisation, write=not useless)
    enrol.tell_others(professional, events.Tag.ENROLMENT_ASKED, organisation)
    return "letter" if not useless else "has_account" if taken.exists() else "no_address"


def _organisation(professional: Professional, structure: str) -> Organisation | None:
    named = Q(technical_id=structure) | Q(finess=structure) | Q(siret=structure)
    places = Organisation.objects.filter(
        named, active=True, activity__professional=professional, activity__active=True
    )
    return places.order_by("pk").first()


def _insert(professional: Professional, organisation: Organisation, *, write: bool) -> None:
    """Without `write` only the memory that it was asked for: nothing to print, and no code opens anything."""
    now = timezone.now()
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET))
    Letter.objects.create(
        professional=professional,
        organisation=organisation,
        sealed_code=seal(_CODE, secret.encode()) if write else "",
        digest=_digest(professional.rpps, secret),
        requested_at=now,
        expires_at=now + VALID if write else now,
    )


# At the printer ------------------------------------------------------------------------------------


def to_print() -> list[Letter]:
    """Letters that wait to be printed, the oldest first."""
    waiting = Letter.objects.filter(printed_at=None, used_at=None, expires_at__gt=timezone.now())
    return list(waiting.exclude(sealed_code="").select_related("professional", "organisation").order_by("pk"))


def code_of(letter: Letter) -> str:
    """The whole code as it is printed: `ABCD-EFGHJ-KMNPQ`. Only the printer asks."""
    secret = open_sealed(_CODE, letter.sealed_code).decode()
    half = SECRET // 2
    return "-".join((mark_of(letter), secret[:half], secret[half:]))


def printed(letter: Letter) -> None:
    """It is on paper: the code is erased, its digest stays, and the thirty days begin."""
    now = timezone.now()
    Letter.objects.filter(pk=letter.pk).update(sealed_code="", printed_at=now, expires_at=now + VALID)
    events.record(events.Tag.LETTER_PRINTED, None, details={"letter": letter.pk})
    enrol.tell_others(letter.professional, events.Tag.LETTER_PRINTED, letter.organisation)
