"""The live journal: filters are the address, the rest refreshes itself."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.access.doors import passive, role
from rempart.portal.operations import desk, minutes, store
from rempart.portal.operations.charts import SPANS, Span, chart
from rempart.portal.operations.rules import restriction_of, rule_in_words, story
from rempart.portal.shared.words import PROOFS, REASONS, VERDICTS
from rempart.vocabulary.words import Profession, Proof, Reason, Verdict

_PAGE = 30


@role(Profession.OPERATOR, Profession.DPO)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """The page around the live part."""
    context = _live(request) | {
        "verdicts": [(word.value, VERDICTS[word]) for word in Verdict],
        "reasons": [(word.value, REASONS[word]) for word in Reason],
        "proofs": [(word.name.lower(), PROOFS[word.name.lower()]) for word in Proof],
        "query": request.GET.urlencode(),
    }
    return render(request, "operations/journal.html", context)


@passive
@role(Profession.OPERATOR, Profession.DPO)
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The live part alone: the same markup as in the page. It keeps no unattended session alive."""
    response = render(request, "operations/feed.html", _live(request))
    response["X-Fragment"] = "feed"
    return response


@role(Profession.OPERATOR, Profession.DPO)
@require_safe
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    """Why one look-up was decided as it was."""
    found = store.entry(seq)
    if found is None:
        raise Http404
    context = {"line": with_words(found), "why": why(found)}
    return render(request, "operations/entry.html", context)


def _live(request: HttpRequest) -> dict[str, Any]:
    filters = filters_of(request)
    before = request.GET.get("avant", "")
    span = span_of(request)
    lines = store.latest(filters, int(before) if before.isdecimal() else None, _PAGE)
    return {
        "filters": filters,
        "lines": [with_words(line) for line in lines],
        "older": lines[-1]["seq"] if len(lines) == _PAGE else None,
        "tiles": desk.tiles(),
        "chart": chart(minutes.slots(span), span),
        "spans": list(SPANS),
        "now": timezone.localtime(),
    }


def span_of(request: HttpRequest) -> Span:
    """How far back the address asks the chart to go."""
    hours = request.GET.get("heures", "")
    return SPANS.get(int(hours) if hours.isdecimal() else 0, SPANS[1])


def filters_of(request: HttpRequest) -> store.Filters:
    """The filters of an address; a word that is none of ours filters nothing."""
    given = request.GET
    proofs = {word.name.lower() for word in Proof}
    return store.Filters(
        verdict=_among(given.get("verdict", ""), set(Verdict)),
        reason=_among(given.get("raison", ""), set(Reason)),
        account=given.get("compte", "").strip()[:100],
        network=given.get("reseau", "").strip()[:50],
        proof=_among(given.get("preuve", ""), proofs),
        events="1" if given.get("tout") else "",
    )


def _among(word: str, words: Any) -> str:
    return word if word in words else ""


def with_words(line: dict[str, Any]) -> dict[str, Any]:
    """An entry with what a page says of it."""
    looked = line["tag"].startswith("gate:lookup:")
    proof = Proof(line["proof"]).name.lower() if line["proof"] is not None else ""
    told = story(line["verdict"] or "", line["reason"] or "", line["rule"] or "", proof, line["cost"] or 0)
    return line | {
        "proof": proof,
        "is_look_up": looked,
        "story": told if looked else "",
        "rule_words": rule_in_words(line["rule"]) if line["rule"] else "",
        "present": (line["details"] or {}).get("present", "") if isinstance(line["details"], dict) else "",
    }


def why(line: dict[str, Any]) -> dict[str, Any]:
    """What counted when an entry was written: its meter as it stood, and the restriction if one decided."""
    number = restriction_of(line["rule"] or "")
    counted = line["account"] is not None and line["purpose"] is not None
    return {
        "restriction": store.restriction(number) if number else None,
        "spent": store.spent_before(line) if counted else [],
    }
