"""Pages before the real gate and the real database, opened by accounts made for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vocabulary.words import Profession


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> None:
    """Argon2id at full strength would be most of the time these tests take."""
    from rempart.access.backend import Argon2id  # noqa: PLC0415  # needs Django, which is set up later

    Argon2id.time_cost, Argon2id.memory_cost, Argon2id.parallelism = 1, 64, 1


@pytest.fixture(scope="session")
def site(cluster: Path, django_db_setup: None, django_db_blocker) -> Iterator["object"]:
    """The site's data and gate, for the whole run."""
    from django.conf import settings  # noqa: PLC0415

    from tests.portal import site as sites  # noqa: PLC0415

    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner:
        made = sites.build(cluster, owner)
        before, settings.REMPART_GATE_SOCKET = settings.REMPART_GATE_SOCKET, str(made.house.socket)
        try:
            yield made
        finally:
            settings.REMPART_GATE_SOCKET = before
            made.stop()


@pytest.fixture
def visitor(site, db: None) -> Callable[..., object]:
    """`visitor(Profession.OPTICIAN)` opens an account, signs in, and gives its holder."""

    def come(profession: Profession = Profession.PHARMACIST):
        person = site.account(profession)
        person.sign_in()
        return person

    return come
