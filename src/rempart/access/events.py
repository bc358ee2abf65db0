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
    """All the others of an account, at once."""
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
) -> str:
    """Write one event; returns its reference. Without a request it comes from the command line."""
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
                client_network(request) if request else None,
                (Channel.PAGE if request else Channel.COMMAND).value,
                verdict,
                reason,
                account.organisation_id if account else None,
                account.login if account and request else None if request else "command line",
            ],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else ""
