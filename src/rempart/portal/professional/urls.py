"""The addresses of a professional's pages."""

from django.urls import path

from rempart.portal.professional.views import account, look_up, own

app_name = "professional"
urlpatterns = [
    path("", look_up.look_up, name="look_up"),
    path("consultations", own.own, name="own"),
    path("compte", account.account, name="account"),
    path("compte/pas-moi", account.not_me, name="not_me"),
    path("compte/vu", account.seen, name="seen"),
    path("compte/jetons", account.create_token, name="create_token"),
    path("compte/jetons/<int:token>/revoquer", account.revoke_token, name="revoke_token"),
    path("compte/sessions/fermer", account.end_others, name="end_others"),
    path("compte/sessions/<slug:reference>/fermer", account.end_one, name="end_one"),
]
