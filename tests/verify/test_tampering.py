"""Every part of a sealed journal tampered with, each in the ways there are; the verifier names each."""

import io
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.journal.canonical import table_of
from rempart.journal.log import parquet
from rempart.journal.signer import Signer
from rempart_verify.layout import FAN, notes_name, spans
from rempart_verify.merkle import SIZE, leaf_hash
from rempart_verify.note import Checkpoint, NoteError, opened
from rempart_verify.place import Place
from rempart_verify.schema import COLUMNS
from rempart_verify.verify import verify
from tests.exposure.made import lines
from tests.verify.sealed import COUNT, EACH, KEY, SIGNER, entries, seal

BAD = 5_203
"""The entry that is tampered with: in the second file of the tree, in the middle of a segment."""


@pytest.fixture(scope="module")
def sealed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sealed")
    seal(folder)
    return folder


@pytest.fixture
def copy(sealed, tmp_path) -> Path:
    return shutil.copytree(sealed, tmp_path / "copy")


def _look(folder, **how):
    return verify(Place(str(folder)), KEY, **how)


def _only(folder, **how):
    report = _look(folder, **how)
    assert len(report.findings) == 1, report.findings
    return report.findings[0]


def _segment(folder, index=BAD) -> Path:
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.parquet")]
    return folder / next(span.name for span in spans(names) if span.start <= index < span.end)


def _start(path: Path) -> int:
    return int(path.name[:16])


def _rewrite(folder, change, index=BAD) -> Path:
    path = _segment(folder, index)
    table = pq.read_table(path, schema=pa.schema(COLUMNS)).combine_chunks()
    path.write_bytes(parquet(change(table, index - _start(path))))
    return path


def _with(table, row, name, value):
    values = table[name].to_pylist()
    values[row] = value
    return table.set_column(table.schema.get_field_index(name), name, pa.array(values, COLUMNS[name]))


def test_what_nobody_touched_is_intact(sealed):
    report = _look(sealed)
    assert report.intact, report.findings
    assert (report.entries, report.size, report.absent) == (COUNT, COUNT, 0)
    assert report.checkpoints == COUNT // EACH


@pytest.mark.parametrize("name", list(COLUMNS))
def test_one_value_changed_in_any_column_names_segment_and_entry(copy, name):
    kind = COLUMNS[name]

    def change(table, row):
        old = table[name][row].as_py()
        if kind == pa.string():
            new = (old or "") + "x"
        elif kind == pa.bool_():
            new = not old
        else:
            new = old + (timedelta(microseconds=1) if pa.types.is_timestamp(kind) else 1) if old else 1
        return _with(table, row, name, new)

    path = _rewrite(copy, change)
    found = _only(copy)
    assert (found.what, found.entry, copy / found.file) == ("changed", BAD, path)


def test_nothing_and_emptiness_are_not_the_same(copy):
    _rewrite(copy, lambda table, row: _with(table, row, "software", ""), 5_204)
    assert _only(copy).entry == 5_204


def test_a_row_removed(copy):
    path = _rewrite(copy, lambda table, row: pa.concat_tables([table[:row], table[row + 1 :]]))
    found = _only(copy)
    assert (found.what, found.entry, copy / found.file) == ("removed", BAD, path)


def test_a_row_inserted(copy):
    _rewrite(copy, lambda table, row: pa.concat_tables([table[:row], table[row - 1 : row], table[row:]]))
    found = _only(copy)
    assert (found.what, found.entry) == ("inserted", BAD)


def test_two_rows_exchanged(copy):
    def exchange(table, row):
        order = list(range(len(table)))
        order[row], order[row + 1] = order[row + 1], order[row]
        return table.take(order)

    _rewrite(copy, exchange)
    found = _only(copy)
    assert (found.what, found.entry) == ("reordered", BAD)


def test_a_segment_removed(copy):
    path = _segment(copy)
    path.unlink()
    found = _only(copy)
    assert (found.what, found.entry) == ("removed", _start(path))
    report = _look(copy, partial=True)
    assert report.intact
    assert report.absent == COUNT - report.entries > 0


def test_the_last_segment_removed_is_a_truncation(copy):
    path = _segment(copy, COUNT - 1)
    path.unlink()
    found = _only(copy)
    assert (found.what, found.entry) == ("truncated", _start(path))


def test_a_segment_that_overlaps_another(copy):
    path = _segment(copy)
    start, end = _start(path), int(path.name[17:33])
    shutil.copy(path, path.with_name(f"{start + 10:016}-{end + 10:016}.parquet"))
    assert {"inserted"} <= {found.what for found in _look(copy).findings}


