"""Around every request: nothing private is cached, the session knows where it is used, doors hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from rempart.access import binding, devices, step_up
from rempart.access.doors import Door, door_of
from rempart.access.models import Account
from rempart.access.network import client_network
from rempart.access.rules.browsers import label
from rempart.access.rules.places import Facts

Next = Callable[[HttpRequest], HttpResponseBase]

FRESH = timedelta(minutes=10)
"""As old as a strong factor may be before what loosens."""
_POWERS = """
    accelerometer camera display-capture geolocation gyroscope hid magnetometer microphone midi payment
    serial usb xr-spatial-tracking
"""
_NO_POWERS = ", ".join(f"{power}=()" for power in _POWERS.split())


def private_pages(get_response: Next) -> Next:
    """Everything but the site's own files is kept by nobody: no cache, no history, no proxy."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Permissions-Policy"] = _NO_POWERS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def session_facts(get_response: Next) -> Next:
    """Tells the session its network, device and browser, holds it to them; hands out the device's cookie."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        session: Any = request.session
        session.facts = Facts(
            network=client_network(request),
            device=devices.reference(request),
            agent=label(request.headers.get("User-Agent", "")),
        )
        binding.hold(request)
        response = get_response(request)
        devices.keep_cookie(request, response)
        return response

    return middleware


class ClosedByDefault:
    """Refuses every view whose door (doors.py) the caller may not pass; a view without one, to all."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        door = door_of(view)
        if door and door.assurance == 0:
            return None
        account = request.user
        if not isinstance(account, Account):
            return to_sign_in(request)
        if door is None:
            raise PermissionDenied
        return _pass(request, account, door)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in page, and back here afterwards when that makes sense."""
    target = reverse(settings.LOGIN_URL)
    if getattr(request, "htmx", False):
        # A fragment must not be replaced by the sign-in page: the whole page goes there.
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    if request.method == "GET":
        target = f"{target}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(target)


def _confirming(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("account_reauthenticate"))


def _pass(request: HttpRequest, account: Account, door: Door) -> HttpResponseBase | None:
    session: Any = request.session
    if session.moved and not _confirming(request) and binding.can_prove(account):
        return step_up.ask(request, resumes=door.resumes)
    if account.renew_since and not door.before_renewal:
        return _go(request, reverse("access_renew"))
    if session.assurance < door.assurance:
        if binding.can_prove(account) and step_up.ways(account, door.assurance):
            return step_up.ask(request, resumes=door.resumes)
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
    if door.professions is not None and account.profession not in door.professions:
        raise PermissionDenied
    if door.fresh and not is_fresh(session):
        return step_up.ask(request, resumes=door.resumes)
    if door.keeps_awake:
        session.touch()
    return None


def is_fresh(session: Any) -> bool:
    """Whether a strong factor was given in this session minutes ago (`containment.undo` asks the same)."""
    return bool(session.proved_at and timezone.now() - session.proved_at < FRESH)


def _go(request: HttpRequest, target: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)
