"""The page on which a professional allows a vendor's software (OAuth 2.0, authorisation endpoint)."""

from http import HTTPStatus
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from rempart.access import resume, step_up
from rempart.access.doors import professional
from rempart.access.vendors import asked as asked_
from rempart.access.vendors import consent, grants, redirects
from rempart.access.vendors.asked import AnsweredError, Asked, NowhereError
from rempart.vocabulary.words import Assurance


@professional
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Ask the holder; with POST, tell the software what they said. The address says what is asked, always."""
    try:
        asked = asked_.read(request.GET)
    except NowhereError as fault:
        return _nowhere(request, str(fault))
    except AnsweredError as answered:
        return HttpResponseRedirect(answered.where)
    if request.POST.get("decision") == "deny":
        return HttpResponseRedirect(asked.answer(error="access_denied"))
    return _decide(request, asked)


def _decide(request: HttpRequest, asked: Asked) -> HttpResponseBase:
    session: Any = request.session
    if session.assurance < asked.level:
        return _page(request, asked, needs_card=True)
    holder: Any = request.user
    if not consent.is_fresh(request, holder, asked):
        return _prove_again(request)
    if request.POST.get("decision") == "allow":
        code = grants.allow(request, holder, asked, consent.workstation(request, asked))
        return HttpResponseRedirect(asked.answer(code=code))
    return _page(request, asked)


def _nowhere(request: HttpRequest, why: str) -> HttpResponse:
    """Nobody is sent to an address that is not registered, not even with an error."""
    context = {"why": why}
    return render(request, "professional/consent_nowhere.html", context, status=HTTPStatus.BAD_REQUEST)


def _prove_again(request: HttpRequest) -> HttpResponse:
    """A fresh proof, then this very address again: nothing that was posted is kept."""
    if request.method == "POST":
        return HttpResponseRedirect(request.get_full_path())
    return step_up.ask(request, resumes=False)


def _page(request: HttpRequest, asked: Asked, *, needs_card: bool = False) -> HttpResponseBase:
    resume.take(request)
    if needs_card:
        resume.keep(request, {}, Assurance.CARD)
    context = {
        "asked": asked,
        "workstation": consent.workstation(request, asked),
        "until": timezone.now() + grants.WORKING_DAY,
        "needs_card": needs_card,
        "here": request.get_full_path(),
    }

    # The form's answer leads to the software's address: the page's policy must name it.
    @csp_update({"form-action": [redirects.origin(asked.redirect_uri)]})
    def shown(request: HttpRequest) -> HttpResponseBase:
        return render(request, "professional/consent.html", context)

    return shown(request)