@pytest.mark.parametrize("place", ["begin", "middle", "end"])
def test_a_segments_bytes(copy, place):
    path = _segment(copy)
    held = bytearray(path.read_bytes())
    at = {"begin": 1, "middle": len(held) // 3, "end": len(held) - 6}[place]
    held[at] ^= 0xFF
    path.write_bytes(held)
    found = [one for one in _look(copy).findings if copy / one.file == path]
    assert found
    assert found[0].what in ("unreadable", "changed")


def test_a_segment_cut_short_or_empty_or_garbage(copy):
    path = _segment(copy)
    for content in (path.read_bytes()[:-40], b"", b"PAR1 garbage PAR1"):
        path.write_bytes(content)
        found = _only(copy)
        assert (found.what, copy / found.file) == ("unreadable", path)


def test_a_segment_of_other_columns(copy):
    path = _segment(copy)
    for table in (
        pq.read_table(path).drop_columns(["person"]),
        pq.read_table(path).append_column("more", pa.nulls(pq.read_metadata(path).num_rows, pa.int64())),
        pq.read_table(path).cast(
            pa.schema([(name, pa.int32() if name == "person" else kind) for name, kind in COLUMNS.items()])
        ),
    ):
        sink = io.BytesIO()
        pq.write_table(table, sink, store_schema=False)
        path.write_bytes(sink.getvalue())
        assert _only(copy).what == "unreadable"


def test_statistics_that_would_hide_entries(copy):
    """A file's statistics are no entry, yet a query believes them: lowered here in the footer itself."""
    path = _segment(copy)
    known = pq.read_metadata(path).row_group(0).column(list(COLUMNS).index("person")).statistics
    low, high = (value.to_bytes(8, "little", signed=True) for value in (known.min, known.max))
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    place = content.index(high, footer)
    assert low in content[footer:]
    while place >= 0:
        content = content[:place] + low + content[place + 8 :]
        place = content.find(high, place + 8)
    path.write_bytes(content)
    found = _only(copy)
    assert (found.what, copy / found.file) == ("changed", path)
    assert "person" in found.more


def test_a_segment_under_another_day(copy):
    path = _segment(copy)
    other = copy / "segments" / "day=2020-01-01" / path.name
    other.parent.mkdir()
    path.rename(other)
    found = _only(copy)
    assert (found.what, copy / found.file) == ("wrong dates", other)


# --------------------------------------------------------------------------------------------- the tree


def test_a_leaf_of_the_tree_changed_while_its_entry_is_intact(copy):
    path = copy / "tree/0/000000001"
    held = bytearray(path.read_bytes())
    held[(BAD - FAN) * SIZE] ^= 1
    path.write_bytes(held)
    found = _only(copy)
    assert (found.what, found.file, found.entry) == ("changed", "tree/0/000000001", BAD)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_file_of_the_tree_removed_or_cut(copy, number):
    path = copy / f"tree/0/{number:09}"
    path.write_bytes(path.read_bytes()[:-SIZE])
    assert _only(copy).file == f"tree/0/{number:09}"
    path.unlink()
    assert _only(copy).file == f"tree/0/{number:09}"


def test_a_file_above_the_leaves(copy):
    path = copy / "tree/1/000000000"
    held = bytearray(path.read_bytes())
    held[0] ^= 1
    path.write_bytes(held)
    found = _only(copy)
    assert (found.what, found.file) == ("changed", "tree/1/000000000")


def test_an_entry_changed_with_its_leaf_is_found_by_the_signed_root(copy):
    path = _segment(copy)
    start = _start(path)
    changed = entries(start, int(path.name[17:33]))
    changed[BAD - start]["person"] = 4
    text = lines(changed)
    path.write_bytes(parquet(table_of(text)))
    tile = copy / "tree/0/000000001"
    held = bytearray(tile.read_bytes())
    held[(BAD - FAN) * SIZE : (BAD - FAN + 1) * SIZE] = leaf_hash(text.splitlines()[BAD - start])
    tile.write_bytes(held)
    found = _only(copy)
    assert found.what == "changed"
    assert found.entry == BAD // EACH * EACH
    assert f"{BAD // EACH * EACH} to {BAD // EACH * EACH + EACH - 1}" in found.more


# ------------------------------------------------------------------------------------- the checkpoints


def _notes(folder, size) -> Path:
    return folder / notes_name(size - EACH, size)


def test_a_checkpoint_of_the_chain_removed(copy):
    _notes(copy, 5_000).unlink()
    found = _only(copy)
    assert found.what == "changed"
    assert "does not follow that of 4500" in found.more


def test_the_first_checkpoints_removed(copy):
    _notes(copy, EACH).unlink()
    assert _only(copy).what == "removed"


def test_the_last_checkpoints_removed(copy):
    _notes(copy, COUNT).unlink()
    found = _only(copy)
    assert (found.what, found.file) == ("removed", "checkpoints")


def test_no_checkpoint(copy):
    (copy / "checkpoint").unlink()
    assert _only(copy).what == "truncated"


@pytest.mark.parametrize("name", ["checkpoint", "notes"])
def test_any_character_of_a_checkpoint(copy, name):
    path = copy / "checkpoint" if name == "checkpoint" else _notes(copy, 5_000)
    note = path.read_text()
    for at in (
        2,
        14,
        30,
        note.index("time") + 8,
        note.index("last") + 6,
        note.index("previous") + 12,
        len(note) - 9,
    ):
        other = "1" if note[at] != "1" else "2"
        path.write_text(note[:at] + other + note[at + 1 :])
        report = _look(copy)
        assert not report.intact
        assert report.findings[0].file == str(path.relative_to(copy))
        path.write_text(note)
    assert _look(copy).intact


def test_rolled_back_while_later_checkpoints_stand(copy):
    shutil.copy(_notes(copy, 5_000), copy / "checkpoint")
    found = _look(copy).findings
    assert found[0].what == "rolled back"
    assert found[0].entry == 5_000


def test_rolled_back_whole_is_found_with_a_kept_checkpoint(copy, sealed, tmp_path):
    kept = opened((sealed / "checkpoint").read_text(), KEY)
    seal(tmp_path / "short", 6_000)
    assert _look(tmp_path / "short").intact
    assert _only(tmp_path / "short", last=kept).what == "rolled back"


def test_forked_is_found_with_a_kept_checkpoint(copy, tmp_path):
    log = seal(tmp_path / "forked", 6_000)
    kept = log.checkpoint
    seal(tmp_path / "other", 5_500)
    other = seal_other(tmp_path / "other")
    assert other.size == kept.size
    assert _look(tmp_path / "other").intact
    assert "forked" in {found.what for found in _look(tmp_path / "other", last=kept).findings}
    assert _look(copy, last=kept).intact


def seal_other(folder):
    """As many entries, the last five hundred not the same."""
    log = seal(folder, 0)
    changed = entries(5_500, 6_000)
    changed[7]["person"] = 1
    return log.append(lines(changed), "1/5999/5999", log.checkpoint.time + timedelta(seconds=1))


def test_two_checkpoints_of_one_size_are_a_fork(copy):
    made = opened((copy / "checkpoint").read_text(), KEY)
    other = replace(made, root=bytes(32))
    (copy / "checkpoint").write_text(SIGNER.sign(other))
    assert "forked" in {found.what for found in _look(copy).findings}


def test_signed_again_with_another_key(tmp_path):
    other = Signer(SIGNER.name, Ed25519PrivateKey.generate())
    seal(tmp_path, 2_000, other)
    report = _look(tmp_path)
    assert {found.what for found in report.findings} == {"signed with another key"}
    assert verify(Place(str(tmp_path)), other.public).intact


def _signed(folder, size, **changed) -> None:
    """The checkpoint of a size, changed and signed with the right key."""
    path = _notes(folder, size)
    made: Checkpoint = opened(path.read_text(), KEY)
    path.write_text(SIGNER.sign(replace(made, note="", **changed)))


def test_a_date_that_goes_back_though_signed(copy):
    made = opened((copy / "checkpoint").read_text(), KEY)
    note = SIGNER.sign(replace(made, note="", time=made.time - timedelta(days=3)))
    (copy / "checkpoint").write_text(note)
    _notes(copy, COUNT).write_text(note)
    assert _only(copy).what == "wrong dates"


def test_a_root_signed_that_the_entries_do_not_make(copy):
    _signed(copy, 5_000, root=bytes(32))
    report = _look(copy)
    assert {found.what for found in report.findings} == {"changed"}
    assert any("Entries 4500 to 4999" in found.more for found in report.findings)


def test_a_kept_checkpoint_of_another_key_is_refused(sealed):
    other = Signer(SIGNER.name, Ed25519PrivateKey.generate()).public
    with pytest.raises(NoteError, match="another key"):
        opened((sealed / "checkpoint").read_text(), other)


def test_many_processes_say_the_same(copy, monkeypatch):
    monkeypatch.setattr("rempart_verify.verify._WORTH_PROCESSES", 1)
    assert _look(copy).intact
    _rewrite(copy, lambda table, row: _with(table, row, "person", 3))
    assert _only(copy).entry == BAD
