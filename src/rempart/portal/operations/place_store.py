"""Queries about places: an account's days and networks, who else uses a network, and what a search finds."""

from datetime import datetime
from typing import Any

from rempart.portal.operations.store import literal, rows

_SUM = "coalesce(sum(e.count) filter"
_LOOK_UP = "starts_with(e.tag, 'gate:lookup:')"


def days_of(account: int, since: datetime, minutes: int) -> list[dict[str, Any]]:
    """An account's look-ups in slots: answered with a card, answered without, stopped."""
    return rows(
        f"""select date_bin(make_interval(mins => %s), e.at, 'epoch') as at,
                   {_SUM} (where e.verdict = 'granted' and e.proof = 1), 0)::integer as card,
                   {_SUM} (where e.verdict = 'granted' and e.proof <> 1), 0)::integer as unproven,
                   {_SUM} (where e.verdict <> 'granted'), 0)::integer as stopped
              from journal.for_pages e
             where e.account = %s and e.at >= %s and {_LOOK_UP} group by 1 order by 1""",  # noqa: S608  # our own text
        [minutes, account, since],
    )


def networks_of(account: int, number: int) -> list[dict[str, Any]]:
    """Networks and devices of an account in thirty days, and how many others come from there today."""
    return rows(
        f"""with mine as (
                select e.network, e.device, max(e.software) as software, sum(e.count)::integer as look_ups,
                       min(e.at) as first_at, max(e.at) as last_at
                  from journal.for_pages e
                 where e.account = %s and e.at > now() - interval '30 days' and e.network is not null
                   and {_LOOK_UP}
                 group by 1, 2 order by last_at desc limit %s),
            others as (
                select e.network, count(distinct e.account) as accounts
                  from journal.for_pages e
                 where e.at > now() - interval '1 day' and e.network in (select network from mine)
                   and {_LOOK_UP} and e.account is distinct from %s group by 1)
            select host(m.network) as network, m.device, m.software, m.look_ups, m.first_at, m.last_at,
                   coalesce(o.accounts, 0) as others
              from mine m left join others o using (network) order by m.last_at desc""",  # noqa: S608  # our own text
        [account, number, account],
    )


def on_network(network: str, number: int) -> list[dict[str, Any]]:
    """Accounts that looked persons up from a network in a day: the most unproven persons first."""
    return rows(
        f"""select e.account, c.login, c.display_name, c.profession, o.name as organisation,
                   sum(e.count)::integer as look_ups,
                   coalesce(sum(e.count) filter (where e.verdict <> 'granted'), 0)::integer as stopped,
                   count(distinct e.who) filter (where e.proof = 0 and (
                       e.verdict = 'granted' or e.reason in ('not_found', 'birth_rank'))) as persons,
                   max(e.at) as last_at
              from journal.for_pages e
              left join access_account c on c.id = e.account
              left join access_organisation o on o.id = c.organisation_id
             where e.at > now() - interval '1 day' and e.network = %s::inet and {_LOOK_UP}
             group by 1, 2, 3, 4, 5 order by persons desc, last_at desc limit %s""",  # noqa: S608  # our own text
        [network, number],
    )


def restrictions_of_network(network: str) -> list[dict[str, Any]]:
    """Restrictions, past and present, that hold an address: its own, or those of a wider network."""
    return rows(
        """select r.id, r.scope, r.subject, r.kind, r.reason, r.author, r.starts_at, r.ends_at, r.lifted_at,
                  r.lifted_by, r.lift_reason, null as login, null as display_name,
                  r.lifted_at is null and (r.ends_at is null or r.ends_at > now()) as in_force
             from gate.restriction r where r.scope = 3 and %s::inet <<= r.subject::inet
            order by r.id desc limit 50""",
        [network],
    )


def declared_by(network: str) -> list[dict[str, Any]]:
    """Organisations that declared a network which holds this one: it is their own."""
    return rows(
        """select id, name, commune from access_organisation
            where exists (select from unnest(declared_networks) d where %s::inet <<= d::inet) limit 5""",
        [network],
    )


def entry_of_reference(reference: str) -> int | None:
    """The entry whose reference a professional reads on the telephone."""
    found = rows("select seq from journal.for_pages where request = %s limit 1", [reference])
    return found[0]["seq"] if found else None


def accounts_like(text: str, number: int) -> list[dict[str, Any]]:
    """Accounts by login, name, organisation or RPPS."""
    like = f"%{literal(text)}%"
    return rows(
        """select a.id, a.login, a.display_name, a.profession, o.name as organisation, o.commune, p.rpps
             from access_account a
             left join access_organisation o on o.id = a.organisation_id
             left join access_professional p on p.id = a.professional_id
            where a.login ilike %s or a.display_name ilike %s or o.name ilike %s or p.rpps = %s
            order by a.login = %s desc, a.login limit %s""",
        [like, like, like, text, text, number],
    )


# Detectors ---------------------------------------------------------------------------------------


def settings() -> list[dict[str, Any]]:
    """What differs from the shipped thresholds."""
    return rows("select detector, name, trial, value, author, at from detection.setting order by 1, 2, 3")


def signal_counts() -> list[dict[str, Any]]:
    """Signals and accounts by detector, in force and tried: a day, and a week."""
    return rows(
        """select detector, observed, count(*) filter (where at > now() - interval '1 day') as day,
                  count(*) as week, count(distinct account) as accounts
             from detection.signal where at > now() - interval '7 days' group by 1, 2"""
    )


def only_tried(detector: str, number: int) -> list[dict[str, Any]]:
    """Accounts that the thresholds on trial point at and those in force do not, over a week."""
    return rows(
        """select s.account, c.login, c.display_name, c.profession, count(*) as signals, max(s.at) as last_at,
                  count(*) over () as n
             from detection.signal s left join access_account c on c.id = s.account
            where s.detector = %s and s.observed and s.at > now() - interval '7 days'
              and s.account is not null
              and not exists (select from detection.signal f where f.account = s.account
                              and f.detector = s.detector and not f.observed
                              and f.at > now() - interval '7 days')
            group by 1, 2, 3, 4 order by signals desc limit %s""",
        [detector, number],
    )
