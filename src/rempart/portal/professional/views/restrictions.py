"""“My restrictions”: what holds the account, how to go on at once, and the holder's appeal."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.access.doors import signed_in
from rempart.containment import mine

_SHORTEST, _LONGEST = 8, 500


@signed_in
@require_safe
def restrictions(request: HttpRequest) -> HttpResponse:
    """Every restriction about whoever is signed in."""
    return _page(request)


@signed_in
@require_POST
def contest(request: HttpRequest, number: int) -> HttpResponse:
    """Send the holder's sentence to operations."""
    text = " ".join(request.POST.get("text", "").split())
    if not _SHORTEST <= len(text) <= _LONGEST:
        messages.error(
            request, _("Dites en une phrase ce qui s’est passé : 8 caractères au moins, 500 au plus.")
        )
        return _page(request, refused=number, text=text[:_LONGEST])
    if mine.appeal(request, number, text):
        messages.success(request, _("Envoyé : l’exploitation lit votre phrase à côté des signaux."))
    else:
        messages.error(
            request,
            _("Cette restriction est levée ou ne vous concerne pas, ou vous avez écrit cinq fois ce jour."),
        )
    return redirect("professional:restrictions")


def _page(request: HttpRequest, refused: int = 0, text: str = "") -> HttpResponse:
    account: Any = request.user
    context = {
        "restrictions": [(held, mine.ways(account, held)) for held in mine.of_request(request)],
        "confirm": f"{reverse('access_step_up')}?next={reverse('professional:restrictions')}",
        "support": settings.REMPART_SUPPORT,
        "status": settings.REMPART_STATUS_URL,
        "refused": refused,
        "text": text,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "professional/restrictions.html", context, status=status)
