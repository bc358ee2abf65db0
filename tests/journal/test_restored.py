"""A database restored from a copy of its own files, behind the sealed journal; and sealing goes on."""

import shutil
import subprocess

import psycopg
import pytest

from rempart.journal import restored, seal
from rempart_verify.place import Place as Files
from rempart_verify.verify import verify
from tests.journal.own import data_directory, running


@pytest.fixture
def own_dir():
    with data_directory() as data:
        yield data


def test_what_was_sealed_stays_and_what_came_since_goes_on(own_dir):
    backup = own_dir.parent / "backup"
    with running(own_dir) as place:
        place.add(20, actor="before")
        place.seal()
        place.add(5, actor="unsealed before")
    cluster = own_dir / _root(own_dir)
    subprocess.run(["cp", "-a", cluster, backup], check=True)
    with running(own_dir) as place:
        place.add(30, actor="lost")
        before = place.seal()
    shutil.rmtree(cluster)
    subprocess.run(["cp", "-a", backup, cluster], check=True)
    with running(own_dir) as place:
        place.add(7, actor="since")
        with pytest.raises(seal.ContradictionFault):
            place.seal()
        with place.store() as store:
            found = restored.gap(place.owner, place.log(), store.newest())
            assert (found.sealed, found.known) == (before.size, before.size - 35)
            assert (found.lost, len(found.since)) == (30, 7)
            place.add(1, actor="since")
            with pytest.raises(restored.RestoredFault, match="meanwhile"):
                restored.mend(place.owner, place.log(), found, "tester")
            found = restored.gap(place.owner, place.log(), store.newest())
            assert restored.mend(place.owner, place.log(), found, "tester") == 2
            with pytest.raises(restored.RestoredFault, match="nothing to mend"):
                restored.gap(place.owner, place.log(), store.newest())
        place.add(4, actor="after")
        log = place.seal()
        assert log.size == before.size + 8 + 1 + 4
        epochs = "select epoch, count(*) from journal.entry where actor in ('since', 'after') group by 1"
        assert place.owner.execute(epochs).fetchall() == [(2, 12)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.owner.execute("update journal.entry set actor = 'x'")
    assert verify(Files(str(own_dir / "sealed")), log.signer.public, last=before.checkpoint).intact


def _root(data):
    """The cluster's folder within the data directory."""
    version = min((path for path in data.rglob("PG_VERSION")), key=lambda path: len(path.parts))
    return version.parent.relative_to(data)
