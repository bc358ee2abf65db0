"""`rempart gate …`: limits, matrix, breaker and terminals, read by all, changed by two keepers.

What tightens takes effect at once. What loosens waits for a second keeper, then for its delay, while it
is announced on the operations pages. Commands run where the gate runs: they need its role's secret.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
from cyclopts import App, Parameter

from rempart.cli import keepers, screen
from rempart.cli.keeper_words import SecretFile, secret_of, show
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.gate.keepers import Changes, KeeperFault
from rempart.vocabulary.words import Category, Channel, Meter, Profession, Proof, Purpose, Scope, Window

app = App(name="gate", help="Limits, matrix, terminals; and how a look-up would be decided.")
limits = App(name="limits", help="Show the limits on distinct persons, or propose another.")
matrix = App(name="matrix", help="Show who may learn what for which purpose, or propose a change.")
terminals = App(name="terminals", help="Show card terminals, propose to enrol one, or revoke one.")
for group in (limits, matrix, terminals, keepers.app):
    app.command(group)
limits.command(keepers.set_ceiling, name="ceiling")

As = Annotated[str, Parameter(name="--as", help="Your name as a keeper; your secret is asked for.")]
Why = Annotated[str, Parameter(name="--reason", help="Why: at least eight characters, journaled.")]
WINDOWS = ("minute", "hour", "day", "30 days")


@limits.default
def show_limits(*, data: Data = DATA, json: Json = False) -> None:
    """Every limit: distinct persons in a minute, an hour, a day and thirty days."""
    with _connected(data) as connection:
        rows = connection.execute(
            "select scope, profession, meter, amounts from gate.limits_published order by 1, 3, 2"
        ).fetchall()
    named = [
        {"scope": _name(Scope, s), "profession": p, "meter": _name(Meter, m)}
        | dict(zip(WINDOWS, a, strict=True))
        for s, p, m, a in rows
    ]
    show(named, as_json=json)


@limits.command(name="set")
def set_limit(  # noqa: PLR0913  # each is an option
    profession: Annotated[str, Parameter(help="A profession, or '*' for any.")],
    *,
    amounts: Annotated[str, Parameter(help="Four figures: minute,hour,day,30 days.")],
    reason: Why,
    keeper: As,
    scope: Annotated[str, Parameter(help="account, organisation or network.")] = "account",
    meter: Annotated[str, Parameter(help="unproven, proven, present, known or wide.")] = "unproven",
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose a limit. Never above the ceiling; raising one waits for a second keeper and a day."""
    value = {
        "scope": int(_word(Scope, scope)),
        "profession": profession if profession == "*" else str(_profession(profession)),
        "meter": int(_word(Meter, meter)),
        "amounts": _figures(amounts),
    }
    propose(data, keeper, secret_file, "limit", value, reason, as_json=json)


