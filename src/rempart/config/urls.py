"""Every address of the site. Views that are not ours get their door here (`access/doors.py`)."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import include, path
from django.views.i18n import set_language

from rempart.access import enrol_pages, passkey_pages, reset_pages, workstation_page
from rempart.access.card.sign_in import card
from rempart.access.doors import before_renewal, own_account_only, public, signed_in
from rempart.access.psc import pages as psc
from rempart.access.renewal_page import renew_view
from rempart.access.set_up_page import set_up_view
from rempart.access.step_up_page import step_up_view

urlpatterns = [
    path("sign-in/", public(account.login), name="account_login"),
    path("sign-in/code/", public(factor.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", public(passkey_pages.sign_in), name="mfa_login_webauthn"),
    path("sign-in/passkey/options/", public(passkey_pages.sign_in_options), name="access_sign_in_options"),
    path("sign-in/who/", public(workstation_page.who), name="access_who"),
    path("sign-in/who/forget/", public(workstation_page.forget), name="access_forget"),
    path("sign-in/switch/", own_account_only(workstation_page.switch), name="access_switch"),
    path("sign-in/card/", public(card), name="access_card"),
    path("sign-out/", public(psc.sign_out), name="account_logout"),
    path("psc/", public(psc.leave), name="psc_leave"),
    path("psc/back/", public(psc.back), name="psc_back"),
    path("psc/account/", public(psc.choose), name="psc_choose"),
    path("psc/out/", public(psc.out), name="psc_out"),
    path("psc/ended/", public(psc.ended_there), name="psc_ended"),
    path("enrol/", public(enrol_pages.ways), name="enrol"),
    path("enrol/letter/", public(enrol_pages.letter), name="enrol_letter"),
    path("enrol/letter/asked/", public(enrol_pages.asked), name="enrol_asked"),
    path("enrol/code/", public(enrol_pages.code), name="enrol_code"),
    path("enrol/account/", public(enrol_pages.account), name="enrol_account"),
    path("set-up/", public(set_up_view), name="access_set_up"),
    path("account/renew/", before_renewal(own_account_only(renew_view)), name="access_renew"),
    path("reset/", public(reset_pages.ask_view), name="access_reset"),
    path("reset/asked/", public(reset_pages.asked_view), name="access_reset_asked"),
    path("reset/choose/", public(reset_pages.choose_view), name="access_reset_choose"),
    path("reset/passkey/", public(reset_pages.passkey_view), name="access_reset_passkey"),
    path(
        "reset/passkey/options/",
        public(reset_pages.passkey_options_view),
        name="access_reset_passkey_options",
    ),
    path("reset/stop/", public(reset_pages.stop_view), name="access_reset_stop"),
    path("reset/word/<str:word>/", public(reset_pages.word_view), name="access_reset_word"),
    path("language/", public(set_language), name="set_language"),
    path("account/password/", own_account_only(account.password_change), name="account_change_password"),
    path(
        "account/confirm/",
        before_renewal(own_account_only(account.reauthenticate)),
        name="account_reauthenticate",
    ),
    path(
        "account/confirm/code/",
        before_renewal(own_account_only(factor.reauthenticate)),
        name="mfa_reauthenticate",
    ),
    path(
        "account/confirm/passkey/",
        before_renewal(own_account_only(passkey_pages.confirm)),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "account/confirm/passkey/options/",
        before_renewal(own_account_only(passkey_pages.confirm_options)),
        name="access_confirm_options",
    ),
    path("account/confirm/how/", before_renewal(own_account_only(step_up_view)), name="access_step_up"),
    path("account/second-factor/", own_account_only(factor.index), name="mfa_index"),
    path("account/passkeys/", own_account_only(passkey_pages.index), name="mfa_list_webauthn"),
    path("account/passkeys/new/", own_account_only(passkey_pages.enrol), name="mfa_add_webauthn"),
    path(
        "account/passkeys/new/options/",
        own_account_only(passkey_pages.enrol_options),
        name="access_enrol_options",
    ),
    path("account/passkeys/<int:pk>/name/", signed_in(passkey_pages.rename), name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", signed_in(passkey_pages.remove), name="mfa_remove_webauthn"),
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
