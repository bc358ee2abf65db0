"""What the live desk asks every two seconds: short questions, on indexes, about the last minutes."""

from datetime import datetime
from typing import Any

from rempart.portal.operations.store import rows

_IN_FORCE = "r.lifted_at is null and r.starts_at <= now() and (r.ends_at is null or r.ends_at > now())"


def by_minute(since: datetime) -> list[dict[str, Any]]:
    """Look-ups by minute and verdict, refusals that were put together counted whole."""
    return rows(
        """select date_trunc('minute', at) as at, verdict, sum(count)::integer as n
             from journal.for_pages
            where at >= %s and starts_with(tag, 'gate:lookup:') group by 1, 2""",
        [since],
    )


def last_minute() -> list[dict[str, Any]]:
    """Look-ups of the last minute by verdict and proof."""
    return rows(
        """select verdict, proof, sum(count)::integer as n from journal.for_pages
            where at > now() - interval '1 minute' and starts_with(tag, 'gate:lookup:') group by 1, 2"""
    )


def watch() -> dict[str, Any]:
    """Are detectors alive, and is the platform's breaker far? See `containment.state`."""
    return rows(
        """select s.*, extract(epoch from now() - s.beat_at)::real as age
             from containment.state(clock_timestamp()) s"""
    )[0]


def in_force(number: int) -> list[dict[str, Any]]:
    """Restrictions that hold now, the latest first."""
    return rows(
        f"""select r.id, r.scope, r.subject, r.kind, r.author, r.starts_at, r.ends_at, a.login, a.display_name
              from gate.restriction r left join access_account a on r.scope = 1 and a.id::text = r.subject
             where {_IN_FORCE} and r.kind <> 'closed' order by r.id desc limit %s""",  # noqa: S608  # our own text
        [number],
    )


def closed() -> list[dict[str, Any]]:
    """What is closed now: channels, insurers, software, everything."""
    return rows(
        f"""select r.id, r.scope, r.subject, r.kind, r.reason, r.author, r.starts_at, r.ends_at, r.message,
                   r.reopens_at
              from gate.restriction r where {_IN_FORCE} and (r.kind = 'closed' or r.scope in (4, 6))
             order by r.id desc"""  # noqa: S608  # our own text
    )
