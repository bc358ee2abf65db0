"""The pages shown when something cannot be: they repeat nothing of what was asked."""

import sys
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from rempart.access.doors import public

_SOON = "5"
"""Seconds after which a restarted database usually answers again."""


def _page(request: HttpRequest, status: HTTPStatus, template: str) -> HttpResponse:
    try:
        return render(request, template, {"status": int(status)}, status=status)
    except TemplateDoesNotExist:
        return HttpResponse(f"{int(status)}\n", status=status, content_type="text/plain")


@public
def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """No such page, or no such thing for this account."""
    return _page(request, HTTPStatus.NOT_FOUND, "404.html")


@public
def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001
    """The account may not open this page."""
    return _page(request, HTTPStatus.FORBIDDEN, "403.html")


@public
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001
    """The request cannot be read: too large, of a wrong host, of an ended session."""
    return _page(request, HTTPStatus.BAD_REQUEST, "400.html")


@public
def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form came from elsewhere, or the browser refused the cookie."""
    return _page(request, HTTPStatus.FORBIDDEN, "403_csrf.html")


@public
def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Something broke, or the database is away for a moment. The page itself asks nothing of either."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.INTERNAL_SERVER_ERROR
    try:
        body: str = render_to_string(f"{int(status)}.html", {"status": int(status)})
    except Exception:  # noqa: BLE001  # whatever it is, a page is answered
        body = f"{int(status)}\n"
    return HttpResponse(body, status=status, headers={"Retry-After": _SOON} if away else None)
