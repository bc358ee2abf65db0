"""The mails that notices become, in the account's language: no link, no login, nothing to type anywhere.

Sent, then marked: a worker killed in between sends again, with the same Message-ID, rather than never.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rempart.access.events import Tag
from rempart.access.models import Account, Notice
from rempart.access.notice_words import lines, title
from rempart.access.rules.mailing import mailed

OTHERWISE = (Tag.RESET_ASKED.value,)
"""Told by a mail of its own (`reset_mail.py`), counted apart: strangers may provoke it."""
LATE = timedelta(hours=24)
"""A mail server that is silent for longer has lost these mails; the pages still show the notices."""
_logger = logging.getLogger("rempart.access")


def waiting() -> list[int]:
    """Accounts with a notice that may still have to be mailed."""
    rows = Notice.objects.filter(mailed_at=None, at__gt=timezone.now() - LATE).exclude(kind__in=OTHERWISE)
    return list(rows.values_list("account_id", flat=True).distinct())


def mail_notices(account_id: int) -> int:
    """Mail the account's holder what is due; returns how many mails went out."""
    account = (
        Account.objects.filter(pk=account_id, is_active=True)
        .exclude(email="")
        .only("id", "email", "language")
        .first()
    )
    if account is None:
        return 0
    with transaction.atomic():
        _alone(account_id)
        since = timezone.now() - 2 * LATE
        told = Notice.objects.filter(account_id=account_id, at__gt=since).exclude(kind__in=OTHERWISE)
        rows = list(told.order_by("at", "pk"))
        due = [
            row
            for row, goes in zip(rows, mailed([(row.at, row.kind) for row in rows]), strict=True)
            if goes and row.mailed_at is None and row.at > timezone.now() - LATE
        ]
        return sum(_send(account, row) for row in due)


def message(account: Account, notice: Notice) -> EmailMultiAlternatives:
    """The message: what happened, when, from where, and what to do if it was somebody else."""
    with translation.override(account.language):
        what = title(notice.kind)
        context = {
            "language": account.language,
            "title": what,
            "when": _moment(notice.at),
            "lines": lines(notice.kind, notice.details),
        }
        return compose(account, context, f"notice-{notice.pk}", what, "notice")


def compose(
    account: Account, context: dict[str, Any], name: str, subject: str, template: str
) -> EmailMultiAlternatives:
    """A mail in plain text and in simple HTML, from the two templates mail/`template`."""
    mail = EmailMultiAlternatives(
        subject=_("Rempart : %(what)s") % {"what": subject},
        body=render_to_string(f"mail/{template}.txt", context),
        to=[account.email],
        headers={"Message-ID": f"<{name}@{host_of_mail()}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    return mail


def _alone(account_id: int) -> None:
    """One worker at a time for an account: of two, each would send. Rows stay free for the pages."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('mail', %s))", [account_id])


def _send(account: Account, notice: Notice) -> bool:
    try:
        message(account, notice).send()
    except (OSError, SMTPException) as fault:
        _logger.warning("notice %s was not mailed (%s); it is tried again", notice.pk, type(fault).__name__)
        return False
    notice.mailed_at = timezone.now()
    notice.save(update_fields=["mailed_at"])
    return True


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def host_of_mail() -> str:
    """The right-hand side of the Message-IDs of our mails."""
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ") or "localhost"
