"""Incoming files are read by bounded lines; what is set aside names lines, not persons."""

import io
import json

import pytest

from rempart.database.incoming import (
    IncomingFileError,
    SetAsideFile,
    beside,
    encoding_of,
    open_incoming,
    read_lines,
)
from rempart.vocabulary.intake import SetAside, Why


def test_lines_are_numbered_and_stripped_of_their_end():
    assert list(read_lines(io.BytesIO(b"a\r\nb\n\nc"))) == [(1, b"a"), (2, b"b"), (3, b""), (4, b"c")]


@pytest.mark.parametrize("length", [9, 10, 11, 12, 13, 500])
def test_a_line_is_bounded_and_the_next_one_is_found(length):
    lines = list(read_lines(io.BytesIO(b"x" * length + b"\nnext\n"), longest=10))
    assert lines == [(1, b"x" * length if length <= 11 else None), (2, b"next")]


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"plain", "utf-8-sig"),
        ("é".encode(), "utf-8-sig"),
        ("é".encode("cp1252"), "cp1252"),
        (b"\n" + b"x" * (1 << 20) + "é".encode()[:1], "cp1252"),
        (b"\n" + b"x" * ((1 << 20) - 1) + "é".encode(), "utf-8-sig"),
        ("é\n".encode() + b"\xe9", "utf-8-sig"),
        (b"\xe9\n" + "é".encode(), "cp1252"),
        (b"\xef\xbb\xbfplain\n\xe9", "cp1252"),
    ],
)
def test_the_encoding_is_found_by_reading_blocks(raw, encoding):
    file = io.BytesIO(raw)
    assert encoding_of(file) == encoding
    assert file.tell() == 0


def test_the_set_aside_file_is_private_and_holds_line_and_reason(tmp_path):
    path = tmp_path / "x.rejected.ndjson"
    path.write_text("from an earlier run")
    with SetAsideFile(path) as aside:
        aside.write(SetAside(7, Why.MISSING, ("nir", "scheme")))
    assert json.loads(path.read_text()) == {"line": 7, "why": "missing", "fields": ["nir", "scheme"]}
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_set_aside_file_is_csv_for_a_csv(tmp_path):
    path = tmp_path / "x.rejected.csv"
    with SetAsideFile(path) as aside:
        aside.write(SetAside(7, Why.MISSING, ("nir", "scheme")))
    assert path.read_text().splitlines() == ["line,why,fields", "7,missing,nir scheme"]


def test_nothing_set_aside_leaves_no_file(tmp_path):
    path = tmp_path / "x.rejected.csv"
    path.write_text("from an earlier run")
    with SetAsideFile(path):
        pass
    assert not path.exists()


def test_a_link_planted_in_its_place_is_not_followed(tmp_path):
    path, other = tmp_path / "x.rejected.csv", tmp_path / "other"
    with SetAsideFile(path) as aside:
        path.symlink_to(other)
        with pytest.raises(FileExistsError):
            aside.write(SetAside(1, Why.DUPLICATE))
    assert not other.exists()


def test_a_place_that_cannot_be_written_is_said_before_anything_is_read(tmp_path):
    with pytest.raises(IncomingFileError, match="absent"), SetAsideFile(tmp_path / "absent" / "x.csv"):
        pytest.fail("entered")


def test_it_stands_beside_its_file(tmp_path):
    assert beside(tmp_path / "a.csv", "csv") == tmp_path / "a.csv.rejected.csv"


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(IncomingFileError, match=str(path)):
            open_incoming(path)
