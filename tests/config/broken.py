"""A site with one page that breaks."""

from django.urls import include, path

from rempart.access.doors import public


def view(request):
    raise NotImplementedError


urlpatterns = [
    path("broken/", public(lambda request: view(request)), name="broken"),  # noqa: PLW0108  # looked up late
    path("", include("rempart.config.urls")),
]

handler500 = "rempart.config.failures.server_error"
