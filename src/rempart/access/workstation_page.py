"""Changing places at a workstation: one click ends the session, one names who comes next."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.access import workstation
from rempart.access.psc import pages as psc
from rempart.access.psc.flow import ID_TOKEN


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """End the session of whoever leaves, and ask who comes."""
    if request.session.get(ID_TOKEN):
        return psc.sign_out(request)  # there, too: else the next one would come in as the one who left
    get_adapter(request).logout(request)
    return redirect("access_who")


@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """The people of this workstation, each behind a button; on an unknown one, the sign-in page."""
    if request.user.is_authenticated:
        return redirect("professional:look_up")
    people = workstation.people(request)
    if not people:
        return redirect("account_login")
    context = {
        "people": people,
        "next": get_next_redirect_url(request) or "",
        "card": bool(getattr(settings, "REMPART_CARD_URL", "")),
        "psc": bool(getattr(settings, "REMPART_PSC_URL", "")),
    }
    return render(request, "account/who.html", context)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Take a name off this workstation. It is no known device of that account any more."""
    number = workstation.chosen(request)
    if number and workstation.forget(request, number):
        messages.success(request, _("Ce poste a oublié ce nom."))
    return redirect("access_who")
