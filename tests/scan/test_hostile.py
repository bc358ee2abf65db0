"""Hostile lines and files, and a person's number that must be nowhere."""

import gzip
import re

import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest

from rempart.cli import scan as command
from rempart.scan import files, report
from rempart.scan.errors import ScanFault
from rempart.scan.summary import summary
from tests.scan.made import MAP, line, rights, run

CANARY = "185077512304539"


def test_garbage_long_lines_and_bombs_are_counted_and_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BOMB_BYTES", 1 << 20)
    good = line(rights(1001)).encode()
    made = run(
        tmp_path,
        good
        + b"x" * 200_000
        + b"\n"
        + bytes(range(256)) * 9
        + b"\n"
        + good.replace(b"pharma", b"\xff\xfe")
        + good,
    )
    assert made.bounds.at_least == 1
    assert sum(made.reading.counted.unreadable.values()) > 2
    bomb = run(tmp_path, gzip.compress(b"\0" * (64 << 20)))
    assert bomb.reading.files[0].cut == "bomb"
    assert bomb.bounds.open_ended
    assert bomb.reading.files[0].bytes < 32 << 20


def test_what_a_spreadsheet_or_a_page_would_run_is_harmless(tmp_path):
    made = run(
        tmp_path,
        line(rights(1001), "=cmd()") + line(rights(1002), "<script>") + line(rights(1003), "a\x1b[2J"),
    )
    told = summary(made)
    assert {one["name"] for one in told["accounts"]} == {
        "'=cmd()",
        "<script>",
        "a\N{REPLACEMENT CHARACTER}[2J",
    }
    assert "<script>" not in report.page(told, "fr")


@pytest.mark.parametrize("words", [[], ["nowhere.log"], ["{tmp}"]])
def test_files_that_are_none_are_clear_faults(tmp_path, words):
    with pytest.raises(ScanFault):
        files.found([word.format(tmp=tmp_path) for word in words])


def test_an_empty_file_is_an_empty_answer(tmp_path):
    assert run(tmp_path, "").bounds.at_most == 0


def test_a_persons_number_is_nowhere(tmp_path, capfd, monkeypatch):
    """In no file, page, output or temporary file, wherever in a line it stood."""
    spool = tmp_path / "spool"
    spool.mkdir()
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    monkeypatch.setattr("rempart.scan.work.TemporaryDirectory", lambda **_: _Held(spool / "rows"))
    log = tmp_path / "access.log"
    text = (
        line(rights(CANARY))
        + line(f"/recherche?nir={CANARY[:13]}", CANARY)
        + line(rights("1 85 07 75 123 045 39"))
    )
    text += (
        line(rights(CANARY), f"u{CANARY}", host=CANARY)
        + f"{CANARY} garbage\n"
        + line(rights(CANARY), at=CANARY)
    )
    text += line(f"/autre/{CANARY}", method=CANARY) + line(rights(CANARY), "1 85 07 75 123 045 39")
    log.write_text(text * 30)
    (tmp_path / "map.toml").write_text(MAP)
    command.scan(
        str(log),
        map=tmp_path / "map.toml",
        out=kept / "out",
        html=kept / "page.html",
        json=True,
        detectors=False,
    )
    command.scan(str(log), wizard=kept / "map.toml")
    said = "".join(capfd.readouterr())
    (kept / "said").write_text(said)
    written = [path for folder in (kept, spool) for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" and "rows" in path.name for path in written)
    for path in written:
        data = path.read_bytes()
        if path.suffix == ".parquet":
            pv.write_csv(pq.read_table(path), tmp_path / "plain.csv")
            data += (tmp_path / "plain.csv").read_bytes()
        plain = re.sub(rb"[\s\-]", b"", data)
        assert CANARY[:13].encode() not in plain, path.name


class _Held:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.path.mkdir()
        return str(self.path)

    def __exit__(self, *_):
        pass
