"""The pages of a forgotten password: ask, open the mail's address, prove, choose."""

import time
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.access import passkeys, renewal, resets, vouching
from rempart.access.models import Account, Reset
from rempart.access.passkey_forms import NOT_TAKEN, ResetForm
from rempart.access.reset_forms import AskForm, ForgottenForm
from rempart.access.resets import Proof
from rempart.vocabulary.words import Assurance

_HELD = "reset"
"""What the session remembers: which reset its browser opened."""
_BY_PASSKEY = "reset_by_passkey"
"""For which reset a passkey was proved in this session, and until when that is worth something."""
_PROOF_LIFE = 600
_READS = ["GET", "HEAD", "POST"]


@require_http_methods(_READS)
def ask_view(request: HttpRequest) -> HttpResponse:
    """Ask for a login; answer every login alike."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        resets.ask(request, form.cleaned_data["login"])
        return redirect("access_reset_asked")
    return render(request, "account/reset.html", {"form": form})


@require_safe
def asked_view(request: HttpRequest) -> HttpResponse:
    """What follows, for whoever has an account."""
    minutes = int(resets.VALID.total_seconds() // 60)
    return render(request, "account/reset_asked.html", {"minutes": minutes})


@require_safe
def word_view(request: HttpRequest, word: str) -> HttpResponse:
    """The mail's address: remember which reset it is, and leave the address before a page is shown."""
    reset = resets.of_word(word)
    if reset is None:
        return _gone(request)
    request.session[_HELD] = resets.as_hex(reset)
    return redirect("access_reset_choose")


@require_http_methods(_READS)
@sensitive_post_parameters()
def choose_view(request: HttpRequest) -> HttpResponse:
    """Ask for a proof and a new password; or, when the card or a colleague proved it, for the password."""
    reset = _held(request)
    if reset is None:
        return _gone(request)
    proof = _proved(request, reset)
    data = request.POST if request.method == "POST" else None
    form = ForgottenForm(request, reset.account, data, proved=proof is not None)
    if form.is_bound and form.is_valid():
        return _take(request, reset, form.cleaned_data["password1"], proof or Proof.CODE)
    waits = reset.usable_at if reset.usable_at and not resets.vouched(reset, timezone.now()) else None
    context = {
        "form": form,
        "proof": proof.value if proof else "",
        "waits": waits,
        "reference": "" if reset.usable_at or reset.account.is_staff_member else vouching.of_reset(reset),
        "login": reset.account.login,
        "has_passkey": bool(passkeys.of_account(reset.account)),
    }
    return render(request, "account/reset_choose.html", context)


@require_POST
def passkey_options_view(request: HttpRequest) -> HttpResponse:
    """What the browser is asked: one of the account's own passkeys."""
    reset = _held(request)
    if reset is None:
        return JsonResponse({}, status=HTTPStatus.GONE)
    return JsonResponse(passkeys.to_prove(request, "reset", reset.account))


@require_POST
@sensitive_post_parameters("credential")
def passkey_view(request: HttpRequest) -> HttpResponse:
    """Take the passkey's answer: then only the new password is missing."""
    reset = _held(request)
    if reset is None:
        return _gone(request)
    form = ResetForm(request.POST, user=reset.account)
    if form.is_valid():
        until = time.time() + _PROOF_LIFE
        request.session[_BY_PASSKEY] = {"reset": resets.as_hex(reset), "until": until}
    else:
        messages.error(request, NOT_TAKEN)
    return redirect("access_reset_choose")


@require_POST
def stop_view(request: HttpRequest) -> HttpResponse:
    """“I asked for nothing”, said by whoever reads the mailbox: it only ever closes."""
    reset = _held(request)
    if reset is not None:
        resets.stop(request, reset.account)
        request.session.pop(_HELD, None)
    return render(request, "account/reset_stopped.html")


def _held(request: HttpRequest) -> Reset | None:
    held = request.session.get(_HELD)
    if held:
        return resets.of_digest(bytes.fromhex(held))
    # Signed in with the card, no mail is needed: it is a stronger proof than the mailbox.
    if _is_by_card(request):
        return next(iter(resets.of_account(request.user)), None)  # type: ignore[arg-type]  # an account
    return None


def _is_by_card(request: HttpRequest) -> bool:
    session: Any = request.session
    account = request.user
    return (
        isinstance(account, Account)
        and session.assurance >= Assurance.CARD
        and renewal.is_proved(request, account)
    )


def _proved(request: HttpRequest, reset: Reset) -> Proof | None:
    if _is_by_card(request) and request.user == reset.account:
        return Proof.CARD
    passkey = request.session.get(_BY_PASSKEY)
    if passkey and passkey["reset"] == resets.as_hex(reset) and passkey["until"] > time.time():
        return Proof.PASSKEY
    return Proof.COLLEAGUE if resets.vouched(reset, timezone.now()) else None


def _take(request: HttpRequest, reset: Reset, password: str, proof: Proof) -> HttpResponse:
    if not resets.finish(request, reset, password, proof):
        return _gone(request)
    request.session.flush()
    messages.success(
        request,
        _("Votre mot de passe est choisi. Connectez-vous : votre second facteur est le même."),
    )
    return redirect("account_login")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "account/reset_gone.html", status=HTTPStatus.GONE)
