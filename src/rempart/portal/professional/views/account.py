"""“My account”: devices, sessions, tokens, second factor; and “this was not me”."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.access import devices, end_sessions, factors, tokens
from rempart.access.doors import fresh, resumes, signed_in
from rempart.access.models import Session
from rempart.access.report_not_me import report_not_me
from rempart.access.sessions import digest
from rempart.portal.professional.views.look_up import SEEN

_LIFETIMES = {"90": 90, "365": 365}


@signed_in
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Everything that can act in the holder's name."""
    return _page(request)


@signed_in
@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    """Create a token and show it, this once: the page that follows does not know it any more."""
    holder: Any = request.user
    label = request.POST.get("label", "").strip()
    if not label:
        messages.error(request, _("Donnez un nom au jeton : celui du logiciel qui s’en servira."))
        return redirect("professional:account")
    if not tokens.may_create(request):
        messages.error(
            request, _("Ce poste est nouveau : créez le jeton depuis un poste connu, ou dans deux jours.")
        )
        return redirect("professional:account")
    days = _LIFETIMES.get(request.POST.get("lifetime", ""), 90)
    text = tokens.create(request, holder, label, timezone.now() + timedelta(days=days))
    return _page(request, new_token=text)


@resumes
@fresh
@signed_in
@require_POST
def confirm_token(request: HttpRequest, token: int) -> HttpResponse:
    """The holder answers for a token anew, minutes after a strong factor: a step-up holds it no longer."""
    if tokens.confirm(request, token=token):
        messages.success(request, _("Jeton confirmé : son logiciel consulte de nouveau."))
    return redirect("professional:account")


@signed_in
@require_POST
def revoke_token(request: HttpRequest, token: int) -> HttpResponse:
    """End one of the holder's own tokens."""
    holder: Any = request.user
    if tokens.revoke(request, holder, token):
        messages.success(request, _("Jeton révoqué : il ne vaut plus rien, dès maintenant."))
    return redirect("professional:account")


@signed_in
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every other session of the account."""
    holder: Any = request.user
    ended = end_sessions.others(request, holder)
    messages.success(request, _("Sessions fermées : %(n)s.") % {"n": ended})
    return redirect("professional:account")


@signed_in
@require_POST
def end_one(request: HttpRequest, reference: str) -> HttpResponse:
    """End one session of the account; for this one it is the same as to sign out."""
    holder: Any = request.user
    session: Any = request.session
    if reference == session.reference:
        return redirect("account_logout")
    if end_sessions.one(request, holder, reference):
        messages.success(request, _("Session fermée : elle ne vaut plus rien, dès maintenant."))
    return redirect("professional:account")


@signed_in
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """“It was me”: the banner goes until the next sign-in."""
    request.session[SEEN] = True
    return redirect("professional:look_up")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest) -> HttpResponse:
    """Explain what will happen, then do it: the card is required, every other session ends."""
    if request.method != "POST":
        return render(request, "professional/not_me.html")
    holder: Any = request.user
    done = report_not_me(request, holder, _("Le titulaire ne reconnaît pas une connexion à son compte."))
    request.session[SEEN] = True
    return render(request, "professional/not_me_done.html", {"done": done})


def _page(request: HttpRequest, new_token: str = "") -> HttpResponse:
    holder: Any = request.user
    context = {
        "devices": devices.of_account(request, holder),
        "sessions": _sessions(request),
        "tokens": tokens.of_account(holder),
        "new_token": new_token,
        "has_factor": factors.has_factor(holder),
        "is_professional": not holder.is_staff_member,
    }
    return render(request, "professional/account.html", context)


def _sessions(request: HttpRequest) -> list[dict[str, Any]]:
    session: Any = request.session
    here = digest(session.session_key or "")
    rows = Session.objects.filter(account=request.user, ended_at=None, expire_date__gt=timezone.now())  # type: ignore[misc]  # an account, by the door
    return [
        {
            "agent": row.agent,
            "network": row.network,
            "started_at": row.started_at,
            "here": row.session_key == here,
            "reference": row.session_key[:16],
        }
        for row in rows.order_by("-started_at")
    ]
