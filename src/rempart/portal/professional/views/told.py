"""What the holder was told, and saying no to a new password that somebody else asked for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.access import notices, resets
from rempart.access.doors import own_account_only, signed_in


@signed_in
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """Every notice of the last three months."""
    holder: Any = request.user
    return render(request, "professional/notices.html", {"notices": notices.recent(holder)})


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """“I have read this”: up to the latest that was shown, none that came since."""
    holder: Any = request.user
    latest = request.POST.get("latest", "")
    if latest.isdecimal() and len(latest) < 19:  # noqa: PLR2004  # what a bigint holds
        notices.mark_read(holder, int(latest))
    return redirect((request.POST.get("from") == "list" and "professional:told") or "professional:look_up")


@own_account_only
@require_POST
def stop_reset(request: HttpRequest) -> HttpResponse:
    """Stop every new password asked for this account; from any device that is signed in."""
    holder: Any = request.user
    if resets.stop(request, holder):
        messages.success(request, _("La demande est arrêtée : votre mot de passe n’a pas changé."))
    return redirect("professional:account")
