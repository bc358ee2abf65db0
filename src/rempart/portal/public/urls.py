"""The addresses that anyone may open."""

from django.urls import path, re_path

from rempart.portal.public import api, oauth, views

app_name = "public"
urlpatterns = [
    path("plafonds", views.limits, name="limits"),
    path("vie-privee", views.privacy, name="privacy"),
    path("accessibilite", views.accessibility, name="accessibility"),
    path("oauth/token", oauth.token, name="oauth_token"),
    path(".well-known/oauth-authorization-server", oauth.metadata, name="oauth_metadata"),
    path("api/docs", views.api_docs, name="api_docs"),
    path("api/openapi.json", api.forward, name="openapi"),
    re_path(r"^api/v1/[A-Za-z0-9/_-]{1,100}$", api.forward, name="api"),
]
