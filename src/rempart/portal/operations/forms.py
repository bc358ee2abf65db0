"""The desk's forms: a restriction has a coded reason, a sentence and an end; its undo has a sentence."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rempart.portal.shared.words import RESTRICTION_REASONS, RESTRICTIONS
from rempart.vocabulary.words import RestrictionKind

_ENDS = [
    ("1", _("dans 1 heure")),
    ("12", _("dans 12 heures")),
    ("48", _("dans 48 heures")),
    ("168", _("dans 7 jours")),
    ("", _("quand quelqu’un la lève")),
]
_SENTENCE = 8


class RestrictForm(forms.Form):
    """Restrict one account."""

    kind = forms.ChoiceField(
        label=_("Mesure"),
        choices=[
            (kind.value, RESTRICTIONS[kind]) for kind in RestrictionKind if kind != RestrictionKind.CLOSED
        ],
        initial=RestrictionKind.CARD_REQUIRED.value,
    )
    why = forms.ChoiceField(label=_("Motif"), choices=list(RESTRICTION_REASONS.items()))
    text = forms.CharField(label=_("Précision"), min_length=_SENTENCE, max_length=300, strip=True)
    lasts = forms.ChoiceField(label=_("Fin"), choices=_ENDS, required=False, initial="48")

    def reason(self) -> str:
        """What is written with the restriction: the code, then the sentence."""
        return f"{self.cleaned_data['why']}: {self.cleaned_data['text']}"

    def ends_at(self) -> datetime | None:
        """When it ends by itself; None: when somebody lifts it."""
        hours = self.cleaned_data["lasts"]
        return timezone.now() + timedelta(hours=int(hours)) if hours else None


class LiftForm(forms.Form):
    """Undo one restriction."""

    reason = forms.CharField(label=_("Pourquoi la lever ?"), min_length=_SENTENCE, max_length=300, strip=True)
