"""The page behind the proxy's door for cards: whose card it is, and one button to sign in with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rempart.access import assurance, enrol, events, identities
from rempart.access.card import find, link, subject, trust
from rempart.access.card.header import presented
from rempart.access.card.subject import Holder
from rempart.access.card.trust import CardError, Fault
from rempart.access.models import Account

_files: dict[tuple[str, str], trust.Files] = {}


@csp_update({"form-action": [settings.REMPART_URL]})
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """Show what the card opens; on the button, open it."""
    if not settings.REMPART_CARD_URL:
        raise Http404
    seen = presented(request)
    if seen is None:
        return _to_the_door(request)
    try:
        holder = subject.read(trust.check(seen, _authorities(), trust.utc_now()))
    except CardError as refused:
        return _refused(request, refused.fault)
    except (OSError, ValueError):
        return _refused(request, Fault.LIST)
    return _take(request, holder) if request.method == "POST" else _offer(request, holder)


def _to_the_door(request: HttpRequest) -> HttpResponse:
    """From where everybody reads to where cards are asked for; there, the proxy must have said something."""
    door = urlsplit(settings.REMPART_CARD_URL)
    if request.method != "GET" or request.get_host() == door.netloc:
        return _page(request, "elsewhere", status=503)
    return HttpResponseRedirect(f"{settings.REMPART_CARD_URL}{request.get_full_path()}")


def _offer(request: HttpRequest, holder: Holder) -> HttpResponse:
    accounts = find.accounts(holder)
    if accounts:
        return _page(request, "choose", accounts=accounts, holder=holder)
    if delegate := link.may_link(request, holder):
        return _page(request, "link", accounts=[delegate], holder=holder)
    if _may_enrol(holder):
        return _page(request, "enrol", holder=holder)
    return _refused(request, "unknown_card" if holder.kind == "cpe" else "not_in_directory")


def _take(request: HttpRequest, holder: Holder) -> HttpResponse:
    if request.POST.get("do") == "link":
        return _link(request, holder)
    if request.POST.get("do") == "enrol":
        return _enrol(request, holder)
    chosen = request.POST.get("account", "")
    account = next((one for one in find.accounts(holder) if str(one.pk) == chosen), None)
    return _sign_in(request, account, holder) if account else _offer(request, holder)


def _sign_in(request: HttpRequest, account: Account, holder: Holder) -> HttpResponse:
    refused = identities.recognise(request, account, holder.proof)
    if refused:
        return _refused(request, refused, account)
    if request.user == account:
        assurance.step_up(request, account, "card")
    else:
        assurance.sign_in_by_card(request, account, "card")
    return _onwards(request)


def _link(request: HttpRequest, holder: Holder) -> HttpResponse:
    delegate = link.may_link(request, holder)
    if delegate is None:
        return _offer(request, holder)
    if link.needs_fresh_factor(request):
        back = urlencode({"next": reverse("access_card")})
        return HttpResponseRedirect(f"{settings.REMPART_URL}{reverse('account_reauthenticate')}?{back}")
    refused = link.link_cpe(request, delegate, holder)
    return _refused(request, refused, delegate) if refused else _sign_in(request, delegate, holder)


def _may_enrol(holder: Holder) -> bool:
    known = find.professional(holder)
    return known is not None and bool(enrol.open_places(known))


def _enrol(request: HttpRequest, holder: Holder) -> HttpResponse:
    known = find.professional(holder)
    if known is None or not _may_enrol(holder):
        return _offer(request, holder)
    page = enrol.offer(request, known, holder.proof)
    return HttpResponseRedirect(f"{settings.REMPART_URL}{page.url}")


def _onwards(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = "/"
    return HttpResponseRedirect(f"{settings.REMPART_URL}{wanted}")


def _authorities() -> trust.Authorities:
    names = (settings.REMPART_CARD_AUTHORITIES, settings.REMPART_CARD_REVOCATION)
    files = _files.setdefault(names, trust.Files(Path(names[0]), Path(names[1])))
    return files.authorities()


# What is said ----------------------------------------------------------------------------------------

_WORDS: dict[str, Callable[[], str]] = {
    Fault.NO_CARD: lambda: _("Aucune carte n’a été lue. Insérez-la, fermez le navigateur et rouvrez-le."),
    Fault.EXPIRED: lambda: _("Cette carte est périmée. Demandez-en une autre à son émetteur."),
    Fault.NOT_YET: lambda: _("Cette carte n’est pas encore valable."),
    Fault.REVOKED: lambda: _("Cette carte a été mise en opposition : elle n’ouvre plus rien."),
    Fault.USAGE: lambda: _(
        "Le navigateur a présenté le certificat de signature. Choisissez celui d’authentification."
    ),
    Fault.AUTHORITY: lambda: _("Ce certificat ne vient pas d’une carte de professionnel."),
    Fault.LIST: lambda: _(
        "La liste des cartes en opposition n’est pas à jour ici : aucune carte n’est prise en attendant. "
        "Prévenez l’exploitation."
    ),
    "unknown_card": lambda: _(
        "Cette carte d’établissement n’est liée à aucun compte. Connectez-vous avec votre mot de passe et "
        "votre code, puis présentez-la."
    ),
    "not_in_directory": lambda: _(
        "L’annuaire ne connaît pas de professionnel en exercice sous ce numéro, ou aucun compte ne peut "
        "être ouvert pour lui. Si vous venez de vous installer, l’annuaire se met à jour en quelques jours."
    ),
    identities.Unlinked.ENDED: lambda: _("Cette carte a été retirée de ce compte."),
}


def _refused(request: HttpRequest, reason: str, account: Account | None = None) -> HttpResponse:
    reason = str(reason)
    if reason != Fault.NO_CARD:
        events.record(
            events.Tag.IDENTITY_REFUSED,
            request,
            account,
            verdict="refused",
            reason=reason,
            details={"kind": "card"},
        )
    say = _WORDS.get(reason, lambda: _("Cette carte ne peut pas être lue ici. Appelez l’assistance."))
    status = 200 if reason == Fault.NO_CARD else 403
    return _page(request, "refused", status=status, words=say(), reason=reason)


def _page(request: HttpRequest, state: str, status: int = 200, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "state": state,
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "here": settings.REMPART_URL,
        "holder": None,
        "accounts": [],
        "words": "",
        "reason": "",
    }
    return render(request, "account/card.html", context | more, status=status)
