"""One embedded PostgreSQL for the whole run, reached as the roles reach it; and a harder world than usual.

Django's tests run on this same database, as the web role, with every statement committed: the gate is
another process and must see what they write. So tests make rows of their own under names of their own
(`fresh`) and nothing is rolled back or emptied between them.
"""

import ipaddress
import itertools
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

_HERE = Path(__file__).parent

_DATA = Path(tempfile.mkdtemp(prefix="rempart-test-"))
_DATA.chmod(0o711)  # the server's own user must be able to enter
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
    "REMPART_DATA": str(_DATA),
    "REMPART_ROLE": "web",
    "REMPART_SECRET_KEY": secrets.token_urlsafe(48),
}
for name in ("DATABASE_URL", "REMPART_DSN"):
    os.environ.pop(name, None)


# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("rempart", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rempart")


def pytest_configure() -> None:
    import django  # noqa: PLC0415  # after the environment above

    django.setup()


def pytest_unconfigure() -> None:
    shutil.rmtree(_DATA, ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`REMPART_SOAK=20` runs every fault test twenty times: kills and cuts show their worst by repetition."""
    rounds = int(os.environ.get("REMPART_SOAK", "1"))
    if rounds > 1 and metafunc.definition.get_closest_marker("faults"):
        metafunc.fixturenames.append("soak_round")
        metafunc.parametrize("soak_round", range(1, rounds + 1))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first, whatever the random order: two workers then end at nearly the same time."""
    first = ("browser", "drills", "cli", "faults")
    rank = {folder: place for place, folder in enumerate(first)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(_HERE).parts[0], len(first)))


class _ByFile(LoadScopeScheduling):
    """One worker has a whole file, and one all browser tests: what they share is made once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if "browser" in Path(file).parent.parts else file


def pytest_xdist_setupnodes() -> None:
    """A worker that inherited this name would load settings before its own environment stands above."""
    os.environ.pop("DJANGO_SETTINGS_MODULE")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _ByFile(config, log)


# ------------------------------------------------------------------------------------ the harder world


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Whoever connects to anything but this machine fails, with the address in the message."""
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}

    def watched(name: str) -> Callable[..., Any]:
        def call(self: socket.socket, *args: Any) -> Any:
            address = args[-1]
            if self.family != socket.AF_UNIX and isinstance(address, tuple) and not _is_here(address[0]):
                pytest.fail(f"a test reached for {address[0]}", pytrace=True)
            return real[name](self, *args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in real:
            patch.setattr(socket.socket, name, watched(name), raising=False)
        yield


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"localhost", ""}


# ---------------------------------------------------------------------------------------- the database


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The data directory of this run, with its folders; its database is up once `cluster` is asked for."""
    from rempart.database import directory  # noqa: PLC0415

    return directory.make(_DATA)


@pytest.fixture(scope="session")
def cluster(data_dir: Path) -> Iterator[Path]:
    """The embedded PostgreSQL, running, migrated and granted. Gives the data directory."""
    from rempart.database import embedded, setup  # noqa: PLC0415

    with embedded.running(data_dir):
        setup.setup(data_dir)
        yield data_dir


@pytest.fixture
def connect(cluster: Path) -> Iterator[Callable[..., psycopg.Connection[Any]]]:
    """`connect("web")` opens a psycopg connection as that role; keywords go to psycopg."""
    from rempart.database.connect import dsn  # noqa: PLC0415

    with ExitStack() as stack:

        def open_as(role: str, **how: Any) -> psycopg.Connection[Any]:
            how = {"autocommit": True} | how
            connection = psycopg.connect(dsn(role, cluster), **how)
            stack.callback(connection.close)
            return connection

        yield open_as


_numbers = itertools.count(1)


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """`fresh("pharmacie")` → a name that no other test of this run has used."""
    return lambda word: f"{word}-{next(_numbers)}-{secrets.token_hex(3)}"


# ------------------------------------------------------------------------------------ Django's own tests


@pytest.fixture(scope="session")
def django_db_setup(cluster: Path) -> None:
    """Django reads and writes the run's database as the role web: no test database, no superuser."""
    from django.db import connections  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    from rempart.database.connect import dsn  # noqa: PLC0415

    known = conninfo_to_dict(dsn("web", cluster))
    for django_key, libpq_key in {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }.items():
        connections["default"].settings_dict[django_key] = str(known[libpq_key])


@pytest.fixture
def _django_db_helper(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's transaction around each test: the door open, everything committed."""
    from django.db import connections  # noqa: PLC0415

    with django_db_blocker.unblock():
        yield
        connections.close_all()
