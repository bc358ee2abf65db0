"""An account's passkeys: the list, a new one, its name, its end; and the proofs, to sign in and again.

What a browser is asked is made by a request of its own, when the button is pressed: a page left open for an
hour still works, and no challenge lies about.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import BaseReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import flows
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.access import devices, factors, passkeys, workstation
from rempart.access.models import Account
from rempart.access.passkey_forms import NOT_TAKEN, ConfirmForm, EnrolForm, NameForm, ProveForm

View = Callable[..., HttpResponse]
_reauthenticated = cast("Callable[[View], View]", reauthentication_required(app="allauth.mfa"))
_page_or_post = require_http_methods(["GET", "HEAD", "POST"])
JSON = partial(JsonResponse, json_dumps_params={"separators": (",", ":")})


# The list, and what is done to it ----------------------------------------------------------------


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The account's passkeys, and what to do when one is lost."""
    account: Any = request.user
    return render(
        request,
        "mfa/webauthn/authenticator_list.html",
        {"passkeys": passkeys.of_account(account), "most": passkeys.MOST} | _other_ways(account),
    )


@_page_or_post
@_reauthenticated
@sensitive_post_parameters("credential")
def enrol(request: HttpRequest) -> HttpResponse:
    """A new passkey: the browser makes it, its holder names it."""
    account: Any = request.user
    form = EnrolForm(request.POST if request.method == "POST" else None, user=account)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _made, codes = flows.add_authenticator(
                request, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"]
            )
        messages.success(request, _("Clé d’accès ajoutée."))
        return redirect("mfa_view_recovery_codes" if codes else "mfa_list_webauthn")
    context = {"form": form, "full": len(passkeys.of_account(account)) >= passkeys.MOST}
    return render(request, "mfa/webauthn/add_form.html", context)


@require_POST
@_reauthenticated
def enrol_options(request: HttpRequest) -> HttpResponse:
    """What the browser is asked for a new passkey."""
    account: Any = request.user
    return JSON(passkeys.to_enrol(request, account))


@_page_or_post
@_reauthenticated
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for one of the account's passkeys."""
    passkey = _own(request, pk)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": passkey.wrap().name})
    if request.method == "POST" and form.is_valid():
        flows.rename_authenticator(request, passkey, form.cleaned_data["name"])
        return redirect("mfa_list_webauthn")
    return render(request, "mfa/webauthn/edit_form.html", {"form": form, "passkey": passkey})


@_page_or_post
@_reauthenticated
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of one of the account's passkeys."""
    passkey = _own(request, pk)
    if request.method == "POST":
        with transaction.atomic():
            flows.remove_authenticator(request, passkey)
        messages.success(request, _("Clé d’accès retirée : elle n’ouvre plus rien."))
        return redirect("mfa_list_webauthn")
    account: Any = request.user
    context = {"passkey": passkey, "last": factors.count(account) == 1}
    return render(request, "mfa/webauthn/authenticator_confirm_delete.html", context)


# To sign in --------------------------------------------------------------------------------------


@_page_or_post
@sensitive_post_parameters("credential")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in with a passkey alone: it holds its account's name, and verified its holder."""
    if request.user.is_authenticated:
        return redirect("professional:look_up")
    if request.method != "POST":
        return redirect("account_login")
    form = ProveForm(request.POST)
    if not form.is_valid():
        messages.error(request, NOT_TAKEN)
        return redirect("access_who" if request.POST.get("account") else "account_login")
    factor = form.cleaned_data["credential"]
    login = Login(user=factor.user, redirect_url=get_next_redirect_url(request))
    answer: HttpResponseBase = flows.perform_passwordless_login(request, factor, login)
    return answer


@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """What the browser is asked: a passkey of the account that is signing in, or any that it holds here.

    An account may be named on a device that it has signed in from. Elsewhere the name changes nothing: the
    answer is as for nobody, so that it does not tell who has passkeys.
    """
    return JSON(passkeys.to_prove(request, "sign_in", _half_way(request) or _chosen(request)))


def _half_way(request: HttpRequest) -> Account | None:
    """Who has given the right password just now, and is asked for the second factor."""
    login = unstash_login(request, peek=True) if request.POST.get("half_way") else None
    return login.user if login else None


def _chosen(request: HttpRequest) -> Account | None:
    number = workstation.chosen(request)
    account = Account.objects.filter(pk=number, is_active=True).first() if number else None
    return account if account and devices.is_known(request, account) else None


# A fresh proof -----------------------------------------------------------------------------------


class ConfirmView(BaseReauthenticateView):  # type: ignore[misc]
    """Proves again, with a passkey, that it is the holder who sits there."""

    form_class = ConfirmForm
    template_name = "mfa/webauthn/reauthenticate.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: ConfirmForm) -> HttpResponse:
        form.save()
        answer: HttpResponse = super().form_valid(form)
        return answer


confirm = sensitive_post_parameters("credential")(ConfirmView.as_view())


@require_POST
def confirm_options(request: HttpRequest) -> HttpResponse:
    """What the browser is asked for a fresh proof: one of this account's own passkeys."""
    account: Any = request.user
    return JSON(passkeys.to_prove(request, "confirm", account))


# -------------------------------------------------------------------------------------------------


def _own(request: HttpRequest, pk: int) -> Authenticator:
    found: Authenticator = get_object_or_404(
        Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN
    )
    return found


def _other_ways(account: Account) -> dict[str, Any]:
    return {"has_app": factors.has_app(account), "codes_left": factors.codes_left(account)}
