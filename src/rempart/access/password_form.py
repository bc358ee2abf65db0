"""A new password, typed twice: what every page that takes one asks and checks."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from rempart.access.models import Account


def _field(label: Any, **more: Any) -> forms.CharField:
    typed = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=200, widget=typed, **more)


class NewPasswordForm(forms.Form):
    """Two fields; what else a page asks comes before them."""

    password1 = _field(_("Nouveau mot de passe"), help_text=_("12 caractères au moins."))
    password2 = _field(_("Le même, une seconde fois"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if not name.startswith("password")])

    def whose(self) -> Account | None:
        """The account it is for, so that the password does not resemble it; None when that is not known."""
        return None

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first = given.get("password1")
        if first and first != given.get("password2"):
            self.add_error("password2", _("Les deux mots de passe diffèrent."))
        elif first:
            self.check_strength(first)
        return given

    def check_strength(self, password: str) -> None:
        """Add what is weak in it to the first field's errors."""
        try:
            validate_password(password, self.whose())
        except forms.ValidationError as weak:
            self.add_error("password1", weak)
