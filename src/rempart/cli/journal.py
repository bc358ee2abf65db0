"""`rempart journal …`: read what was disclosed, as the auditor's role."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import psycopg
from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.journal.reading import journaled

app = App(name="journal", help="What was disclosed to whom and why.")
app.command("rempart.cli.journal_seal:status", name="status")
app.command("rempart.cli.journal_seal:seal", name="seal")
app.command("rempart.cli.journal_proof:export", name="export")
app.command("rempart.cli.journal_stamps:stamp", name="stamp")
app.command("rempart.cli.journal_stamps:stamps", name="stamps")
app.command("rempart.cli.journal_keep:retain", name="retain")
app.command("rempart.cli.journal_keep:hold", name="hold", help="Legal holds, which suspend dropping.")
app.command("rempart.cli.journal_keep:restored", name="restored")
app.command("rempart.cli.journal_proof:verify", name="verify")
app.command("rempart.cli.journal_proof:prove", name="prove")
app.command("rempart.cli.journal_proof:consistency", name="consistency")

_COLUMNS = (
    "seq, at, tag, request, account, profession, organisation, host(network) as network, channel, purpose,"
    " proof, verdict, reason, rule, cost, count"
)
_POLL = 0.5
"""Seconds between looks at the journal while following it."""


@app.command
def tail(  # each is an option
    *,
    follow: Annotated[
        bool, Parameter(name=["--follow", "-f"], negative="", help="Go on as entries come.")
    ] = False,
    lines: Annotated[int, Parameter(name=["--lines", "-n"], help="How many to begin with.")] = 20,
    account: Annotated[str | None, Parameter(help="Only this login's.")] = None,
    verdict: Annotated[str | None, Parameter(help="granted, challenged or refused.")] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """The last entries, oldest first; pseudonyms only. With --json one object a line."""
    with psycopg.connect(
        dsn("auditor", data), autocommit=True, row_factory=psycopg.rows.dict_row
    ) as connection:
        asked = {"lines": lines, "follow": follow or None, "verdict": verdict}
        journaled(connection, "tail", asked | {"account": _number(connection, account)})
        last = 0
        for entry in _last(connection, lines, account, verdict):
            last = max(last, entry["seq"])
            _print(entry, as_json=json)
        while follow:
            time.sleep(_POLL)
            for entry in _since(connection, last, account, verdict):
                last = max(last, entry["seq"])
                _print(entry, as_json=json)


Rows = Iterator[dict[str, Any]]
Connection = psycopg.Connection[dict[str, Any]]
_FILTER = (
    "(%(account)s::text is null or account = (select id from gate.account_of(%(account)s) as id))"
    " and (%(verdict)s::text is null or verdict = %(verdict)s)"
)


def _number(connection: Connection, login: str | None) -> int | None:
    """An account's number: its login may be a name, and stays out of the journal."""
    row = connection.execute("select gate.account_of(%s) as id", [login]).fetchone() if login else None
    return row["id"] if row else None


def _last(connection: Connection, lines: int, account: str | None, verdict: str | None) -> Rows:
    newest = f"select {_COLUMNS} from journal.entry where {_FILTER} order by seq desc limit %(n)s"  # noqa: S608  # constants
    query = f"select * from ({newest}) e order by seq"  # noqa: S608  # constants
    yield from connection.execute(query.encode(), {"account": account, "verdict": verdict, "n": lines})


def _since(connection: Connection, seq: int, account: str | None, verdict: str | None) -> Rows:
    where = f"seq > %(seq)s and {_FILTER}"
    query = f"select {_COLUMNS} from journal.entry where {where} order by seq limit 1000"  # noqa: S608  # constants
    yield from connection.execute(query.encode(), {"account": account, "verdict": verdict, "seq": seq})


def _print(entry: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.out.out(orjson.dumps(entry, default=str).decode(), highlight=False)
        return
    what = " ".join(str(entry[name]) for name in ("verdict", "reason", "rule") if entry[name])
    repeated = f" ×{entry['count']}" if entry["count"] > 1 else ""
    where = (
        f"account {entry['account']} {entry['network'] or ''}" if entry["account"] else entry["network"] or ""
    )
    ends = f"[dim]{where} {entry['request'] or ''}[/dim]"
    screen.out.print(f"{entry['at']:%Y-%m-%d %H:%M:%S}  {entry['tag']:<24} {what}{repeated}  {ends}")
