"""Killed, twice there, without space, its files damaged: whatever a sealer meets, nothing contradicts."""

import itertools
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.database.errors import DirectoryInUseError
from rempart.journal import sealer
from rempart.journal.tiles import DamagedFault
from rempart_verify.layout import CHECKPOINT, tile_name
from rempart_verify.note import opened
from tests.journal import dying
from tests.journal.agreement import agrees, chain

_LEAST = 30
"""Steps of one sealing, at least: fewer would mean that they are no longer seen."""


@pytest.mark.parametrize("failure", [dying.killed, dying.full])
def test_a_sealer_that_fails_at_any_step_contradicts_nothing(place, failure):
    seen = {}
    place.add(1)
    place.seal()
    for at in itertools.count(1):
        place.add(2, at=datetime.now(UTC) - timedelta(days=2))
        place.add(3)
        if not failure(place.data, at):
            break
        note = (place.folder / CHECKPOINT).read_text()  # what anybody may have been given by now
        seen[opened(note, place.log().signer.public).size] = note
    assert at > _LEAST
    log = place.seal()
    agrees(place, log)
    signed = {checkpoint.size: checkpoint.note for checkpoint in chain(place, log)}
    assert seen.items() <= signed.items()
    assert not [path for path in place.folder.rglob(".*") if path.is_file()], "nothing half written is left"


def test_killed_again_while_it_makes_up_for_the_last_time(place):
    for at in range(1, _LEAST, 3):
        place.add(4)
        dying.killed(place.data, 8)  # noted, and nothing written
        dying.killed(place.data, at)
    log = place.seal()
    agrees(place, log)
    chain(place, log)


def test_a_second_sealer_is_refused(place):
    place.add(1)
    with sealer.opened(place.data), pytest.raises(DirectoryInUseError), sealer.opened(place.data):
        pass


def test_a_second_sealer_elsewhere_is_refused_by_the_database(place):
    """As on another machine, where no lock on a file is seen."""
    with psycopg.connect(dsn("sealer", place.data), autocommit=True) as other:
        other.execute(sealer.ALONE)
        with pytest.raises(DirectoryInUseError), sealer.opened(place.data):
            pass
    with sealer.opened(place.data):
        pass


@pytest.mark.parametrize("damage", [lambda held: held[:-1] + b"?", lambda held: held[:-32], lambda _: None])
def test_nothing_goes_on_from_a_damaged_tree(place, damage):
    place.add(5)
    log = place.seal()
    path = place.folder / tile_name(0, (log.size - 1) // 4096)
    whole = path.read_bytes()
    held = damage(whole)
    path.write_bytes(held) if held else path.unlink()
    place.add(5)
    with pytest.raises(DamagedFault):
        place.seal()
    assert (place.folder / CHECKPOINT).read_text() == log.checkpoint.note
    path.write_bytes(whole)
    agrees(place, place.seal())


def test_a_tree_damaged_while_it_is_sealed_is_not_signed(place):
    place.add(5)
    log = place.seal()
    place.add(5)
    path = place.folder / tile_name(0, (log.size - 1) // 4096)
    put = log.objects.put

    def damaging(name, content):
        put(name, content)
        path.write_bytes(b"?" * len(path.read_bytes()))

    log.objects.put = damaging
    prepared = log.prepare(place.lines(log.checkpoint.last)[-1] + b"\n")
    with pytest.raises(DamagedFault):
        log.publish(prepared, log.checkpoint.last, datetime.now(UTC))
    assert (place.folder / CHECKPOINT).read_text() == log.checkpoint.note
    log.objects.put = put
    path.write_bytes(b"")
    log.objects.put(tile_name(0, (log.size - 1) // 4096), log.tiles._ends[0])
    agrees(place, place.seal())
