"""The pages by which a professional opens their account: ways, letter, code, and the account itself."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from rempart.access import assurance, enrol, letters
from rempart.access.enrol import NotEnrolled, Offer
from rempart.access.models import Account, Organisation
from rempart.access.password_form import NewPasswordForm
from rempart.vocabulary.rpps import parse_rpps

_REFUSED = {
    NotEnrolled.LOGIN_SHAPE: gettext_lazy(
        "Un identifiant a de 3 à 64 lettres minuscules, chiffres, points ou tirets, et commence par une "
        "lettre ou un chiffre."
    ),
    NotEnrolled.LOGIN_TAKEN: gettext_lazy("Cet identifiant est pris : choisissez-en un autre."),
    NotEnrolled.HAS_ACCOUNT: gettext_lazy(
        "Vous avez déjà un compte dans cet établissement : connectez-vous."
    ),
    NotEnrolled.NOT_THERE: gettext_lazy("L’annuaire ne vous connaît plus dans cet établissement."),
    NotEnrolled.IDENTITY: gettext_lazy(
        "Cette carte est rattachée à une autre personne : prévenez l’exploitation."
    ),
}


class RppsForm(forms.Form):
    """Asks a professional for their number."""

    rpps = forms.CharField(
        label=gettext_lazy("Numéro RPPS"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("Onze chiffres."),
    )

    def clean_rpps(self) -> str:
        try:
            return parse_rpps("".join(self.cleaned_data["rpps"].split()))
        except ValueError as wrong:
            raise forms.ValidationError(
                _("Un numéro RPPS a onze chiffres ; il figure sur votre carte CPS.")
            ) from wrong


class LetterForm(RppsForm):
    """Who asks for a code by post, and for where."""

    structure = forms.CharField(
        label=gettext_lazy("Numéro de votre établissement"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=gettext_lazy("FINESS (neuf caractères) ou SIRET (quatorze chiffres)."),
    )

    def clean_structure(self) -> str:
        return "".join(str(self.cleaned_data["structure"]).split()).upper()


class CodeForm(RppsForm):
    """The code of a letter, and whose it is."""

    code = forms.CharField(
        label=gettext_lazy("Code du courrier"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=gettext_lazy("Quatorze lettres et chiffres ; ni les tirets ni la casse ne comptent."),
    )


class AccountForm(NewPasswordForm):
    """What the new account is to have."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("Établissement"))
    login = forms.CharField(
        label=gettext_lazy("Identifiant"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        help_text=gettext_lazy("Ce que vous taperez pour vous connecter. Vous pouvez le changer maintenant."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("Pour vous prévenir de ce qui arrive à votre compte. Elle n’ouvre rien."),
    )

    def __init__(self, offered: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=[place.pk for place in offered.places])
        field.label_from_instance = lambda place: f"{place.name}, {place.commune}".strip(", ")
        field.empty_label = None
        if len(offered.places) == 1:
            field.widget, field.initial = forms.HiddenInput(), offered.places[0].pk
        self.fields["login"].initial = enrol.propose_login(offered.professional)
        self._name = f"{offered.professional.given_name} {offered.professional.family_name}"

    def whose(self) -> Account:
        given = self.cleaned_data
        return Account(login=given.get("login", ""), email=given.get("email", ""), display_name=self._name)


@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """By which of the three ways one's identity is checked."""
    return render(request, "enrol/ways.html")


def letter(request: HttpRequest) -> HttpResponse:
    """Ask for a code by post: the same answer whatever the numbers are."""
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if letters.ask(request, form.cleaned_data["rpps"], form.cleaned_data["structure"]):
            return HttpResponseRedirect(reverse("enrol_asked"))
        form.add_error(None, _("Trop de demandes d’ici. Réessayez dans une heure."))
    return render(request, "enrol/letter.html", {"form": form})


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What happens now, if the numbers are right."""
    return render(request, "enrol/asked.html")


@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Take the code of a letter."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = letters.take(request, form.cleaned_data["rpps"], form.cleaned_data["code"])
        if found:
            return enrol.offer_by_letter(request, found)
        form.add_error(
            None,
            _(
                "Ce code n’ouvre rien : faux, trop ancien, déjà utilisé, ou trop d’essais. Vérifiez-le ; "
                "après cinq codes faux, un courrier ne vaut plus rien et il faut en demander un autre."
            ),
        )
    return render(request, "enrol/code.html", {"form": form})


@sensitive_post_parameters()
def account(request: HttpRequest) -> HttpResponse:
    """Open the account of whoever was proved in this session, and sign them in."""
    offered = None if request.user.is_authenticated else enrol.offered(request)
    if offered is None:
        enrol.withdraw_offer(request)
        messages.info(request, _("Le temps est écoulé : recommencez, rien n’a été ouvert."))
        return HttpResponseRedirect(reverse("enrol"))
    if not offered.places:
        return render(request, "enrol/nowhere.html", status=403)
    form = AccountForm(offered, request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _open(request, offered, form)
        if isinstance(made, Account):
            messages.success(
                request, _("Votre compte est ouvert. Ajoutez maintenant le facteur qui le protège.")
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        field = "login" if made in {NotEnrolled.LOGIN_SHAPE, NotEnrolled.LOGIN_TAKEN} else None
        form.add_error(field, str(_REFUSED[made]))
    return render(request, "enrol/account.html", {"form": form, "offered": offered})


def _open(request: HttpRequest, offered: Offer, form: AccountForm) -> Account | NotEnrolled:
    given = form.cleaned_data
    with transaction.atomic():
        if offered.letter is not None and not letters.spend(offered.letter):
            return NotEnrolled.NOT_THERE
        made = enrol.open_known(
            request,
            offered.professional,
            given["organisation"],
            login=given["login"],
            email=given["email"],
            proof=offered.proof,
            password=given["password1"],
        )
        if isinstance(made, NotEnrolled):
            transaction.set_rollback(True)
            return made
    enrol.withdraw_offer(request)
    if offered.proof:
        assurance.sign_in_by_card(request, made, offered.proof.method)
    else:
        record_authentication(request, made, "password")
        made.backend = "rempart.access.backend.AccountBackend"
        get_adapter(request).login(request, made)
    return made
