"""`rempart contain …`: restrict, close, undo from the command line, with the owner's role, day and night.

What tightens is done at once; what hits many (a network, a closing, new credentials) is shown first and done
with `--yes`. Exit code 1: shown only, or there was nothing to undo.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.accounts import account_of, as_owner
from rempart.cli.options import DATA, Data, Json
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Channel, RestrictionKind, Scope

app = App(name="contain", help="Restrict an account or a network, close a door, undo: from the next look-up.")

Why = Annotated[str, Parameter(help="Code: unusual_pace, unknown_device, holder_reports, campaign, other…")]
Text = Annotated[str, Parameter(help="A sentence for colleagues. No patient's name.")]
Message = Annotated[str, Parameter(help="What those are told whom it stops.")]
Hours = Annotated[float, Parameter(help="When it ends by itself.")]
Yes = Annotated[bool, Parameter(name="--yes", negative="", help="Do it, do not only show it.")]
Flag = Annotated[bool, Parameter(negative="")]

_AUTHOR = "command line"
_LIST = """
    select r.id, r.scope, r.subject, a.login, r.kind, r.reason, r.author, r.starts_at, r.ends_at, r.message,
           r.reopens_at
      from gate.restriction r left join access_account a on r.scope = 1 and a.id::text = r.subject
     where r.lifted_at is null and r.starts_at <= now() and (r.ends_at is null or r.ends_at > now())
     order by r.id
"""


class ContainFault(Fault):
    """What was asked for cannot be contained so."""


@app.command(name="list")
def list_restrictions(*, data: Data = DATA, json: Json = False) -> None:
    """What holds now; whether the detectors watch; the platform's breaker."""
    with as_owner(data):
        held, state = _rows(_LIST), _rows("select * from containment.state(clock_timestamp())")[0]
    lines = [{name: _plain(value) for name, value in one.items()} for one in map(_named, held)]
    watch = {name: _plain(value) for name, value in state.items()}
    if json:
        screen.out.print_json(data={"restrictions": lines, "watch": watch})
        return
    if lines:
        screen.table(*lines[0], rows=[tuple(str(value or "") for value in line.values()) for line in lines])
    silent = "silent: limits without a card are divided by {divisor}" if watch["unwatched"] else "watching"
    screen.out.print(f"detectors: {silent.format(**watch)}; breaker: {watch['spent']} of {watch['lim']}")


