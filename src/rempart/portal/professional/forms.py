"""The look-up's form: what a person or a hand scanner types, turned into the gate's request."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rempart.gate.rules.request import PresentReason
from rempart.portal.professional import cards
from rempart.portal.shared.words import ACTS, PRESENT_REASONS
from rempart.vocabulary import nir as nirs
from rempart.vocabulary.births import parse_birth_date
from rempart.vocabulary.words import USUAL_ACTS, ActFamily, Profession, Purpose

NIR_MESSAGES = {
    "shape": _("Ce numéro est incomplet : 13 caractères, ou 15 avec la clé."),
    "month": _("Ce numéro est mal recopié : les caractères 4 et 5 ne sont pas un mois."),
    "key": _("La clé ne correspond pas au numéro : vérifiez chaque chiffre."),
}
PRESENT_CHOICES = [(reason.value, PRESENT_REASONS[reason]) for reason in PresentReason]
_RANKS = [(str(rank), str(rank)) for rank in range(1, 10)]


def new_attempt() -> str:
    """A key for one attempt: pressing twice, or reloading, counts once."""
    return secrets.token_urlsafe(18)


class LookUpForm(forms.Form):
    """One look-up as typed. After `is_valid()`, `request()` is what the gate is asked."""

    nir = forms.CharField(required=False, max_length=cards.LONGEST, strip=True)
    birth_date = forms.CharField(required=False, max_length=20, strip=True)
    act_family = forms.ChoiceField(required=False, choices=[(act.value, ACTS[act]) for act in ActFamily])
    purpose = forms.ChoiceField(
        required=False, choices=[(Purpose.RIGHTS.value, ""), (Purpose.ADMISSION.value, "")]
    )
    amc = forms.RegexField(
        r"^\d{8,9}$",
        required=False,
        max_length=9,
        error_messages={"invalid": _("Numéro d’AMC : 8 ou 9 chiffres.")},
    )
    member_number = forms.RegexField(
        r"^[A-Za-z0-9]{1,20}$",
        required=False,
        max_length=20,
        error_messages={"invalid": _("Numéro d’adhérent : 20 lettres ou chiffres au plus.")},
    )
    birth_rank = forms.ChoiceField(required=False, choices=[("", ""), *_RANKS])
    card = forms.CharField(required=False, max_length=cards.LONGEST)
    present = forms.ChoiceField(required=False, choices=[("", ""), *PRESENT_CHOICES])
    as_present = forms.BooleanField(required=False)
    """The button “person present” was pressed: a reason alone, left ticked, spends nothing."""
    attempt = forms.RegexField(r"^[A-Za-z0-9_-]{8,64}$", required=False)

    def __init__(self, *args: Any, profession: str, **kwargs: Any) -> None:
        self._profession = profession
        self._card: cards.CardText | None = None
        super().__init__(*args, **kwargs)
        self.usual_act = str(USUAL_ACTS.get(Profession(profession), ActFamily.CONSULTATION))

    @property
    def asks_admission(self) -> bool:
        """Whether this profession may ask for an admission's wider answer."""
        return self._profession == Profession.HOSPITAL_DESK

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        self._take_card(given)
        if self._card is None:
            self._check_who(given)
            self._check_birth_date(given)
        return given

    def request(self) -> dict[str, Any]:
        """The gate's request. Only after `is_valid()`."""
        given = self.cleaned_data
        asked: dict[str, Any] = {
            "purpose": self._purpose(),
            "birth_date": given["birth_date"],
            "act_family": given["act_family"] or self.usual_act,
        }
        if given["nir"]:
            asked["nir"] = given["nir"]
        else:
            asked |= {"amc": given["amc"], "member_number": given["member_number"]}
        if given["birth_rank"]:
            asked["birth_rank"] = int(given["birth_rank"])
        if self._card is not None:
            asked["proof"] = self._card.proof()
        elif given["as_present"] and given["present"]:
            asked["proof"] = {"kind": "present", "reason": given["present"]}
        return asked

    def _purpose(self) -> str:
        chosen = self.cleaned_data["purpose"]
        return chosen if self.asks_admission and chosen else Purpose.RIGHTS.value

    def _take_card(self, given: dict[str, Any]) -> None:
        typed = given.get("nir", "")
        text = typed if cards.looks_like_card(typed) else given.get("card", "")
        if not text:
            return
        try:
            card = cards.read(text)
        except ValueError:
            self.add_error("nir", _("La lecture de la carte est incomplète. Présentez la carte de nouveau."))
            return
        if text != typed and typed and not _same_number(typed, card.nir):
            self.add_error(
                "nir", _("Le numéro a changé depuis la lecture de la carte : présentez-la de nouveau.")
            )
            return
        self._card = card
        given |= {
            "nir": card.nir,
            "birth_date": card.birth_date,
            "birth_rank": str(card.birth_rank or ""),
            "amc": "",
            "member_number": "",
        }

    def _check_who(self, given: dict[str, Any]) -> None:
        if self.errors.get("nir"):
            return
        if given.get("nir"):
            try:
                given["nir"] = nirs.parse(given["nir"]).number
            except nirs.NirError as fault:
                self.add_error("nir", NIR_MESSAGES[fault.code])
        elif not (given.get("amc") and given.get("member_number")) and not self.errors:
            self.add_error(
                "nir", _("Saisissez le numéro de sécurité sociale, ou les numéros d’AMC et d’adhérent.")
            )

    def _check_birth_date(self, given: dict[str, Any]) -> None:
        try:
            given["birth_date"] = parse_birth_date(given.get("birth_date") or "")
        except ValueError:
            self.add_error("birth_date", _("Date de naissance : jour, mois, année, par exemple 14 08 1955."))


def _same_number(one: str, other: str) -> bool:
    try:
        return nirs.parse(one).number == nirs.parse(other).number
    except nirs.NirError:
        return False
