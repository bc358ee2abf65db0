"""The counter: who is asked about, and what the gate answered.

POST only carries a person's number; the page and its fragment are the same markup, so that everything
works without JavaScript. Nothing is kept: neither in the session nor in the browser.
"""

import itertools
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from rempart.access import resume, step_up
from rempart.access.doors import resumes, signed_in
from rempart.access.since_last_visit import last_visit
from rempart.gate.errors import GateUnavailableError
from rempart.portal.professional import answers
from rempart.portal.professional.forms import PRESENT_CHOICES, LookUpForm, new_attempt
from rempart.portal.shared.caller import caller_of, gate
from rempart.portal.shared.navigation import meters
from rempart.vocabulary import nir as nirs
from rempart.vocabulary.words import STAFF

SEEN = "since_last_visit_seen"
"""Mark in the session: the holder has read what happened since the last visit."""


@resumes
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def look_up(request: HttpRequest) -> HttpResponse:
    """The look-up page; with POST, its answer. Staff have no patient in front of them."""
    profession = request.user.profession  # type: ignore[union-attr]  # the door let an account in
    if profession in STAFF:
        return redirect("operations:desk")
    posted = request.POST.dict() if request.method == "POST" else None
    if request.method == "GET":
        posted = resume.take(request)
    if posted is None:
        return _page(request, LookUpForm(profession=profession), None, HTTPStatus.OK)
    form = LookUpForm(posted, profession=profession)
    if not form.is_valid():
        return _page(request, form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    status, outcome = _ask(request, form)
    if level := answers.level_of(outcome):
        resume.keep(request, posted, level)
        outcome = answers.with_ways(outcome, step_up.ways(request.user, level))  # type: ignore[arg-type]  # the door again
    return _page(request, form, outcome, status)


def _ask(request: HttpRequest, form: LookUpForm) -> tuple[int, answers.Shown]:
    caller, asked = caller_of(request), form.request()
    try:
        reply = gate().look_up(caller, asked, form.cleaned_data.get("attempt") or None)
        if reply.status == HTTPStatus.CONFLICT:  # gone back to an earlier page, to ask about somebody else
            reply = gate().look_up(caller, asked, new_attempt())
    except GateUnavailableError:
        return HTTPStatus.SERVICE_UNAVAILABLE, answers.unavailable()
    if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return _unreadable(form, reply.body)
    # A challenge is a page like another: 401 would ask the browser for a password.
    status = HTTPStatus.OK if reply.status == HTTPStatus.UNAUTHORIZED else reply.status
    return status, answers.shown(reply.status, reply.body)


def _unreadable(form: LookUpForm, body: dict[str, Any]) -> tuple[int, answers.Shown]:
    """The gate reads more strictly than the form: say so beside the field, if the form has it."""
    field = str(body.get("field", ""))
    form.add_error(field if field in form.fields else None, str(body.get("message", "")))
    return HTTPStatus.UNPROCESSABLE_ENTITY, answers.shown(422, {"reason": "unreadable", "verdict": "refused"})


def _page(request: HttpRequest, form: LookUpForm, outcome: answers.Shown | None, status: int) -> HttpResponse:
    fragment = bool(getattr(request, "htmx", False))
    if form.errors:
        outcome = None
    context = {
        "form": form,
        "shown": outcome,
        "attempt": new_attempt(),
        "present_reasons": PRESENT_CHOICES,
        "present_left": answers.meter_of(meters(request), "present", "day"),
        "rank": form.data.get("birth_rank", "") if outcome and outcome.kind == "answer" else "",
        "typed": {name: form.data.get(name, "") for name in ("amc", "member_number", "purpose")},
        "nir": _typed_number(form),
        "birth_date": _typed_birth_date(form),
        "act": form.data.get("act_family") or form.usual_act,
        "last": None if fragment or form.is_bound else _last_visit(request),
    }
    template = "professional/counter.html" if fragment else "professional/look_up.html"
    response = render(request, template, context, status=status)
    response["X-Fragment"] = "counter"
    return response


def _typed_number(form: LookUpForm) -> str:
    """What to show again in the field: what was typed, or the number read from the card, never its proof."""
    if form.is_bound and form.is_valid():
        return _spaced(form.cleaned_data["nir"])
    typed = str(form.data.get("nir", "")) if form.is_bound else ""
    return "" if "|" in typed else typed


def _typed_birth_date(form: LookUpForm) -> str:
    if form.is_bound and form.is_valid():
        year, month, day = form.cleaned_data["birth_date"].split("-")
        return f"{day} {month} {year}"
    return str(form.data.get("birth_date", "")) if form.is_bound else ""


def _spaced(number: str) -> str:
    """1 2 2 2 3 3 and the key, as printed on the card."""
    number += nirs.Nir(number).key if number else ""
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(number[a:b] for a, b in itertools.pairwise(cuts)).strip()


def _last_visit(request: HttpRequest) -> Any:
    if request.session.get(SEEN):
        return None
    return last_visit(request, request.user)  # type: ignore[arg-type]  # an account, by the door
