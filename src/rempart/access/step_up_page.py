"""The page that asks for a fresh proof, in whichever way this account has, and leads back."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rempart.access import resume, step_up
from rempart.access.factor_forms import ReauthenticateForm


@require_safe
def step_up_view(request: HttpRequest) -> HttpResponse:
    """The ways of this account for the level that is needed; each leads back to where one was."""
    account: Any = request.user
    session: Any = request.session
    level = resume.level(request)
    context = {
        "ways": step_up.ways(account, level),
        "level": level,
        "moved": session.moved,
        "kept": bool(resume.place(request)),
        "next": get_next_redirect_url(request) or resume.place(request) or "/",
        "form": ReauthenticateForm(user=account),
    }
    return render(request, "account/step_up.html", context)
