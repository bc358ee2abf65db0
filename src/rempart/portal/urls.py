"""The addresses of the pages, by who looks."""

from django.urls import include, path

urlpatterns = [
    path("", include("rempart.portal.professional.urls")),
    path("", include("rempart.portal.public.urls")),
    path("exploitation", include("rempart.portal.operations.urls")),
    path("demo", include("rempart.portal.demo.urls")),
]
