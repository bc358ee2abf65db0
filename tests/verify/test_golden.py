"""A journal sealed with schema version 1, kept as files: later versions read it, and make the same."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rempart_verify.canonical import FEW, lines
from rempart_verify.main import main
from rempart_verify.place import Place
from tests.exposure import made
from tests.verify.sealed import KEY, entries, seal

GOLDEN = Path(__file__).parent / "golden"
COUNT = 40


def test_the_golden_journal_verifies():
    assert main([str(GOLDEN), "--key", str(KEY)]) == 0


def test_what_is_sealed_today_is_the_golden_journal(tmp_path):
    """All but the bytes of Parquet, which are its writer's affair."""
    seal(tmp_path, COUNT)
    assert Place(str(tmp_path)).names("") == Place(str(GOLDEN)).names("")
    for name in ("checkpoint", "tree/0/000000000", "key"):
        assert (tmp_path / name).read_bytes() == (GOLDEN / name).read_bytes()


def test_its_segments_hold_the_entries_and_say_their_schema():
    (segment,) = GOLDEN.rglob("*.parquet")
    file = pq.ParquetFile(segment, read_dictionary=FEW)
    assert file.metadata.metadata[b"rempart.schema"] == b"1"
    (batch,) = file.iter_batches()
    assert b"".join(line + b"\n" for line in lines(batch)) == made.lines(entries(0, COUNT))


@pytest.mark.parametrize("version", ["2", "x"])
def test_a_later_schema_is_refused_and_named(tmp_path, version, capsys):
    seal(tmp_path, COUNT)
    (segment,) = tmp_path.rglob("*.parquet")
    table = pq.read_table(segment)
    with pq.ParquetWriter(segment, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"rempart.schema": version})
    assert main([str(tmp_path), "--key", str(KEY)]) == 1
    assert f"schema {version}" in capsys.readouterr().out