@limits.command(name="breaker")
def set_breaker(  # each is an option
    *,
    floor: Annotated[int, Parameter(help="Unproven persons an hour that are always allowed.")],
    present: Annotated[int, Parameter(help="Persons an hour on the professionals' word.")],
    reason: Why,
    keeper: As,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose the platform's breaker. Its ceiling was set at installation."""
    propose(data, keeper, secret_file, "breaker", {"floor": floor, "present": present}, reason, as_json=json)


@matrix.default
def show_matrix(*, data: Data = DATA, json: Json = False) -> None:
    """Purpose × profession: the assurance it takes and the categories that may be opened."""
    with _connected(data) as connection:
        rows = connection.execute(
            "select purpose, profession, assurance, categories, wide from gate.matrix_row order by 1, 2"
        ).fetchall()
    named = [
        {"purpose": p, "profession": q, "assurance": a, "categories": _categories(c), "wide": w}
        for p, q, a, c, w in rows
    ]
    show(named, as_json=json)


@matrix.command(name="set")
def set_matrix(  # noqa: PLR0913  # each is an option
    purpose: Purpose,
    profession: Profession,
    *,
    categories: Annotated[str, Parameter(help="civil_status, nir, rights, contract; commas between.")],
    reason: Why,
    keeper: As,
    assurance: Annotated[int, Parameter(help="2 second factor, 3 professional's card.")] = 2,
    wide: Annotated[bool, Parameter(help="Also spend the wide limit.")] = False,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose what a profession may learn for a purpose."""
    bits = Category(0)
    for word in categories.split(","):
        bits |= _word(Category, word.strip())
    value = {
        "purpose": str(purpose),
        "profession": str(profession),
        "assurance": assurance,
        "categories": int(bits),
        "wide": wide,
    }
    propose(data, keeper, secret_file, "matrix", value, reason, as_json=json)


@terminals.default
def show_terminals(*, data: Data = DATA, json: Json = False) -> None:
    """Card terminals, whose they are, who enrolled them and since when they count."""
    with _connected(data) as connection:
        rows = connection.execute(
            "select id, organisation, label, proposed_by, approved_by, active_from, revoked_at"
            " from gate.terminal order by id"
        ).fetchall()
    names = ("id", "organisation", "label", "proposed by", "approved by", "active from", "revoked")
    show([dict(zip(names, row, strict=True)) for row in rows], as_json=json)


@terminals.command(name="enrol")
def enrol(  # each is an option
    organisation: Annotated[int, Parameter(help="The organisation's number.")],
    label: Annotated[str, Parameter(help="What is written on the terminal.")],
    *,
    public_key: Annotated[str, Parameter(help="Its Ed25519 public key: 32 bytes in base64.")],
    reason: Why,
    keeper: As,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose a terminal. It counts a day after a second keeper approved it, and all are told."""
    try:
        raw = base64.b64decode(public_key, validate=True)
    except ValueError:
        raise KeeperFault("The public key is not base64.") from None
    value = {"organisation": organisation, "label": label[:80], "public_key": base64.b64encode(raw).decode()}
    propose(data, keeper, secret_file, "terminal", value, reason, as_json=json)


@terminals.command(name="revoke")
def revoke(  # each is an option
    terminal: int,
    *,
    reason: Why,
    keeper: As,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Revoke a terminal at once: its next attestation proves nothing."""
    propose(data, keeper, secret_file, "revoke_terminal", {"terminal": terminal}, reason, as_json=json)


@app.command(name="changes")
def show_changes(*, data: Data = DATA, json: Json = False) -> None:
    """Changes that wait, and those made, newest first."""
    with _connected(data) as connection:
        cursor = connection.execute(
            "select id, kind, value, reason, proposed_by, approved_by, effective_at, applied_at, cancelled_at"
            " from gate.change_announced order by id desc limit 100"
        )
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    show(
        [dict(zip(names, row, strict=True)) for row in rows],
        as_json=json,
        empty="No change was ever proposed.",
    )


@app.command(name="approve")
def approve(
    change: int, *, keeper: As, secret_file: SecretFile = None, data: Data = DATA, json: Json = False
) -> None:
    """Approve another keeper's change; it takes effect after the delay, or is cancelled meanwhile."""
    with _connected(data) as connection:
        due = Changes(connection, keeper, secret_of(secret_file)).approve(change)
    show([{"change": change, "takes effect": due}], as_json=json)


@app.command(name="cancel")
def cancel(
    change: int, *, keeper: As, secret_file: SecretFile = None, data: Data = DATA, json: Json = False
) -> None:
    """Cancel a change that has not taken effect."""
    with _connected(data) as connection:
        done = Changes(connection, keeper, secret_of(secret_file)).cancel(change)
    show([{"change": change, "cancelled": done}], as_json=json)


@app.command(name="lift-platform")
def lift_platform(  # each is an option
    restriction: int,
    *,
    reason: Why,
    keeper: As,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose to lift a restriction of the whole platform."""
    propose(data, keeper, secret_file, "lift_platform", {"restriction": restriction}, reason, as_json=json)


@app.command(name="explain")
def explain(  # each is an option
    login: str,
    *,
    purpose: Purpose = Purpose.RIGHTS,
    proof: Annotated[str, Parameter(help="none, card, present or known.")] = "none",
    network: Annotated[str, Parameter(help="The address it would come from.")] = "127.0.0.1",
    channel: Channel = Channel.PAGE,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """How this account's next look-up of a new person would be decided. Nothing is disclosed or spent."""
    with _connected(data) as connection:
        row = connection.execute(
            "select gate.explain(%s, %s, %s, %s, %s, now())",
            [login, purpose, int(_word(Proof, proof)), network, channel],
        ).fetchone()
    if row is None or row[0] is None:
        raise KeeperFault("No active account has this login.", "rempart account list")
    found = row[0]
    if json:
        screen.out.print_json(data=found)
        return
    screen.out.print(f"{found['verdict']} {found['reason'] or ''}  (policy {found['policy']})")
    screen.table("step", "passes", "what", rows=[_step(step) for step in found["steps"]])


# ------------------------------------------------------------------------------------------- inside


@contextmanager
def _connected(data: Path, role: str = "gate") -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn(role, data), autocommit=True) as connection:
        yield connection


def propose(  # what a proposal is made of
    data: Path,
    keeper: str,
    secret_file: Path | None,
    kind: str,
    value: dict[str, Any],
    reason: str,
    *,
    as_json: bool,
) -> None:
    """Make a proposal as a keeper and say what became of it."""
    with _connected(data) as connection:
        change = Changes(connection, keeper, secret_of(secret_file)).propose(kind, value, reason)
        row = connection.execute(
            "select loosens, applied_at from gate.change_announced where id = %s", [change]
        ).fetchone()
    loosens, applied = row or (True, None)
    said = "in force" if applied else "waits: another keeper runs `rempart gate approve`"
    show([{"change": change, "loosens": loosens, "now": said}], as_json=as_json)


def _step(step: dict[str, Any]) -> tuple[str, str, str]:
    passes = "yes" if step["passes"] else "no"
    if step["step"] != "limit":
        until = step.get("card_until")
        what = (
            step.get("restriction")
            or step.get("purpose")
            or (f"card required until {until}" if until else "none")
        )
        return step["step"], passes, str(what)
    after = [
        f"{spent}/{limit} {window}"
        for spent, limit, window in zip(step["after"], step["limits"], WINDOWS, strict=True)
        if limit is not None
    ]
    return f"limit {_name(Scope, step['scope'])}", passes, ", ".join(after)


def _name(words: Any, number: int) -> str:
    return str(words(number).name.lower())


def _word(words: Any, text: str) -> Any:
    try:
        return words[text.upper()]
    except KeyError:
        names = ", ".join(word.name.lower() for word in words)
        raise KeeperFault(f"“{text}” is none of: {names}.") from None


def _profession(text: str) -> Profession:
    try:
        return Profession(text)
    except ValueError:
        raise KeeperFault("Professions are: " + ", ".join(Profession) + ", or '*'.") from None


def _figures(text: str) -> list[int]:
    figures = [part.strip() for part in text.split(",")]
    if len(figures) != len(Window) or not all(one.isascii() and one.isdigit() for one in figures):
        raise KeeperFault("Give four figures, commas between: minute,hour,day,30 days.")
    return [int(figure) for figure in figures]


def _categories(bits: int) -> str:
    return ", ".join(category.name.lower() for category in Category if category & bits and category.name)
