"""Software's own requests, passed on to the gate as they came.

In production the reverse proxy sends `/api/` straight to the gate; here one address serves everything.
The gate checks the bearer token, so the view is open; it adds nothing but the caller's address.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from rempart.access.doors import public
from rempart.access.network import client_network
from rempart.gate.errors import GateUnavailableError
from rempart.portal.shared.caller import gate

LARGEST = 32 * 1024
"""Bytes of a body: twice what the gate reads, so that its own answer is the one that is given."""
_PASSED_BACK = ("content-type", "cache-control", "retry-after", "www-authenticate", "x-content-type-options")


@csrf_exempt
@public
def forward(request: HttpRequest) -> HttpResponse:
    """Pass method, path, headers and body to the gate; pass its answer back."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return JsonResponse({"error": "content_length"}, status=400)
    if length > LARGEST:
        return JsonResponse({"error": f"at most {LARGEST} bytes"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        status, found, body = gate().forward(
            request.method or "GET", request.path, headers, request.body, client_network(request)
        )
    except GateUnavailableError:
        body_503 = {"verdict": "refused", "reason": "unavailable", "retry_after": 2}
        return JsonResponse(body_503, status=503, headers={"Retry-After": "2"})
    return HttpResponse(
        body, status=status, headers={name: found[name] for name in _PASSED_BACK if name in found}
    )
