"""Queries about alerts and signals; what is done about them goes through functions that check and journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from rempart.portal.operations.alert_words import LIVE
from rempart.portal.operations.store import rows
from rempart.vocabulary.words import Scope

_ALERT = """
    select a.id, a.account, host(a.network) as network, a.opened_at, a.last_at, a.state, a.risk, a.detectors,
           a.what, a.taken_by, a.taken_at, a.ended_by, a.ended_at, a.code, a.incident,
           c.login, c.display_name, c.profession, o.name as organisation, o.commune,
           coalesce(s.seen, '[]'::jsonb) as seen,
           array(select r.kind from gate.restriction r
                  where r.lifted_at is null and r.starts_at <= now()
                    and (r.ends_at is null or r.ends_at > now())
                    and r.scope = case when a.account is null then 3 else 1 end
                    and r.subject = coalesce(a.account::text, host(a.network)) order by r.id) as held
      from detection.alert a
      left join access_account c on c.id = a.account
      left join access_organisation o on o.id = c.organisation_id
      left join lateral (
          select jsonb_agg(jsonb_build_object('id', l.id, 'detector', l.detector, 'facts', l.facts,
                     'limits', l.limits, 'n', l.n) order by l.weight desc, l.id) as seen
            from (select distinct on (g.detector) g.id, g.detector, g.facts, g.limits, g.weight,
                         count(*) over (partition by g.detector) as n
                    from detection.signal g where g.alert = a.id order by g.detector, g.id desc) l) s on true
"""
_ORDER = """order by a.state in ('dismissed', 'closed'), a.ended_at desc nulls last, a.state <> 'open',
    a.risk desc, a.last_at desc, a.id desc"""
_GROUPS = {"": LIVE, "done": ("dismissed", "closed"), "all": (*LIVE, "dismissed", "closed")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list's address asks for. Empty: anything that still asks for somebody."""

    state: str = ""
    """One state; `done`; `all`."""
    detector: str = ""
    account: str = ""
    network: str = ""
    hours: int = 0


def alerts(filters: Filters, number: int) -> list[dict[str, Any]]:
    """Those that nobody took first, the gravest first; what is over, the latest first."""
    # Only those shown are told whole: an attack may have opened thousands.
    return rows(
        _ALERT  # noqa: S608  # our own text
        + f"""
        where a.id = any(array(
              select a.id from detection.alert a left join access_account c on c.id = a.account
        where a.state = any(%(states)s)
          and (%(detector)s = '' or %(detector)s = any(a.detectors) or a.what = %(detector)s)
          and (%(account)s = '' or c.login = %(account)s)
          and (%(network)s = '' or host(a.network) = %(network)s or exists (
               select from detection.signal g where g.alert = a.id and host(g.network) = %(network)s))
          and (%(hours)s = 0 or a.last_at > now() - make_interval(hours => %(hours)s))
              {_ORDER} limit %(number)s))
        {_ORDER}""",  # noqa: S608  # our own text
        {
            "states": list(_GROUPS.get(filters.state, (filters.state,))),
            "detector": filters.detector,
            "account": filters.account,
            "network": filters.network,
            "hours": filters.hours,
            "number": number,
        },
    )


def counts() -> dict[str, int]:
    """How many alerts are in each state that still asks for somebody."""
    found = rows(
        "select state, count(*) as n from detection.alert where state = any(%s) group by 1", [list(LIVE)]
    )
    return dict.fromkeys(LIVE, 0) | {row["state"]: row["n"] for row in found}


def alert(number: int) -> dict[str, Any] | None:
    """One alert."""
    found = rows(_ALERT + " where a.id = %s", [number])
    return found[0] if found else None


def alerts_of(account: int | None, network: str | None, number: int) -> list[dict[str, Any]]:
    """An account's, or those that a network has a part in; the latest first."""
    if account is not None:
        return rows(_ALERT + " where a.account = %s order by a.id desc limit %s", [account, number])
    return rows(
        _ALERT  # noqa: S608  # our own text
        + """ where a.id in (select g.alert from detection.signal g where g.network = %s::inet
                             union select b.id from detection.alert b where b.network = %s::inet)
              order by a.id desc limit %s""",
        [network, network, number],
    )


