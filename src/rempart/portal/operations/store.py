"""The only queries of the night desk. Reads what pages may see; restricts and lifts by functions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from rempart.vocabulary.words import Proof, Scope

_LINE = """
    e.seq, e.at, e.tag, e.request, e.account, a.login, a.display_name, e.profession, e.organisation,
    host(e.network) as network, e.channel, e.software, e.purpose, e.act_family, e.who, e.proof, e.verdict,
    e.reason, e.rule, e.cost, e.count, e.policy, e.device, e.session, e.assurance, e.actor, e.details
"""
_JSONB = 3802
"""PostgreSQL's number of the type."""
_FROM = " from journal.for_pages e left join access_account a on a.id = e.account "


def rows(query: str, given: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """Rows by name of column. Django leaves JSON as text: it is read here."""
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        columns = [(column.name, column.type_code == _JSONB) for column in cursor.description or ()]
        return [
            {
                name: orjson.loads(value) if is_json and isinstance(value, str) else value
                for (name, is_json), value in zip(columns, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the journal's address asks for. Empty: anything."""

    verdict: str = ""
    reason: str = ""
    account: str = ""
    network: str = ""
    proof: str = ""
    events: str = ""
    """`1`: sign-ins, changes and restrictions too, not look-ups alone."""


def latest(filters: Filters, before: int | None, number: int) -> list[dict[str, Any]]:
    """Entries that pass the filters, the latest first; `before` is the sequence to page on from."""
    given = asdict(filters) | {
        "proof": int(Proof[filters.proof.upper()]) if filters.proof else None,
        "before": before,
        "number": number,
    }
    query = f"""
        select {_LINE} {_FROM}
        where (%(verdict)s::text = '' or e.verdict = %(verdict)s::text)
          and (%(reason)s::text = '' or e.reason = %(reason)s::text)
          and (%(account)s::text = '' or a.login = %(account)s::text or e.account::text = %(account)s::text)
          and (%(network)s::text = '' or host(e.network) = %(network)s::text)
          and (%(proof)s::smallint is null or e.proof = %(proof)s::smallint)
          and (%(events)s::text <> '' or starts_with(e.tag, 'gate:lookup:'))
          and (%(before)s::bigint is null or e.seq < %(before)s::bigint)
        order by e.seq desc limit %(number)s::integer
    """  # the columns are our own text
    return rows(query, given)


def entry(seq: int) -> dict[str, Any] | None:
    """One entry, whole."""
    found = rows(f"select {_LINE} {_FROM} where e.seq = %s", [seq])  # our own text
    return found[0] if found else None


def of_account(account: int, number: int, before: int | None = None) -> list[dict[str, Any]]:
    """An account's exact look-ups and events, the latest first."""
    return rows(
        f"select {_LINE} {_FROM} where e.account = %s and (%s::bigint is null or e.seq < %s::bigint)"
        " order by e.at desc, e.seq desc limit %s",
        [account, before, before, number],
    )


def spent_before(line: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The meter that an entry spent from, as the journal stood then: distinct persons in each window.

    Windows begin where the gate's do: with a whole bucket of 5 s, 5 min, an hour, a day. Beside each
    stands the limit in force now for the profession that the account had.
    """
    return rows(
        """with seen as (
               select who, at from journal.for_pages
                where account = %(account)s and starts_with(tag, 'gate:lookup:') and proof = %(proof)s
                  and (verdict = 'granted' or reason in ('not_found', 'birth_rank'))
                  and at > %(at)s - interval '31 days' and (at, seq) <= (%(at)s, %(seq)s)),
           wide (place, name, bucket, buckets) as (values
               (1, 'minute', interval '5 seconds', 11), (2, 'hour', interval '5 minutes', 11),
               (3, 'day', interval '1 hour', 23), (4, 'thirty_days', interval '1 day', 29))
           select w.name as window,
                  (select count(distinct s.who) from seen s
                    where s.at >= date_bin(w.bucket, %(at)s, 'epoch') - w.buckets * w.bucket) as spent,
                  (select l.amounts[w.place] from gate.limits_published l
                    where l.scope = 1 and l.meter = %(proof)s and l.profession in (%(profession)s, '*')
                    order by l.profession = '*' limit 1) as limit
             from wide w order by w.place""",
        {name: line[name] for name in ("account", "at", "seq", "proof", "profession")},
    )


# Accounts ----------------------------------------------------------------------------------------


def accounts(search: str, number: int) -> list[dict[str, Any]]:
    """Accounts with what they spent without proof in a day, the most spent first."""
    return rows(
        """with spent as (
               select account,
                      count(distinct who) filter (where proof = 0 and (
                          verdict = 'granted' or reason in ('not_found', 'birth_rank'))) as persons,
                      sum(count) as look_ups, max(at) as last_at,
                      count(distinct network) as networks,
                      sum(count) filter (where verdict <> 'granted') as stopped
                 from journal.for_pages
                where at > now() - interval '1 day' and account is not null
                  and starts_with(tag, 'gate:lookup:')
                group by account)
           select a.id, a.login, a.display_name, a.profession, o.name as organisation, o.commune,
                  coalesce(s.persons, 0) as persons, coalesce(s.look_ups, 0) as look_ups,
                  coalesce(s.stopped, 0) as stopped, coalesce(s.networks, 0) as networks, s.last_at,
                  (select l.amounts[3] from gate.limits_published l
                    where l.scope = 1 and l.meter = 0 and l.profession in (a.profession, '*')
                    order by (l.profession = '*') limit 1) as day_limit,
                  (select r.kind from gate.restriction r
                    where r.scope = 1 and r.subject = a.id::text and r.lifted_at is null
                      and (r.ends_at is null or r.ends_at > now()) order by r.id desc limit 1) as restriction
             from access_account a
             left join access_organisation o on o.id = a.organisation_id
             left join spent s on s.account = a.id
            where %s::text = '' or a.login ilike %s or a.display_name ilike %s or o.name ilike %s
            order by s.persons desc nulls last, s.last_at desc nulls last, a.login limit %s""",
        [search, *[f"%{literal(search)}%"] * 3, number],
    )


def account(account_id: int) -> dict[str, Any] | None:
    """Who an account is."""
    found = rows(
        """select a.id, a.login, a.display_name, a.profession, a.is_active, a.card_until,
                  a.created_at, a.last_login,
                  o.name as organisation, o.commune, o.department, p.rpps
             from access_account a
             left join access_organisation o on o.id = a.organisation_id
             left join access_professional p on p.id = a.professional_id
            where a.id = %s""",
        [account_id],
    )
    return found[0] if found else None


def literal(text: str) -> str:
    """Text inside a LIKE pattern: wildcards are letters."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


# Restrictions ------------------------------------------------------------------------------------

_RESTRICTION = """
    select r.id, r.scope, r.subject, r.kind, r.reason, r.author, r.starts_at, r.ends_at, r.lifted_at,
           r.lifted_by, r.lift_reason, a.login, a.display_name,
           r.lifted_at is null and (r.ends_at is null or r.ends_at > now()) as in_force
      from gate.restriction r left join access_account a on r.scope = 1 and a.id::text = r.subject
"""


def restrictions(number: int) -> list[dict[str, Any]]:
    """Those in force first, then the latest."""
    return rows(_RESTRICTION + " order by in_force desc, r.id desc limit %s", [number])


def restriction(number: int) -> dict[str, Any] | None:
    """One restriction."""
    found = rows(_RESTRICTION + " where r.id = %s", [number])
    return found[0] if found else None


def restrictions_of(account_id: int) -> list[dict[str, Any]]:
    """Those about an account, the latest first."""
    query = _RESTRICTION + " where r.scope = 1 and r.subject = %s order by in_force desc, r.id desc"
    return rows(query, [str(account_id)])


def in_force() -> int:
    """How many restrictions hold now."""
    query = """select count(*) as n from gate.restriction
                where lifted_at is null and starts_at <= now() and (ends_at is null or ends_at > now())"""
    return int(rows(query)[0]["n"])


def restrict(account_id: int, kind: str, reason: str, author: str, ends_at: datetime | None) -> int:
    """Restrict an account; the database journals it. Returns the restriction's number."""
    found = rows(
        "select gate.restrict(%s::smallint, %s::text, %s::text, %s::text, %s::text, %s::timestamptz) as id",
        [int(Scope.ACCOUNT), str(account_id), kind, reason, author, ends_at],
    )
    return int(found[0]["id"])


def changes(number: int) -> list[dict[str, Any]]:
    """Changes of limits, matrix and terminals: waiting ones first."""
    return rows(
        """select * from gate.change_announced
            order by (applied_at is null and cancelled_at is null) desc, id desc limit %s""",
        [number],
    )
