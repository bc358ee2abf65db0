"""The mail of a forgotten password: a word good once, for thirty minutes, that alone opens nothing."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rempart.access import resets
from rempart.access.models import Account
from rempart.access.notice_mail import compose
from rempart.access.notice_words import lines

_logger = logging.getLogger("rempart.access")


def open_and_mail(note: str) -> bool:
    """Open what the note asks for and mail its word; True when a mail went out."""
    opened = resets.open_asked(note)
    if opened is None:
        return False
    account, word, where = opened
    if not account.email:
        return False  # the card still opens it: nobody else can
    try:
        message(account, word, where).send()
    except (OSError, SMTPException) as fault:
        resets.forget(word)
        _logger.warning("a reset of account %s was not mailed (%s)", account.pk, type(fault).__name__)
        return False
    return True


def message(account: Account, word: str, where: dict[str, str]) -> EmailMultiAlternatives:
    """Where its link leads is said by the installation, never by the request: no forged Host gets in."""
    with translation.override(account.language):
        context = {
            "language": account.language,
            "link": settings.REMPART_URL + reverse("access_reset_word", args=[word]),
            "minutes": int(resets.VALID.total_seconds() // 60),
            "lines": lines("", where),
        }
        name = f"reset-{resets.digest(word).hex()[:16]}"
        return compose(account, context, name, _("choisir un nouveau mot de passe"), "reset")
