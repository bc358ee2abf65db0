"""`rempart decoy`: what it says, and what it leaves undone until told."""

import json

import pytest

from rempart.cli.main import app
from rempart.registry import store
from rempart.registry.decoys import DecoyFault
from tests.registry.decoys.conftest import PERSONS


@pytest.fixture
def decoy(cluster, persons, capsys):
    def run(*words):
        app(
            ["decoy", *words, "--data", str(cluster), "--json"],
            exit_on_error=False,
            result_action="return_value",
        )
        return json.loads(capsys.readouterr().out)

    return run


def test_plant_count_refresh_and_remove_only_when_told(decoy, standing):
    assert decoy("plant") == {"planted": PERSONS // 100}
    assert decoy("plant", "--share", "0.4%") == {"planted": round(PERSONS * 0.004)}
    assert decoy("plant", "--number", "5") == {"planted": 5}
    stand = PERSONS // 100 + round(PERSONS * 0.004) + 5
    assert decoy("count") == {"standing": stand}
    assert decoy("refresh") == {"standing": stand, "dropped": 0}
    assert decoy("remove") == {"removed": 0, "standing": stand}
    assert len(standing()) == stand
    assert decoy("remove", "--yes") == {"removed": stand, "standing": 0}


@pytest.mark.parametrize("share", ["0%", "11%", "many", "-1%", "nan"])
def test_a_share_is_a_small_percentage(decoy, share):
    with pytest.raises(Exception, match="share"):
        decoy("plant", "--share", share)


def test_beside_an_import_it_says_so(cluster, decoy, owner, monkeypatch):
    """The lock that every chunk of an import takes is held by another."""
    owner.execute("alter role rempart_owner set lock_timeout = '200ms'")
    try:
        with owner.transaction():
            store.one_chunk_at_a_time(owner)
            with pytest.raises(DecoyFault, match="under way"):
                decoy("plant")
    finally:
        owner.execute("alter role rempart_owner set lock_timeout = '10s'")
