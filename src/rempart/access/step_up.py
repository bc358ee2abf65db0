"""Stepping up: which proofs an account really has for a level, and the way to the page that asks them."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from rempart.access import factors, passkeys, resume
from rempart.access.models import Account
from rempart.vocabulary.words import Assurance


def ways(account: Account, level: int) -> tuple[str, ...]:
    """The proofs worth `level` that this account has here, in the API's words, the quickest first."""
    found = []
    if level <= Assurance.SECOND_FACTOR:
        if passkeys.of_account(account):
            found.append("passkey")
        if factors.has_app(account) or factors.codes_left(account):
            found.append("second_factor")
    if not account.is_staff_member:
        if getattr(settings, "REMPART_CARD_URL", ""):
            found.append("professional_card")
        if getattr(settings, "REMPART_PSC_URL", ""):
            found.append("pro_sante_connect")
    return tuple(found)


def ask(request: HttpRequest, *, resumes: bool) -> HttpResponse:
    """Send whoever stands before a door to a fresh proof, and back here afterwards."""
    if resumes and request.method == "POST":
        resume.keep(request, request.POST.dict())
    target = f"{reverse('access_step_up')}?{urlencode({'next': _back(request)})}"
    if getattr(request, "htmx", False):
        # A fragment must not be replaced by another page: the whole page goes there.
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def _back(request: HttpRequest) -> str:
    """Where to come back to: the page itself, or the one whose button was pressed."""
    if request.method in {"GET", "HEAD"} and not getattr(request, "htmx", False):
        return request.get_full_path()
    if kept := resume.place(request):
        return kept
    home = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
    return origin.removeprefix(home) if ours and origin.startswith(f"{home}/") else "/"
