"""What pages show of calls and shifts. No address and no secret: the pages' role reads neither."""

from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from psycopg.types.json import Jsonb

_CONTACTS = """
    select c.id, c.name, c.kind, c.role, c.telephone, extract(epoch from c.after)::integer / 60 as after,
           c.least_risk, c.language, l.asked_at as called_at, l.reached, l.outcome, l.alert,
           l.ended_at as call_ended_at
      from containment.contact c
      left join lateral (select * from containment.call l
                          where l.contact = c.id and l.outcome is distinct from 'taken'
                          order by l.asked_at desc limit 1) l on true
     where c.ended_at is null order by c.role <> 'operations', c.after, c.name
"""
_CALLS = """
    select l.id, l.alert, l.asked_at, l.asked_by, l.tries, l.ended_at, l.reached, l.outcome, c.name, c.kind
      from containment.call l join containment.contact c on c.id = l.contact order by l.asked_at desc limit %s
"""
_HANDOVERS = "select id, at, author, text, facts::text from containment.handover order by at desc limit %s"
_SHIFT = """
    select (select count(*) from detection.alert where opened_at >= %(since)s) as opened,
           (select count(*) from detection.alert where ended_at >= %(since)s) as ended,
           (select count(*) from detection.alert
             where state in ('open', 'taken', 'restricted')) as still_open,
           (select count(*) from gate.restriction where starts_at >= %(since)s) as restricted,
           (select count(*) from gate.restriction where lifted_at >= %(since)s) as lifted,
           (select count(*) from containment.call where asked_at >= %(since)s and alert is not null) as calls
"""


def contacts() -> list[dict[str, Any]]:
    """Everybody on the list, in the order in which they are called, with their latest call."""
    return _rows(_CONTACTS)


def calls(number: int) -> list[dict[str, Any]]:
    """The latest calls."""
    return _rows(_CALLS, [number])


def handovers(number: int) -> list[dict[str, Any]]:
    """The latest shifts."""
    return [row | {"facts": orjson.loads(row["facts"])} for row in _rows(_HANDOVERS, [number])]


def shift(since: datetime) -> dict[str, int]:
    """What happened since then, counted."""
    return _rows(_SHIFT, {"since": since})[0]


def test_call(contact: int, author: str) -> bool:
    """Ask the worker for a test; False when one has just been asked for."""
    return _rows("select containment.test_call(%s, %s) as made", [contact, author])[0]["made"] is not None


def hand_over(author: str, text: str, facts: dict[str, int]) -> None:
    """Write the shift down."""
    _rows("select containment.hand_over(%s, %s, %s)", [author, text, Jsonb(facts)])


def _rows(query: str, given: Any = ()) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
