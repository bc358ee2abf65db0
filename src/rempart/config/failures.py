"""The pages shown when something cannot be: they repeat nothing of what was asked."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist

from rempart.access.doors import public


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
    """Something broke. The page itself must not: no context processor, no database."""
    try:
        from django.template.loader import render_to_string  # noqa: PLC0415  # templates may be what broke

        body: str = render_to_string("500.html")
    except Exception:  # noqa: BLE001  # whatever it is, a page is answered
        body = "500\n"
    return HttpResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
