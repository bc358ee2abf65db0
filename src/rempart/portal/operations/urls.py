"""The addresses of the night desk."""

from django.urls import path

from rempart.portal.operations.views import (
    accounts,
    acts,
    alerts,
    changes,
    desk,
    detectors,
    journal,
    oncall,
    places,
    restrictions,
)

app_name = "operations"
urlpatterns = [
    path("", desk.first, name="desk"),
    path("/direct", desk.live, name="desk_live"),
    path("/alertes", alerts.alerts, name="alerts"),
    path("/alertes/<int:alert>", alerts.alert, name="alert"),
    path("/alertes/<int:alert>/remarque", acts.remark, name="remark"),
    path("/alertes/<int:alert>/restreindre", acts.restrict, name="contain"),
    path("/alertes/<int:alert>/identifiants", acts.credentials, name="credentials"),
    path("/alertes/<int:alert>/ecarter", acts.dismiss, name="dismiss"),
    path("/alertes/<int:alert>/clore", acts.close, name="close"),
    path("/alertes/<int:alert>/<slug:what>", acts.act, name="act"),
    path("/silences/<int:mute>/lever", acts.unmute, name="unmute"),
    path("/journal", journal.journal, name="journal"),
    path("/fil", journal.feed, name="feed"),
    path("/entrees/<int:seq>", journal.entry, name="entry"),
    path("/comptes", accounts.accounts, name="accounts"),
    path("/comptes/<int:account>", accounts.account, name="account"),
    path("/comptes/<int:account>/restreindre", restrictions.restrict, name="restrict"),
    path("/reseaux/<str:network>", places.network, name="network"),
    path("/reseaux/<str:network>/bannir", places.ban, name="ban"),
    path("/chercher", places.search, name="search"),
    path("/detecteurs", detectors.detectors, name="detectors"),
    path("/restrictions", restrictions.restrictions, name="restrictions"),
    path("/restrictions/<int:restriction>/lever", restrictions.lift, name="lift"),
    path("/astreinte", oncall.oncall, name="oncall"),
    path("/astreinte/<int:contact>/essai", oncall.test_call, name="test_call"),
    path("/releve", oncall.handover, name="handover"),
    path("/fiche-de-nuit", oncall.night_card, name="night_card"),
    path("/changements", changes.changes, name="changes"),
]