def signals(alert_id: int, number: int) -> list[dict[str, Any]]:
    """The signals gathered in an alert, the latest first."""
    return rows(
        """select id, at, detector, account, host(network) as network, seq, facts, limits, weight
             from detection.signal where alert = %s order by at desc, id desc limit %s""",
        [alert_id, number],
    )


def signals_of(account: int, since: datetime) -> list[dict[str, Any]]:
    """Every signal about an account since then, silenced ones too; no trial."""
    return rows(
        """select id, at, detector, alert, seq, facts, limits, weight from detection.signal
            where account = %s and at >= %s and not observed order by at desc limit 200""",
        [account, since],
    )


def events(alert_id: int) -> list[dict[str, Any]]:
    """All that happened to an alert, the latest first; a detector's repeats put together."""
    return rows(
        """select max(at) as at, author, what, text, count(*) as n, max(id) as id from detection.alert_event
            where alert = %s group by author, what, text, case when what <> 'signal' then id end
            order by max(id) desc limit 200""",
        [alert_id],
    )


def mutes(alert_id: int | None = None) -> list[dict[str, Any]]:
    """Silences in force, an alert's or all."""
    return rows(
        """select m.id, m.alert, m.detector, m.account, host(m.network) as network, m.author, m.code,
                  m.starts_at, m.ends_at, c.login
             from detection.mute m left join access_account c on c.id = m.account
            where m.lifted_at is null and m.ends_at > now() and (%s::bigint is null or m.alert = %s::bigint)
            order by m.ends_at""",
        [alert_id, alert_id],
    )


# What people do ----------------------------------------------------------------------------------


def _done(function: str, *given: Any) -> bool:
    places = ", ".join(["%s"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(f"select detection.{function}({places})", given)
        row = cursor.fetchone()
    return bool(row and row[0])


def take(alert_id: int, author: str) -> bool:
    """It is this operator's now. False, here as below: no longer in a state for it."""
    return _done("take", alert_id, author)


def hand_back(alert_id: int, author: str) -> bool:
    """It is anybody's again."""
    return _done("hand_back", alert_id, author)


def reopen(alert_id: int, author: str) -> bool:
    """It was dismissed or closed too soon."""
    return _done("reopen", alert_id, author)


def remark(alert_id: int, author: str, text: str) -> bool:
    """A sentence for colleagues; kept with the alert, not in the journal."""
    return _done("remark", alert_id, author, text)


def restricted(alert_id: int, author: str, measure: str) -> bool:
    """A restriction was placed because of it."""
    return _done("restricted", alert_id, author, measure)


def ease(scope: int, subject: str, kind: str, author: str) -> None:
    """A restriction was undone: the alerts because of which it stood are somebody's to deal with again."""
    found = rows(
        """select a.id from detection.alert a
            where a.state = 'restricted'
              and (%(scope)s = 1 and a.account::text = %(subject)s
                   or %(scope)s = 3 and (host(a.network) = %(subject)s or exists (
                       select from detection.signal g
                        where g.alert = a.id and host(g.network) = %(subject)s)))""",
        {"scope": scope, "subject": subject},
    )
    for row in found:
        _done("eased", row["id"], author, "network" if scope == Scope.NETWORK else kind)


def close(alert_id: int, author: str, code: str, text: str) -> bool:
    """It has been dealt with."""
    return _done("close", alert_id, author, code, text)


def dismiss(  # a dismissal's reach
    alert_id: int,
    author: str,
    code: str,
    text: str,
    *,
    detector: str | None = None,
    network: str | None = None,
    ends_at: datetime | None = None,
) -> bool:
    """A false alarm; with an end, silence about the same until then."""
    return _done("dismiss", alert_id, author, code, text, detector, network, ends_at)


def unmute(mute: int, author: str) -> bool:
    """End a silence early."""
    return _done("unmute", mute, author)
