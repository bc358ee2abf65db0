"""Forms about an alert: a false alarm has a coded reason, a reach and an end; a closing a coded reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rempart.portal.operations.alert_words import CLOSED, DISMISSED, title

_SILENCES = [
    ("", _("aucun : le prochain signal rouvre une alerte")),
    ("12", _("12 heures")),
    ("48", _("48 heures")),
    ("168", _("7 jours")),
    ("720", _("30 jours, un détecteur seulement")),
]
_LONGEST_FOR_ALL = 168
_TEXT = 500


class RemarkForm(forms.Form):
    """A sentence for colleagues."""

    text = forms.CharField(label=_("Remarque"), max_length=_TEXT, strip=True)


class CloseForm(forms.Form):
    """It has been dealt with."""

    code = forms.ChoiceField(label=_("Comment cela a fini"), choices=list(CLOSED.items()))
    text = forms.CharField(label=_("Précision"), max_length=_TEXT, strip=True, required=False)


class DismissForm(forms.Form):
    """A false alarm, and for how long the same is not to be said again."""

    code = forms.ChoiceField(label=_("Pourquoi ce n’est pas une attaque"), choices=list(DISMISSED.items()))
    text = forms.CharField(label=_("Précision"), max_length=_TEXT, strip=True, required=False)
    silence = forms.ChoiceField(label=_("Silence ensuite"), choices=_SILENCES, required=False)
    detector = forms.ChoiceField(label=_("Qui se tait"), required=False)
    subject = forms.ChoiceField(label=_("À quel sujet"), required=False)

    def __init__(self, alert: Mapping[str, Any], networks: Sequence[str], data: Any = None) -> None:
        super().__init__(data)
        names = [*alert["detectors"], "*"] if alert["detectors"] else []
        self._choices("detector", [(name, title(name)) for name in names])
        subjects = [("", gettext("ce compte"))] if alert["account"] else []
        subjects += [
            (one, gettext("tout ce qui vient de %(network)s") % {"network": one}) for one in networks
        ]
        self._choices("subject", subjects)
        if not names:  # an alert of Rempart's own: nothing there to silence
            for field in ("silence", "detector", "subject"):
                del self.fields[field]

    def _choices(self, field: str, choices: list[tuple[str, str]]) -> None:
        found = self.fields[field]
        assert isinstance(found, forms.ChoiceField)  # noqa: S101  # for the reader and the type checker
        found.choices = choices

    def clean(self) -> dict[str, Any]:
        """All detectors keep quiet for a week at most."""
        given = super().clean() or {}
        hours = int(given.get("silence") or 0)
        if given.get("detector") == "*" and hours > _LONGEST_FOR_ALL:
            raise ValidationError(
                gettext("Tous les détecteurs se taisent 7 jours au plus : choisissez-en un seul.")
            )
        return given

    def reach(self) -> dict[str, Any]:
        """What `alert_store.dismiss` takes besides the reason."""
        hours = int(self.cleaned_data.get("silence") or 0)
        if not hours:
            return {}
        ends_at: datetime = timezone.now() + timedelta(hours=hours)
        return {
            "detector": self.cleaned_data["detector"],
            "network": self.cleaned_data["subject"] or None,
            "ends_at": ends_at,
        }
