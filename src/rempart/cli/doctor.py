"""`rempart doctor`: what is wrong with an installation, and the command that mends it."""

import shutil
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from rempart.access.leaks.corpus import Corpus, CorpusFault
from rempart.cli import leaks, screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory, embedded, roles, setup
from rempart.database.connect import dsn
from rempart.journal.standing import standing
from rempart.vocabulary.faults import Fault

_LEAST_FREE = 1 << 30
_MOST_APART = 2.0
"""Seconds between this machine's clock and the database's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` is empty when it is well."""

    check: str
    well: bool
    message: str
    remedy: str = ""


def doctor(*, data: Data = DATA, json: Json = False) -> int:
    """Look at directory, secrets, keys, database, roles, grants, processes, clock and disk."""
    data = data.expanduser().resolve()
    findings = list(examine(data))
    if json:
        screen.out.print_json(data=[asdict(finding) for finding in findings])
    else:
        _print(findings)
    return 0 if all(finding.well for finding in findings) else 1


def examine(data: Path) -> Iterator[Finding]:
    """Every check in order; those that need a database are left out when there is none."""
    if not (data / "database.json").exists():
        yield Finding(
            "directory",
            well=False,
            message=f"{data} is not set up.",
            remedy=f"rempart database migrate --data {data}",
        )
        return
    yield from (_private(data), _keys(data), _disk(data), _leaks(data))
    try:
        with nullcontext() if setup.is_external() else embedded.running(data):
            yield from _database(data)
    except Fault as fault:
        yield Finding("database", well=False, message=str(fault), remedy=fault.remedy)
    yield from _processes(data)


def _private(data: Path) -> Finding:
    secret_paths = [
        data / "secrets",
        *(data / "secrets").iterdir(),
        data / "keys",
        *(data / "keys").iterdir(),
    ]
    loose = [path for path in secret_paths if path.stat().st_mode & 0o077]
    if loose:
        return Finding(
            "secrets",
            well=False,
            message=f"{len(loose)} secret files can be read by others.",
            remedy=f"chmod -R go-rwx {data / 'secrets'} {data / 'keys'}",
        )
    return Finding("secrets", well=True, message="Secrets and keys are readable by their owner only.")


def _keys(data: Path) -> Finding:
    from rempart.vault.blind_index import BlindIndex  # noqa: PLC0415  # slow to import, and may be missing
    from rempart.vault.master import load_master  # noqa: PLC0415

    try:
        BlindIndex.load(data / "keys")
        load_master(data / "keys")
    except Fault as fault:
        return Finding("keys", well=False, message=str(fault), remedy=fault.remedy)
    return Finding("keys", well=True, message="The master key and the index key can be used.")


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(data).free
    if free < _LEAST_FREE:
        return Finding(
            "disk",
            well=False,
            message=f"Only {free >> 20} MB are free: with a full disk nothing is disclosed.",
            remedy=f"free space below {data}",
        )
    return Finding("disk", well=True, message=f"{free >> 30} GB are free.")


def _leaks(data: Path) -> Finding:
    paths = leaks.paths(data)
    try:
        hashes = sum(Corpus(path).shape.count for path in paths)
    except CorpusFault as fault:
        return Finding("leaks", well=False, message=str(fault), remedy=fault.remedy)
    if not paths:
        said = "No corpus of leaked passwords: rempart leaks import FILE lets sign-in find them."
    else:
        said = f"Sign-in knows {hashes:,} leaked passwords."
    return Finding("leaks", well=True, message=said)


def _database(data: Path) -> Iterator[Finding]:
    migrate = f"rempart database migrate --data {data}"
    for role in roles.ROLES:
        try:
            psycopg.connect(dsn(role, data), connect_timeout=5).close()
        except (psycopg.OperationalError, Fault):
            yield Finding("roles", well=False, message=f"The role {role} cannot log in.", remedy=migrate)
            return
    yield Finding("roles", well=True, message="Every role logs in with its own secret.")
    with psycopg.connect(dsn(roles.OWNER, data)) as owner:
        yield _schema(owner)
        yield _clock(owner)
        if directory.holder(data) not in {None, psutil.Process().pid}:  # stopped, it beats no more
            yield _watch(owner)
            yield sealing(owner, data)


