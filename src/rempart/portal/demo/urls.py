"""The demonstration's addresses."""

from django.urls import path

from rempart.portal.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.demo, name="demo"),
    path("/codes", views.codes, name="codes"),
    path("/carte", views.card, name="card"),
]
