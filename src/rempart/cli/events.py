"""`rempart events …`: the journal told to other systems: who, how far; a test; a look at each form."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import psycopg
from cyclopts import App, Parameter

from rempart.access.post import NotReachedError
from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json, MetricsPort
from rempart.database.connect import dsn
from rempart.events import cursors, forward, source
from rempart.events.config import FILE, EventsFault, Sink, load
from rempart.events.entry import COLUMNS, Entry
from rempart.events.forms import as_line
from rempart.events.sinks import deliver
from rempart.journal.reading import journaled

app = App(name="events", help="The journal told to other systems: SIEM, audit repository, files.")

_BACK = "select epoch, x::text::bigint, seq from journal.entry order by seq desc offset %s limit 1"
_POLL = 0.5
_MANY = 1000


@app.default
def show(*, data: Data = DATA, json: Json = False) -> None:
    """Every sink: where it is, in which form, what it is told, how far it is, why it does not go on."""
    sinks = load(data)
    if not sinks and not json:
        screen.out.print(f"Nobody is told: write {data / FILE}; docs/how-to/send-events.md shows how.")
        return
    with _connected(data) as connection:
        found = [_state(data, connection, sink) for sink in sinks]
    if json:
        screen.out.print_json(data=found)
        return
    names = [name for name in found[0] if name != "place"]
    rows = [tuple("" if one[name] is None else str(one[name]) for name in names) for one in found]
    screen.table(*names, rows=rows)


@app.command(name="test")
def send_test(sink: str, *, data: Data = DATA) -> None:
    """Send one event that says it is a test, at once, and say what became of it."""
    chosen = _sink(data, sink)
    try:
        deliver(chosen, [_made_up()], forward.address())
    except NotReachedError as fault:
        raise EventsFault(
            f"{sink} did not take it: {fault}.", "docs/how-to/send-events.md says what each answer means"
        ) from None
    unsure = chosen.to.scheme == "syslog+udp" or (chosen.is_syslog and not chosen.confirm)
    screen.out.print("Sent; nobody says whether it came." if unsure else f"{sink} took it.")


@app.command
def tail(
    *,
    form: Annotated[
        Literal["ocsf", "fhir", "jsonl", "syslog"], Parameter(name="--as", help="In which form.")
    ] = "jsonl",
    follow: Annotated[
        bool, Parameter(name=["--follow", "-f"], negative="", help="Go on as entries come.")
    ] = False,
    lines: Annotated[int, Parameter(name=["--lines", "-n"], help="How many entries to begin with.")] = 20,
    data: Data = DATA,
) -> None:
    """The last entries as other systems are told them, one a line, oldest first."""
    with _connected(data) as connection:
        journaled(connection, "events tail", {"as": form, "lines": lines, "follow": follow or None})
        row = connection.execute(_BACK, [lines]).fetchone()
        after = source.Cursor(*row) if row else source.Cursor()
        while (entries := source.read(connection, after, most=_MANY)) or follow:
            for entry in entries:
                screen.out.out(as_line(entry, form, forward.address()).decode(), highlight=False)
                after = source.cursor_of(entry)
            if not entries:
                time.sleep(_POLL)


@app.command
def run(*, metrics_port: MetricsPort = None, data: Data = DATA) -> None:
    """Forward in the foreground until stopped; `rempart serve` does so by itself where events.toml stands."""
    if not load(data) and metrics_port is None:
        raise EventsFault(f"{data / FILE} names no sink.", "docs/how-to/send-events.md shows how to write it")
    asked = forward.asked_by_signals()
    while not asked.is_set():
        forward.run(data, asked, metrics_port)


# ------------------------------------------------------------------------------------------- inside


def _state(data: Path, connection: psycopg.Connection[Any], sink: Sink) -> dict[str, Any]:
    kept = cursors.read(data, sink.name)
    since = source.waiting_since(connection, kept.cursor) if kept else None
    return {
        "sink": sink.name,
        "to": sink.to.geturl(),
        "as": sink.form,
        "only": " ".join(sink.only) or None,
        "sent": kept.sent if kept else 0,
        "passed until": _moment(kept.at) if kept and kept.at else None,
        "behind by seconds": round(max(0.0, time.time() - since), 1) if since else 0,
        "fault": kept.fault or None if kept else "not begun",
        "place": asdict(kept.cursor) if kept else None,
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _sink(data: Path, name: str) -> Sink:
    found = {sink.name: sink for sink in load(data)}
    if name not in found:
        raise EventsFault(f"No sink is called {name}.", f"one of: {', '.join(found) or 'none yet'}")
    return found[name]


def _made_up() -> Entry:
    """An entry that is in no journal, with an id of its own."""
    empty: dict[str, Any] = dict.fromkeys(COLUMNS)
    empty |= {"x": 0, "seq": 0, "epoch": 0, "at": datetime.now(UTC), "tag": "events:test:sent", "count": 1}
    return Entry(id=uuid4().hex * 2, **empty)


def _connected(data: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(dsn("auditor", data), autocommit=True)
