"""What follows when the sign-in library says that a factor or a password changed."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.db import connection
from django.db.models.signals import post_save
from django.http import HttpRequest

from rempart.access import end_sessions, events, factors, notices, resume
from rempart.access.assurance import proved, rise
from rempart.access.models import Account
from rempart.vocabulary.words import Assurance

_TOTP = Authenticator.Type.TOTP


def connect() -> None:
    """Called once, when Django is ready."""
    post_save.connect(factor_saved, sender=Authenticator, dispatch_uid="access.factor_saved")
    authenticator_added.connect(factor_added, dispatch_uid="access.factor_added")
    authenticator_removed.connect(factor_removed, dispatch_uid="access.factor_removed")
    authenticator_reset.connect(codes_renewed, dispatch_uid="access.codes_renewed")
    authenticator_used.connect(factor_proved_again, dispatch_uid="access.factor_proved_again")
    password_changed.connect(password_was_changed, dispatch_uid="access.password_changed")


def factor_saved(instance: Authenticator, *, created: bool, **_: Any) -> None:
    """In the transaction that enrols a factor in a page: spend its first code, ask for the card."""
    request = context.request
    if not (created and request and instance.type in factors.STRONG):
        return
    if instance.type == _TOTP:
        factors.take_step(instance.pk, request.rempart_first_step)
    with connection.cursor() as cursor:
        cursor.execute("select access.require_card(%s, 'new_factor')", [instance.user_id])


def factor_added(request: HttpRequest, user: Account, authenticator: Authenticator, **_: Any) -> None:
    """The holder has just proved a new factor: the session rises, under a new key."""
    if authenticator.type not in factors.STRONG:
        return
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    _move(request, proved(request, user))
    end_sessions.others(request, user)
    events.record(events.Tag.FACTOR_ENROLLED, request, user)
    notices.tell(user, events.Tag.FACTOR_ENROLLED, factor=authenticator.type)


def factor_removed(request: HttpRequest, user: Account, authenticator: Authenticator, **_: Any) -> None:
    """Without any factor left no session of the account may look anybody up."""
    if authenticator.type not in factors.STRONG:
        return
    _move(request, proved(request, user))
    end_sessions.others(request, user)
    events.record(events.Tag.FACTOR_REMOVED, request, user)
    notices.tell(user, events.Tag.FACTOR_REMOVED, factor=authenticator.type)


def factor_proved_again(request: HttpRequest, user: Account, *, reauthenticated: bool, **_: Any) -> None:
    """A fresh factor by whoever is signed in: the session comes back where it is used, under a new key."""
    session: Any = request.session
    if not reauthenticated:
        return
    if session.moved or proved(request, user) >= Assurance.SECOND_FACTOR:
        rise(request, user, "mfa")
    resume.proved(request)


def codes_renewed(request: HttpRequest, user: Account, **_: Any) -> None:
    """New recovery codes replace the old ones."""
    events.record(events.Tag.CODES_RENEWED, request, user)
    notices.tell(user, events.Tag.CODES_RENEWED)


def password_was_changed(request: HttpRequest, user: Account, **_: Any) -> None:
    """Whoever else is signed in with the old password is out."""
    end_sessions.others(request, user)
    events.record(events.Tag.PASSWORD_CHANGED, request, user)
    notices.tell(user, events.Tag.PASSWORD_CHANGED)


def _move(request: HttpRequest, assurance: Assurance) -> None:
    session: Any = request.session
    session.rise_to(assurance)
