"""Pages that anyone may read. None of them shows anything about anybody."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rempart.access.doors import public
from rempart.access.network import client_network
from rempart.gate.errors import GateUnavailableError
from rempart.portal.public import limits as limits_
from rempart.portal.public import openapi
from rempart.portal.shared.caller import gate


@public
@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    """What an account may see at most, stolen or not."""
    return render(request, "public/limits.html", {"published": limits_.read(), "hijacked": limits_.HIJACKED})


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is held, why, how long."""
    return render(request, "public/privacy.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "public/accessibility.html")


@public
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The API's documentation, made from the gate's own description of it."""
    try:
        _status, _headers, body = gate().forward("GET", "/api/openapi.json", {}, b"", client_network(request))
    except GateUnavailableError:
        return render(request, "503.html", status=503)
    document = json.loads(body)
    context = {
        "info": document["info"],
        "operations": openapi.operations(document),
        "schemas": openapi.schemas(document),
        "api_url": settings.REMPART_API_URL or settings.REMPART_URL,
    }
    return render(request, "public/api_docs.html", context)
