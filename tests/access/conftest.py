from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rempart.vocabulary.words import Profession

if TYPE_CHECKING:
    from tests.access.house import Person


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
