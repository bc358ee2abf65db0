"""A site whose developer forgot to say who may open a page."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("forgotten/", lambda _: HttpResponse("everything"), name="forgotten"),
    path("", include("rempart.config.urls")),
]
