"""The addresses of a professional's pages."""

from django.urls import path

from rempart.portal.professional.views import (
    account,
    authorize,
    look_up,
    own,
    restrictions,
    software,
    team,
    told,
    vouch,
)

app_name = "professional"
urlpatterns = [
    path("", look_up.look_up, name="look_up"),
    path("consultations", own.own, name="own"),
    path("compte", account.account, name="account"),
    path("compte/pas-moi", account.not_me, name="not_me"),
    path("compte/restrictions", restrictions.restrictions, name="restrictions"),
    path("compte/restrictions/<int:number>/contester", restrictions.contest, name="contest"),
    path("compte/logiciels/<int:grant>/confirmer", software.confirm, name="confirm_software"),
    path("compte/jetons/<int:token>/confirmer", account.confirm_token, name="confirm_token"),
    path("compte/vu", account.seen, name="seen"),
    path("compte/logiciels", software.software, name="software"),
    path("compte/logiciels/<int:grant>/revoquer", software.revoke, name="revoke_software"),
    path("oauth/authorize", authorize.authorize, name="authorize"),
    path("compte/avis", told.told, name="told"),
    path("compte/avis/lu", told.read, name="read"),
    path("compte/reinitialisation/arreter", told.stop_reset, name="stop_reset"),
    path("compte/garant", vouch.vouch, name="vouch"),
    path("equipe", team.members, name="team"),
    path("equipe/ajouter", team.add, name="team_add"),
    path("equipe/<int:delegate>/mot", team.word, name="team_word"),
    path("equipe/<int:delegate>/fermer", team.end, name="team_end"),
    path("compte/jetons", account.create_token, name="create_token"),
    path("compte/jetons/<int:token>/revoquer", account.revoke_token, name="revoke_token"),
    path("compte/sessions/fermer", account.end_others, name="end_others"),
    path("compte/sessions/<slug:reference>/fermer", account.end_one, name="end_one"),
]
