"""System users of their own for gate, pages, detectors and sealer, so that none reads another's files.

Root starts the processes as these users and gives each the folders that it needs: the keys and the
socket's folder belong to the gate's user, the socket is open to the pages' group, what the detectors
remember to theirs, the key that signs to the sealer's; secrets stay root's.
"""

import os
import pwd
import sys
from dataclasses import dataclass, fields
from pathlib import Path

from rempart.database.binaries import passable
from rempart.database.directory import PRIVATE_DIRECTORY
from rempart.database.spawn import Runner
from rempart.vocabulary.faults import Fault

_SOCKET_FOLDER = 0o710
"""The pages' group may pass to the socket, nobody else may."""


class UserFault(Fault):
    """The users cannot be used as asked: the message says what to change."""


@dataclass(frozen=True, slots=True)
class Users:
    """Whom the gate runs as; the pages and the worker; the detectors; the sealer."""

    gate: Runner
    pages: Runner
    detector: Runner
    sealer: Runner


def find(gate: str | None, pages: str | None, detector: str | None, sealer: str | None) -> Users | None:
    """The users of these names; None where none are asked for. Raises UserFault."""
    names = [name for name in (gate, pages, detector, sealer) if name is not None]
    if not names:
        return None
    if len(set(names)) != len(fields(Users)):
        raise UserFault(
            "The gate, the pages, the detectors and the sealer need a user each.",
            "give --gate-user, --web-user, --detector-user and --sealer-user, four different ones",
        )
    if os.geteuid() != 0:
        raise UserFault(
            "Only root starts processes as other users.", "start it as root, or without these options"
        )
    return Users(*(_runner(name) for name in names))


def _runner(name: str) -> Runner:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise UserFault(
            f"There is no user {name}.", f"useradd --system --shell /usr/sbin/nologin {name}"
        ) from None
    runner = Runner(found.pw_uid, found.pw_gid)
    for needed in (Path(sys.executable), Path(sys.executable).resolve(), Path(__file__)):
        if not passable(needed.parent, runner):
            raise UserFault(
                f"{name} cannot reach {needed}.",
                "install Rempart where every user may read, say /opt/rempart",
            )
    return runner


def give_folders(data: Path, users: Users | None) -> None:
    """Make the folders belong to those who use them; back to ourselves when there are no such users."""
    if os.geteuid() != 0:
        return
    own = Runner(os.geteuid(), os.getegid())
    chosen = users or Users(own, own, own, own)
    for name in ("mail", "detection", "events", "sealed", "exposure"):
        (data / name).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    for folder, owner in _owners(chosen):
        for path in (data / folder, *(data / folder).rglob("*")):
            os.chown(path, owner.uid, owner.gid)
    os.chown(data / "run", chosen.gate.uid, chosen.pages.gid)
    (data / "run").chmod(_SOCKET_FOLDER if users else PRIVATE_DIRECTORY)
    if users and not passable(data, users.gate):
        raise UserFault(
            f"The users cannot enter {data}.", "chmod o+x on every folder above it, or choose another --data"
        )


def _owners(users: Users) -> tuple[tuple[str, Runner], ...]:
    return (
        ("keys", users.gate),
        ("mail", users.pages),
        ("detection", users.detector),
        ("events", users.detector),
        ("sealer", users.sealer),
        ("sealed", users.sealer),
        ("exposure", users.sealer),
    )
