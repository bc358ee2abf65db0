"""`rempart keys …`: withdraw or rotate an insurer's keys, rotate the blind index. The owner's business."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.importing import one_line_for_database_errors
from rempart.cli.options import DATA, Data
from rempart.database import directory, embedded
from rempart.database.connect import dsn
from rempart.registry.insurers import rotate_insurer, withdraw_insurer
from rempart.registry.rekey import finish_index_rotation
from rempart.vault.blind_index import BlindIndex
from rempart.vault.rotation import add_index_version

app = App(name="keys", help="Withdraw or rotate keys.")

Amc = Annotated[str, Parameter(help="AMC number of the insurer.")]


@app.command
def withdraw(amc: Amc, *, data: Data = DATA) -> None:
    """Close all that is held for an insurer, at once: the gate opens nothing more of it."""
    with _owner(data) as owner:
        withdraw_insurer(amc, dsn=owner)
    screen.step(
        f"Closed. Insurer {amc} gets a new key with `rempart import insurer`, for data imported after."
    )


@app.command
def rotate(amc: Amc, *, data: Data = DATA) -> None:
    """Give an insurer a new key pair and destroy the old private half. Nobody is imported again."""
    with _owner(data) as owner:
        rewrapped = rotate_insurer(amc, dsn=owner, keys_dir=data / "keys")
    screen.step(f"{rewrapped:,} data keys wrapped to the new pair.")


@app.command(name="rotate-index")
def rotate_index(
    *,
    gate_restarted: Annotated[
        bool, Parameter(negative="", help="The second step: every gate was restarted since the first.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Rotate the blind index in two steps; between them, restart the gate so that it tries both versions."""
    if not gate_restarted:
        version = add_index_version(data / "keys")
        screen.step(f"Version {version} is waiting. Restart every gate, then:")
        screen.step("rempart keys rotate-index --gate-restarted")
        return
    with _owner(data) as owner:
        keyed, behind = finish_index_rotation(dsn=owner, keys_dir=data / "keys")
    version = BlindIndex.load(data / "keys").current
    screen.step(
        f"{keyed:,} persons keyed with version {version}; {behind:,} of withdrawn insurers left behind."
    )
    screen.step("Restart every gate once more: it then counts misses with the new version too.")


@contextmanager
def _owner(data: Path) -> Iterator[str]:
    data = directory.make(data)
    with embedded.running(data, screen.step), one_line_for_database_errors():
        yield dsn("owner", data)
