"""The pages of Pro Santé Connect: leave for it, come back, choose an account, sign out there too.

Leaving is a link, not a form: browsers hold a form's redirects to `form-action`, which names this site only.
"""

import time
from datetime import timedelta
from typing import Any

from allauth.account import views as account_views
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.access import assurance, end_sessions, enrol, events, identities, throttle
from rempart.access.identities import Proof, Unlinked
from rempart.access.models import Account, Identity
from rempart.access.network import client_network, neighbourhood
from rempart.access.psc import flow, tokens
from rempart.access.psc.flow import CHOICE, ID_TOKEN, Proved
from rempart.access.psc.provider import ProviderFaultError, is_on, provider
from rempart.access.psc.tokens import RefusedTokenError
from rempart.access.psc.who import Unknown

_OUT = "psc.out"
_TO_CHOOSE = 600
_SAID_AGAIN = timedelta(minutes=10)


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Go to the provider."""
    if not is_on():
        return _refused(request, "off", status=404)
    try:
        return HttpResponseRedirect(flow.begin(request, request.GET.get("next", "")))
    except ProviderFaultError:
        return _refused(request, "no_answer", status=503)


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer: once, and only the one that this session asked for."""
    if not is_on():
        return _refused(request, "off", status=404)
    if not request.GET:  # no answer at all: the page of a refusal was opened again
        return HttpResponseRedirect(reverse("account_login"))
    try:
        proved = flow.complete(request)
    except RefusedTokenError as fault:
        return _not_taken(request, fault)
    except ProviderFaultError as fault:
        _journal(request, f"provider_{fault}".replace(" ", "_"))
        return _refused(request, "no_answer", status=503)
    if isinstance(proved, Unknown):
        _journal(request, proved.value)
        return _refused(request, proved.value)
    return _go_in(request, proved)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Which of the professional's accounts: one for each organisation."""
    kept: dict[str, Any] | None = request.session.get(CHOICE)
    if kept is None or time.time() - kept["at"] > _TO_CHOOSE:
        return HttpResponseRedirect(reverse("account_login"))
    accounts = list(
        Account.objects.select_related("organisation", "professional")
        .filter(pk__in=kept["accounts"], is_active=True)
        .order_by("organisation__name", "login")
    )
    chosen = next((one for one in accounts if str(one.pk) == request.POST.get("account")), None)
    if request.method == "POST" and chosen:
        del request.session[CHOICE]
        return _sign_in(request, chosen, Proof(*kept["proof"]), kept["id_token"], kept["next"])
    return render(request, "psc/choose.html", {"accounts": accounts})


@csrf_exempt
@require_POST
def ended_there(request: HttpRequest) -> HttpResponse:
    """The provider says that somebody signed out there (Back-Channel Logout 1.0): so here as well."""
    try:
        there = provider() if is_on() else None
        if there is None:
            return HttpResponse(status=404)
        subject, number = tokens.read_logout_token(there, request.POST.get("logout_token", ""))
    except RefusedTokenError:
        _journal(request, "logout_token")
        return HttpResponse(status=400)
    except ProviderFaultError:
        return HttpResponse(status=503)
    if throttle.once(f"psc logout {number}", timedelta(days=1)):
        for row in Identity.objects.filter(issuer=there.issuer, subject=subject).select_related("account"):
            end_sessions.of_card(request, row.account)
    return HttpResponse(status=200)


def sign_out(request: HttpRequest) -> HttpResponse:
    """The library's page; whoever came by Pro Santé Connect is then signed out there too."""
    id_token = request.session.get(ID_TOKEN)
    response: HttpResponse = account_views.logout(request)
    if id_token and is_on() and not request.user.is_authenticated:
        request.session[_OUT] = id_token
        return HttpResponseRedirect(reverse("psc_out"))
    return response


@require_safe
def out(request: HttpRequest) -> HttpResponse:
    """Signed out here; on to the provider, to end the session there."""
    id_token = request.session.pop(_OUT, None)
    try:
        home = f"{settings.REMPART_URL}{reverse('account_login')}"
        url = provider().logout_url(id_token, home) if id_token and is_on() else None
    except ProviderFaultError:
        url = None
    if not url:
        return HttpResponseRedirect(reverse("account_login"))
    return render(request, "psc/out.html", {"url": url})


# ---------------------------------------------------------------------------------------------------


def _go_in(request: HttpRequest, proved: Proved) -> HttpResponse:
    accounts = proved.found.accounts
    target = proved.next
    if isinstance(request.user, Account):
        same = next((one for one in accounts if one.pk == request.user.pk), None)
        if same:
            return _step_up(request, same, proved)
        # Somebody else's identity: the first is signed out, and nothing of theirs is linked or followed.
        get_adapter(request).logout(request)
        target = ""
    if not accounts:
        places = [place.pk for place in proved.found.organisations]
        request.session[ID_TOKEN] = proved.id_token
        return enrol.offer(request, proved.found.professional, proved.proof, places)
    if len(accounts) == 1:
        return _sign_in(request, accounts[0], proved.proof, proved.id_token, target)
    request.session.cycle_key()
    request.session[CHOICE] = {
        "accounts": [one.pk for one in accounts],
        "proof": [proved.proof.kind, proved.proof.issuer, proved.proof.subject],
        "id_token": proved.id_token,
        "next": target,
        "at": time.time(),
    }
    return HttpResponseRedirect(reverse("psc_choose"))


def _sign_in(
    request: HttpRequest, account: Account, proof: Proof, id_token: str, target: str
) -> HttpResponse:
    if why := identities.recognise(request, account, proof):
        return _not_linked(request, account, why)
    assurance.sign_in_by_card(request, account, proof.method)
    request.session[ID_TOKEN] = id_token
    return HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL)


def _step_up(request: HttpRequest, account: Account, proved: Proved) -> HttpResponse:
    if why := identities.recognise(request, account, proved.proof):
        return _not_linked(request, account, why)
    assurance.step_up(request, account, proved.proof.method)
    request.session[ID_TOKEN] = proved.id_token
    messages.success(request, _("Votre carte professionnelle est reconnue."))
    return HttpResponseRedirect(proved.next or settings.LOGIN_REDIRECT_URL)


def _not_linked(request: HttpRequest, account: Account, why: Unlinked) -> HttpResponse:
    events.record(events.Tag.IDENTITY_REFUSED, request, account, verdict="refused", reason=why.value)
    return _refused(request, why.value)


def _not_taken(request: HttpRequest, fault: RefusedTokenError) -> HttpResponse:
    if request.GET.get("error") and fault.reason != "state":
        return _refused(request, "cancelled", status=200)
    _journal(request, fault.reason)
    return _refused(request, "answer")


def _journal(request: HttpRequest, reason: str) -> None:
    """An entry for each reason and network every ten minutes: whoever forges a thousand is one entry."""
    if throttle.once(f"psc refused {reason} {neighbourhood(client_network(request))}", _SAID_AGAIN):
        account = request.user if isinstance(request.user, Account) else None
        events.record(events.Tag.IDENTITY_REFUSED, request, account, verdict="refused", reason=reason)


def _refused(request: HttpRequest, reason: str, status: int = 403) -> HttpResponse:
    return render(request, "psc/refused.html", {"reason": reason}, status=status)
