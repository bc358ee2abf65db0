"""Every address of the site. Views that are not ours get their door here (`access/doors.py`)."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import include, path
from django.views.i18n import set_language

from rempart.access.doors import own_account_only, public, signed_in
from rempart.access.set_up_page import set_up_view

urlpatterns = [
    path("sign-in/", public(account.login), name="account_login"),
    path("sign-in/code/", public(factor.authenticate), name="mfa_authenticate"),
    path("sign-out/", public(account.logout), name="account_logout"),
    path("set-up/", public(set_up_view), name="access_set_up"),
    path("language/", public(set_language), name="set_language"),
    path("account/password/", own_account_only(account.password_change), name="account_change_password"),
    path("account/confirm/", own_account_only(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", own_account_only(factor.reauthenticate), name="mfa_reauthenticate"),
    path("account/second-factor/", own_account_only(factor.index), name="mfa_index"),
    path("account/second-factor/activate/", own_account_only(totp.activate_totp), name="mfa_activate_totp"),
    path("account/second-factor/remove/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/recovery-codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/recovery-codes/new/",
        signed_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("", include("rempart.portal.urls")),
]

handler400 = "rempart.config.failures.bad_request"
handler403 = "rempart.config.failures.forbidden"
handler404 = "rempart.config.failures.not_found"
handler500 = "rempart.config.failures.server_error"