def _schema(owner: psycopg.Connection[tuple[object, ...]]) -> Finding:
    if setup.is_current(owner):
        return Finding("schema", well=True, message="Tables and functions are this version's.")
    return Finding(
        "schema",
        well=False,
        message="Tables or functions were made by another version's SQL.",
        remedy="rempart database migrate; if this stays, begin a new directory with --data",
    )


def _clock(owner: psycopg.Connection[tuple[object, ...]]) -> Finding:
    row = owner.execute("select extract(epoch from clock_timestamp())::float8").fetchone()
    apart = abs(time.time() - float(str(row[0]))) if row else _MOST_APART
    if apart >= _MOST_APART:
        return Finding(
            "clock",
            well=False,
            message=f"This machine's clock and the database's are {apart:.0f} s apart.",
            remedy="synchronise both (systemctl start systemd-timesyncd)",
        )
    return Finding("clock", well=True, message="The clocks agree.")


def _watch(owner: psycopg.Connection[tuple[object, ...]]) -> Finding:
    row = owner.execute(
        "select at, gate.is_unwatched(clock_timestamp()), divisor,"
        " extract(epoch from clock_timestamp() - at)::integer from gate.watch"
    ).fetchone()
    beat, silent, divisor, seconds = row or (None, False, 1, 0)
    if silent:
        return Finding(
            "watch",
            well=False,
            message=f"Detectors silent for {seconds} s: limits without a card are divided by {divisor}.",
            remedy="start them again (rempart serve), and read DIR/log/detector.log",
        )
    said = "The detectors watch." if beat else "Detectors were never started here: nothing is tightened."
    return Finding("watch", well=True, message=said)


def sealing(owner: psycopg.Connection[Any], data: Path) -> Finding:
    """Whether what is journaled is sealed soon after."""
    found = standing(owner, data)
    if found.is_well:
        return Finding("sealing", well=True, message=f"{found.size:,} entries are sealed.")
    return Finding(
        "sealing",
        well=False,
        message=f"{found.waiting:,} entries wait to be sealed, for {found.lag:.0f} s. {found.fault}".strip(),
        remedy=f"rempart journal status; read {data / 'log'}/sealer.log",
    )


def _processes(data: Path) -> Iterator[Finding]:
    holder = directory.holder(data)
    if holder is None or holder == psutil.Process().pid:
        return
    children = {_role(child): child for child in psutil.Process(holder).children()}
    missing = {"gate", "web", "worker", "detector", "sealer"} - children.keys()
    if missing:
        yield Finding(
            "processes",
            well=False,
            message=f"Not running: {', '.join(sorted(missing))}.",
            remedy=f"read {data / 'log'}/{min(missing)}.log",
        )
        return
    yield Finding("processes", well=True, message="Gate, pages, worker, detectors and sealer run.")
    apart = ("gate", "web", "detector", "sealer")
    shared = len({children[role].uids().real for role in apart}) < len(apart)
    if shared and not (data / "demo").exists():
        yield Finding(
            "users",
            well=False,
            message="Gate, pages, detectors and sealer share a system user: one could read another's files.",
            remedy="rempart serve --gate-user … --web-user … --detector-user … --sealer-user …"
            " (docs/how-to/install.md)",
        )


def _role(process: psutil.Process) -> str:
    try:
        return process.environ().get("REMPART_ROLE", "")
    except psutil.Error:
        return ""


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        sign = "[green]✓[/green]" if finding.well else "[red]✗[/red]"
        screen.out.print(f"{sign} {finding.check}: {finding.message}", soft_wrap=True)
        if finding.remedy:
            screen.out.print(f"    → {finding.remedy}", soft_wrap=True)
