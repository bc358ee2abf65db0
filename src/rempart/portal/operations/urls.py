"""The addresses of the night desk."""

from django.urls import path

from rempart.portal.operations.views import accounts, changes, journal, restrictions

app_name = "operations"
urlpatterns = [
    path("", journal.journal, name="journal"),
    path("/fil", journal.feed, name="feed"),
    path("/entrees/<int:seq>", journal.entry, name="entry"),
    path("/comptes", accounts.accounts, name="accounts"),
    path("/comptes/<int:account>", accounts.account, name="account"),
    path("/comptes/<int:account>/restreindre", restrictions.restrict, name="restrict"),
    path("/restrictions", restrictions.restrictions, name="restrictions"),
    path("/restrictions/<int:restriction>/lever", restrictions.lift, name="lift"),
    path("/changements", changes.changes, name="changes"),
]
