"""What the worker does for access, by the clock. Each task is safe to run twice."""

from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from rempart.access import announce_changes, letters, notice_mail, reset_mail, resets
from rempart.access.models import Attempts, Letter, Reset, Session, SetUp, Tried
from rempart.access.notices import MAIL

_KEPT = timedelta(days=90)
"""How long an account is told about its earlier sign-ins; the journal keeps the rest."""


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="access.purge", name="access.purge")
def purge(timestamp: int) -> None:  # noqa: ARG001  # the moment it was due
    """Remove what has expired: sessions nobody signed in to at once, the others after three months."""
    now = timezone.now()
    Session.objects.filter(Q(expire_date__lt=now - _KEPT) | Q(expire_date__lt=now, account=None)).delete()
    Reset.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    Attempts.objects.filter(since__lt=now - timedelta(days=1)).delete()
    Tried.objects.filter(at__lt=now - timedelta(days=1)).delete()
    SetUp.objects.filter(expires_at__lt=now).delete()
    Letter.objects.filter(expires_at__lt=now - letters.AGAIN).delete()
    with connection.cursor() as cursor:
        cursor.execute("select access.forget_software()")


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="access.announce", name="access.announce")
def announce(timestamp: int) -> None:  # noqa: ARG001
    """Tell those concerned that a limit, the matrix or a terminal is about to change."""
    announce_changes.announce_changes()


@app.task(name=MAIL)
def mail_notices(account: int) -> None:
    """Mail one account's holder what they must know: deferred by whatever told them."""
    notice_mail.mail_notices(account)


@app.task(name=resets.ASK)
def ask_reset(note: str) -> None:
    """Open a reset for whom the note names, if anybody; mail its word."""
    reset_mail.open_and_mail(note)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="access.mail_waiting", name="access.mail_waiting")
def mail_waiting(timestamp: int) -> None:  # noqa: ARG001
    """Mail what a silent mail server or an ended worker left."""
    for account in notice_mail.waiting():
        notice_mail.mail_notices(account)


@app.task(name=letters.JOB)
def write_letter(told: str) -> None:
    """Write a code by post for whom the request names, if anybody."""
    letters.write_letter(told)


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="registry.expire_erased", name="registry.expire_erased")
def expire_erased(timestamp: int) -> None:  # noqa: ARG001
    """End the links of erased persons whose time is over."""
    with connection.cursor() as cursor:
        cursor.execute("select registry.expire_erased()")


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="journal.partitions", name="journal.partitions")
def prepare_partitions(timestamp: int) -> None:  # noqa: ARG001
    """Have the journal's days ready before they come."""
    with connection.cursor() as cursor:
        cursor.execute("select journal.prepare_partitions()")
