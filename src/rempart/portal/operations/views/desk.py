"""The desk's first page: one look says calm, watch, act; and who watches. It refreshes itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.access.doors import passive, role
from rempart.portal.operations import desk, minutes
from rempart.portal.operations.charts import SPANS, chart
from rempart.portal.operations.views.journal import span_of
from rempart.vocabulary.words import Profession


@role(Profession.OPERATOR, Profession.DPO)
@require_safe
def first(request: HttpRequest) -> HttpResponse:
    """The page around the live part. The officer reads the journal, and is no operator."""
    if request.user.profession == Profession.DPO:  # type: ignore[union-attr]
        return redirect("operations:journal")
    context = _live(request) | {"query": request.GET.urlencode()}
    return render(request, "operations/desk.html", context)


@passive
@role(Profession.OPERATOR)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The live part alone: the same markup as in the page. It keeps no unattended session alive."""
    response = render(request, "operations/desk_live.html", _live(request))
    response["X-Fragment"] = "desk"
    return response


def _live(request: HttpRequest) -> dict[str, Any]:
    span = span_of(request)
    return {
        "glance": desk.glance(request),
        "chart": chart(minutes.slots(span), span),
        "spans": list(SPANS),
        "spans_at": "operations:desk",
        "now": timezone.localtime(),
    }
