from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rempart.vocabulary.words import Profession

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.access.house import Person
    from tests.access.psc_house import Cast, Provider
    from tests.access.software import Software


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> None:
    """Argon2id at full strength would be most of the time these tests take."""
    from rempart.access.backend import Argon2id  # noqa: PLC0415  # needs Django, which is set up later

    Argon2id.time_cost, Argon2id.memory_cost, Argon2id.parallelism = 1, 64, 1


@pytest.fixture
def person(db: None, cluster: Path, fresh: Callable[[str], str]) -> "Callable[..., Person]":
    """`person()` opens a pharmacist's account; other professions, or without a factor, by argument."""
    from tests.access.house import open_person  # noqa: PLC0415  # needs Django, which is set up later

    def make(profession: Profession = Profession.PHARMACIST, *, factor: bool = True) -> "Person":
        return open_person(cluster, fresh("account"), profession, factor=factor)

    return make


@pytest.fixture(scope="module")
def psc_process() -> "Iterator[Provider]":
    """A provider of Pro Santé Connect that really runs."""
    from tests.access.psc_house import running  # noqa: PLC0415

    with running() as process:
        yield process


@pytest.fixture
def provider(psc_process: "Provider", settings: "SettingsWrapper") -> "Provider":
    """The same, with the settings that lead to it."""
    from tests.access import psc_provider  # noqa: PLC0415

    settings.REMPART_PSC_URL = psc_process.issuer
    settings.REMPART_PSC_CLIENT_ID, settings.REMPART_PSC_SECRET = psc_provider.CLIENT, psc_provider.SECRET
    return psc_process


@pytest.fixture
def cast(db: None, cluster: Path, fresh: "Callable[[str], str]") -> "Callable[..., Cast]":
    """`cast()` makes somebody of the directory, with accounts and the provider's word on them."""
    from tests.access.psc_house import Cast  # noqa: PLC0415

    return lambda **how: Cast(cluster, fresh, **how)


@pytest.fixture
def software(db: None, cluster: Path) -> "Software":
    """A vendor's software, registered, with the keys it signs by."""
    from tests.access.software import Software  # noqa: PLC0415

    return Software(cluster)


@pytest.fixture
def holder(person: "Callable[..., Person]") -> "Person":
    """Somebody who is signed in."""
    made = person()
    made.sign_in()
    return made
