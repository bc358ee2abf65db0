"""What access writes to the journal: one list of tags, one function.

The entry is durable before the function returns. No login, name or address that was typed is ever
written: an account is its number, an unknown one is nothing at all.
"""

from enum import StrEnum
from typing import Any

import orjson
from django.db import connection
from django.http import HttpRequest

from rempart.access.models import Account
from rempart.access.network import client_network
from rempart.vocabulary.words import Channel


class Tag(StrEnum):
    """`source:subject:action`; the web role may write no tag outside `access:` and `portal:`."""

    SESSION_OPENED = "access:session:opened"
    SESSION_REFUSED = "access:session:refused"
    SESSION_CLOSED = "access:session:closed"
    SESSIONS_ENDED = "access:session:ended"
    """One of an account, or all the others at once."""
    FACTOR_ENROLLED = "access:factor:enrolled"
    FACTOR_REMOVED = "access:factor:removed"
    CODES_RENEWED = "access:factor:codes_renewed"
    PASSWORD_CHANGED = "access:password:changed"  # noqa: S105  # a tag
    DEVICE_FIRST_SEEN = "access:device:first_seen"
    TOKEN_CREATED = "access:token:created"  # noqa: S105  # a tag
    TOKEN_REVOKED = "access:token:revoked"  # noqa: S105  # a tag
    REPORTED = "access:account:reported"
    ACCOUNT_OPENED = "access:account:opened"
    ACCOUNT_CLOSED = "access:account:closed"
    SET_UP_ISSUED = "access:account:set_up_issued"
    SESSION_CHALLENGED = "access:session:challenged"
    """Another network, another browser: the session goes on only with a fresh factor."""
    STEPPED_UP = "access:session:stepped_up"
    IDENTITY_LINKED = "access:identity:linked"
    IDENTITY_ENDED = "access:identity:ended"
    IDENTITY_REFUSED = "access:identity:refused"
    """A card or an answer of Pro Santé Connect that is not worth what it says."""
    CARD_FORGED = "access:card:forged"
    """A card's header came from elsewhere than the reverse proxy."""
    ENROLMENT_ASKED = "access:enrolment:asked"
    LETTER_PRINTED = "access:enrolment:printed"
    DELEGATE_OPENED = "access:delegate:opened"
    DELEGATE_ENDED = "access:delegate:ended"
    RENEWAL_ASKED = "access:password:renewal_asked"
    CREDENTIALS_ENDED = "access:account:credentials_ended"
    """By operations: sessions, tokens and software ended, a new password asked for."""
    RESET_ASKED = "access:reset:asked"
    RESET_VOUCHED = "access:reset:vouched"
    RESET_STOPPED = "access:reset:stopped"
    RESET_DONE = "access:reset:done"
    CARD_VOUCHED = "access:account:card_vouched"
    CAMPAIGN = "access:campaign:seen"
    """Many accounts tried from one network, or with one password: for the detectors."""
    SOFTWARE_ALLOWED = "access:software:allowed"
    SOFTWARE_REVOKED = "access:software:revoked"
    SOFTWARE_CONFIRMED = "access:software:confirmed"
    """Its holder answered for a software, or a token, with a fresh factor."""
    SOFTWARE_REFUSED = "access:software:refused"
    SOFTWARE_REGISTERED = "access:software:registered"
    SOFTWARE_WITHDRAWN = "access:software:withdrawn"
    """From everybody, by the installation's owner."""
    ROLE_CHANGED = "access:account:role_changed"


_RECORD = """
    select journal.record(tag => %s::text, account => %s::bigint, details => %s::jsonb,
        session => %s::text, device => %s::text, network => %s::inet, channel => %s::text,
        verdict => %s::text, reason => %s::text, organisation => %s::bigint, actor => %s::text)
"""


def record(
    tag: Tag,
    request: HttpRequest | None,
    account: Account | None = None,
    *,
    verdict: str | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
    asked_from: str | None = None,
) -> str:
    """Write one event; returns its reference. Without a request it comes from the command line.

    `asked_from`: the network of a page's request that the worker acts on, later and on nobody's word.
    """
    page = request is not None or asked_from is not None
    session: Any = getattr(request, "session", None)
    facts = getattr(session, "facts", None)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            [
                tag.value,
                account.pk if account else None,
                orjson.dumps(details or {}).decode(),
                session.reference if session is not None else None,
                facts.device or None if facts else None,
                client_network(request) if request else asked_from,
                (Channel.PAGE if page else Channel.COMMAND).value,
                verdict,
                reason,
                account.organisation_id if account else None,
                account.login if account and request else None if page else "command line",
            ],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else ""
