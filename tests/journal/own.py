"""An installation's database of a test's own: for what would leave the run's journal without its entries."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from rempart.database import directory, embedded, setup
from rempart.database.connect import dsn
from rempart.journal import signer
from tests.journal.conftest import Place


@contextmanager
def data_directory() -> Iterator[Path]:
    """Set up, not running; removed afterwards."""
    above = Path(tempfile.mkdtemp(prefix="rempart-own-"))
    above.chmod(0o711)
    data = directory.make(above / "data")
    try:
        with embedded.running(data):
            setup.setup(data)
        signer.create(data)
        yield data
    finally:
        shutil.rmtree(above)


@contextmanager
def running(data: Path) -> Iterator[Place]:
    with embedded.running(data), psycopg.connect(dsn("owner", data), autocommit=True) as owner:
        yield Place(data, owner)
