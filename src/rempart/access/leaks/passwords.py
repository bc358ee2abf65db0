"""Whether a password was found in a leak: asked when one is chosen, and at every sign-in."""

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rempart.access.leaks.corpus import CorpusFault, Shelf
from rempart.access.leaks.online import RangeService

FOLDER = "leaks"
"""Of the data directory."""
_logger = logging.getLogger("rempart.access")


def is_leaked(password: str) -> bool:
    """Whether a local corpus, or the service named by REMPART_LEAKS_URL, knows the password.

    Where neither can be asked the answer is no, and a line in the log says so: a password opens no person
    by itself, and a broken file must not shut everybody out.
    """
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    if _is_here(digest):
        return True
    url: str = settings.REMPART_LEAKS_URL
    return bool(url) and _service(url).holds(digest)


class NotLeaked:
    """A password that others already know is refused when it is chosen."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002  # Django's signature
        if is_leaked(password):
            raise ValidationError(
                _(
                    "Ce mot de passe figure dans une fuite de données publiée : d’autres le connaissent et "
                    "l’essaient. Choisissez-en un autre, que vous n’utilisez nulle part ailleurs."
                ),
                code="password_leaked",
            )

    def get_help_text(self) -> str:
        return _("Le mot de passe ne doit figurer dans aucune fuite de données connue.")


def _is_here(digest: bytes) -> bool:
    try:
        return _shelf(settings.REMPART_DATA / FOLDER).holds(digest)
    except (CorpusFault, OSError) as fault:
        _logger.error(  # noqa: TRY400  # the exception says nothing more
            "leaked passwords cannot be looked up (%s): rempart leaks list says which file is broken",
            type(fault).__name__,
        )
        return False


@cache
def _shelf(folder: Path) -> Shelf:
    return Shelf(folder)


@cache
def _service(url: str) -> RangeService:
    return RangeService(url)