@app.command
def account(  # noqa: PLR0913  # each is an option
    login: Annotated[str, Parameter(help="What the holder types to sign in.")],
    *,
    step_up: Flag = False,
    card: Flag = False,
    new_credentials: Flag = False,
    freeze: Flag = False,
    why: Why = "other",
    text: Text,
    message: Annotated[str | None, Parameter(help="A sentence for the holder.")] = None,
    hours: Hours = 48,
    yes: Yes = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Ask for a confirmation, for the card, end all that opens it, or freeze it: one of the four."""
    rungs = {"step_up": step_up, "card_required": card, "new_credentials": new_credentials, "frozen": freeze}
    chosen = [name for name, wanted in rungs.items() if wanted]
    if len(chosen) != 1:
        raise ContainFault("Choose one.", "--step-up, --card, --new-credentials or --freeze")
    with as_owner(data):
        held = account_of(login)
        if new_credentials:
            done = lambda: _end_all(held)  # noqa: E731  # done only with --yes
            _do(done, {"account": login, "new_credentials": True}, yes=yes, as_json=json)
            return
        from rempart.containment import restrict  # noqa: PLC0415  # needs Django

        number = restrict.restrict(
            restrict.account(held.pk),
            RestrictionKind(chosen[0]),
            why=why,
            text=text,
            author=_AUTHOR,
            hours=hours,
            message=message,
        )
    _show({"restriction": number, "account": login, "kind": chosen[0], "hours": hours}, as_json=json)


@app.command
def network(
    cidr: Annotated[str, Parameter(help="An address, an IPv4 /24, an IPv6 /64 or /56.")],
    *,
    why: Why = "campaign",
    text: Text,
    hours: Hours = 24,
    yes: Yes = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Ban a network. Whoever normally works there goes on with the patient's card. Shown first."""
    with as_owner(data):
        from rempart.containment import restrict  # noqa: PLC0415

        target = restrict.network(cidr)
        given: dict[str, Any] = {"why": why, "text": text, "author": _AUTHOR, "hours": hours}

        def ban() -> dict[str, Any]:
            return {"restriction": restrict.restrict(target, RestrictionKind.FROZEN, **given)}

        shown = {"network": target.subject, "hours": hours, "accounts_of_a_day": _seen_there(target.subject)}
        _do(ban, shown, yes=yes, as_json=json)


@app.command
def close(  # noqa: PLR0913
    what: Annotated[str, Parameter(help="page, api, command, insurer:AMC, software:CLIENT_ID, everything.")],
    *,
    message: Message,
    reopens: Annotated[
        str | None, Parameter(help="When it is expected back: 18:30, or an ISO moment.")
    ] = None,
    why: Why = "other",
    text: Text = "from the command line",
    hours: Annotated[float | None, Parameter(help="Reopens by itself after so many.")] = None,
    yes: Yes = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Close a door; its message is on every page and in the API. Shown first. Two keepers reopen all."""
    reopens_at = _moment(reopens) if reopens else None
    with as_owner(data):
        from rempart.containment import close as closing  # noqa: PLC0415

        target = _target(what)
        ends_at = datetime.now(UTC) + timedelta(hours=hours) if hours else None
        given = {"message": message, "why": why, "text": text, "author": _AUTHOR}

        def shut() -> dict[str, Any]:
            return {"restriction": closing.close(target, **given, reopens_at=reopens_at, ends_at=ends_at)}

        _do(
            shut, {"close": what, "message": message, "reopens_at": _plain(reopens_at)}, yes=yes, as_json=json
        )


@app.command
def undo(
    number: Annotated[int, Parameter(help="The restriction's number.")],
    *,
    why: Annotated[str, Parameter(help="Why it is undone: a sentence.")],
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Lift a restriction or reopen a door. The whole platform's takes two keepers."""
    with as_owner(data):
        from rempart.containment.undo import undo_by_owner  # noqa: PLC0415

        done = undo_by_owner(number, _AUTHOR, why)
    _show({"restriction": number, "undone": done}, as_json=json)
    if not done:
        sys.exit(1)


def _do(act: Callable[[], dict[str, Any]], shown: dict[str, Any], *, yes: bool, as_json: bool) -> None:
    if yes:
        _show(shown | act() | {"done": True}, as_json=as_json)
        return
    _show(shown | {"done": False}, as_json=as_json)
    screen.err.print("Nothing was done: add --yes.")
    sys.exit(1)


def _end_all(held: Any) -> dict[str, Any]:
    from rempart.containment.new_credentials import new_credentials  # noqa: PLC0415

    ended = new_credentials(held)
    return {"sessions": ended.sessions, "tokens": ended.tokens, "software": ended.software}


def _target(what: str) -> Any:
    from rempart.access.vendors import registry  # noqa: PLC0415
    from rempart.containment import close as closing  # noqa: PLC0415

    kind, _colon, name = what.partition(":")
    if kind == "software" and name:
        return closing.software(registry.find(name).pk)
    if kind == "insurer" and name:
        found = _rows("select id from registry.insurer where amc_number = %s", [name])
        if not found:
            raise ContainFault("No insurer has this number.", "the AMC number, as it was imported")
        return closing.insurer(found[0]["id"])
    if what == "everything":
        return closing.EVERYTHING
    if what in set(Channel):
        return closing.channel(Channel(what))
    raise ContainFault(
        "There is no such door.", "page, api, command, insurer:AMC, software:CLIENT_ID, everything"
    )


def _moment(text: str) -> datetime:
    """An ISO moment, or an hour of today or tomorrow, on this machine's clock."""
    try:
        if len(text) <= len("18:30"):
            hour = datetime.strptime(text, "%H:%M").astimezone()
            now = datetime.now().astimezone()
            at = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
            return at if at > now else at + timedelta(days=1)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ContainFault("--reopens is no moment.", "18:30, or 2026-11-24T08:00") from None
    return at.astimezone()


def _seen_there(subject: str) -> int:
    query = """select count(distinct account) as n from journal.entry
                where at > now() - interval '1 day' and network <<= %s::inet and account is not null"""
    return int(_rows(query, [subject])[0]["n"])


def _rows(query: str, given: list[Any] | None = None) -> list[dict[str, Any]]:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(query, given)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _named(held: dict[str, Any]) -> dict[str, Any]:
    login = held.pop("login")
    return held | {"scope": Scope(held["scope"]).name.lower(), "subject": login or held["subject"]}


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _show(value: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.out.print_json(data=value)
    else:
        for key, content in value.items():
            screen.out.print(f"{key}: {content}", markup=False, soft_wrap=True)
