"""Data directories of one's own, for tests that break a server or start several."""

import shutil
import tempfile
from pathlib import Path

import pytest

from rempart.database import directory


@pytest.fixture
def own_dir():
    """A new data directory that the server's user can enter."""
    above = Path(tempfile.mkdtemp(prefix="rempart-own-"))
    above.chmod(0o711)
    yield directory.make(above / "data")
    shutil.rmtree(above)
