"""“Software I allowed”: what vendors' software may act in the holder's name, and the end of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.access import tokens
from rempart.access.doors import fresh, professional, resumes
from rempart.access.vendors import grants


@professional
@require_safe
def software(request: HttpRequest) -> HttpResponse:
    """Each software with its workstation, since when, until when, and when it last asked."""
    holder: Any = request.user
    return render(request, "professional/software.html", {"grants": grants.of_account(holder)})


@resumes
@fresh
@professional
@require_POST
def confirm(request: HttpRequest, grant: int) -> HttpResponse:
    """The holder answers for a software anew, minutes after a strong factor: a step-up holds it no longer."""
    if tokens.confirm(request, grant=grant):
        messages.success(request, _("Logiciel confirmé : il consulte de nouveau en votre nom."))
    return redirect("professional:software")


@professional
@require_POST
def revoke(request: HttpRequest, grant: int) -> HttpResponse:
    """End what one software may do: its next look-up is refused."""
    holder: Any = request.user
    if grants.revoke(request, holder, grant):
        messages.success(request, _("Logiciel révoqué : il ne consulte plus en votre nom, dès maintenant."))
    return redirect("professional:software")
