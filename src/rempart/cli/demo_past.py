"""A short past for the accounts that live attacks use: without one, nothing is new to them.

Six days of two look-ups with a card, at the counter's own address. Detectors that ask "was this account ever
seen there?" say nothing of an account that they have not known for some days.
"""

from pathlib import Path

import psycopg

from rempart.database.connect import dsn

_DAYS = """
    insert into journal.entry (at, tag, account, profession, assurance, organisation, network, channel,
                               purpose, person, hit, proof, verdict, cost, categories)
    select now() - day * interval '1 day' - half * interval '4 hours', 'gate:lookup:granted',
           a.id, a.profession, 2, a.organisation_id, '127.0.0.1', 'api',
           'rights', 1 + (random() * 1e15)::bigint, true, 1, 'granted', 1, 12
      from access.access_account a cross join generate_series(1, 6) day cross join generate_series(0, 1) half
     where a.login = any (%s)
       and not exists (select from journal.entry e
                        where e.account = a.id and starts_with(e.tag, 'gate:lookup:'))
     order by 1
"""


def give_a_past(data: Path, logins: list[str]) -> None:
    """Once: an account that has asked before is left as it is."""
    with psycopg.connect(dsn("owner", data)) as connection:
        connection.execute(_DAYS, (logins,))
