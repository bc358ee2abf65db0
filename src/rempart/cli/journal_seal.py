"""`rempart journal status|seal`: how far the journal is sealed; seal it by hand."""

from dataclasses import asdict
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory
from rempart.database.connect import dsn
from rempart.journal import seal as sealing
from rempart.journal import sealer, signer
from rempart.journal.standing import standing


def status(*, data: Data = DATA, json: Json = False) -> int:
    """How many entries are sealed, since when, what waits. Exit status 1 where sealing stands still."""
    data = directory.existing(data)
    with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
        found = standing(connection, data)
    told = {"place": _without_secrets(sealer.place(data)), "well": found.is_well} | asdict(found)
    if json:
        screen.out.print_json(data=told, default=str)
    else:
        rows = [(name, "" if value is None else str(value)) for name, value in told.items()]
        screen.table("what", "value", rows=rows)
    return 0 if found.is_well else 1


def seal(*, data: Data = DATA) -> None:
    """Seal what waits, now and once, where no sealer runs."""
    data = directory.existing(data)
    signer.create(data)
    with sealer.opened(data) as (store, log), screen.progress() as progress:
        bar, before = progress.add_task("entries", total=None), log.size
        while sealing.step(store, log, datetime.now(UTC)):
            progress.update(bar, completed=log.size - before)
        sealer.keep_status(data, log)
    screen.step(f"{log.size - before:,} entries sealed, {log.size:,} in all")


def _without_secrets(place: str) -> str:
    """A bucket's address may hold a key."""
    if urlsplit(place).scheme != "s3":
        return place
    return urlsplit(place)._replace(netloc=urlsplit(place).netloc.rpartition("@")[2], query="").geturl()
