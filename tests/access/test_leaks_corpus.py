"""A corpus says of every hash whether it is in it: held against a plain set, at the borders too."""

import io
import secrets
import threading

import numpy as np
import pytest

from rempart.access.leaks import corpus as corpora
from rempart.access.leaks.corpus import Corpus, CorpusFault, Shape, Shelf
from rempart.access.leaks.reading import LeaksFileError, Place, read_blocks
from rempart.access.leaks.writing import CorpusWriter, import_corpus

LINE = "00000000000000000000000000000000000000FF:1"


def keys_of(text: str | bytes, size: int = 64, place: Place | None = None) -> list[int]:
    source = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return [int(key) for keys, _ in read_blocks(source, place or Place(), size) for key in keys]


def text_of(digests, end="\n", case=str.upper) -> str:
    return "".join(f"{case(digest.hex())}:{n}{end}" for n, digest in enumerate(sorted(digests), 1))


def make(path, digests, indexed=2) -> Corpus:
    keys = np.array(sorted(int.from_bytes(digest[:8], "big") for digest in digests), dtype=np.uint64)
    with path.open("wb+") as file:
        writer = CorpusWriter(file.fileno(), indexed)
        for part in np.array_split(keys, 7):
            if len(part):
                writer.append(part)
        writer.finish()
    return Corpus(path)


@pytest.mark.parametrize("indexed", [2, 3])
def test_it_holds_what_was_written_and_nothing_else(tmp_path, indexed):
    inside = {secrets.token_bytes(20) for _ in range(3_000)}
    inside |= {bytes(20), b"\xff" * 20, b"\x00" * 7 + b"\x01" + bytes(12)}
    # Neighbours: the same beginning, another end; the same end, another beginning.
    crowd = {b"\x12\x34" + secrets.token_bytes(18) for _ in range(500)}
    made = make(tmp_path / "a.corpus", inside | crowd, indexed)
    assert all(made.holds(digest) for digest in inside | crowd)
    outside = {secrets.token_bytes(20) for _ in range(3_000)} | {b"\x12\x34" + secrets.token_bytes(18)}
    outside |= {digest[:7] + bytes([digest[7] ^ 1]) + digest[8:] for digest in inside}
    known = {digest[:8] for digest in inside | crowd}
    assert not any(made.holds(digest) for digest in outside if digest[:8] not in known)


def test_bytes_after_the_eighth_say_nothing(tmp_path):
    digest = secrets.token_bytes(20)
    assert make(tmp_path / "a.corpus", [digest]).holds(digest[:8] + bytes(12))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
@pytest.mark.parametrize("size", [1, 43, 44, 100, 10_000])
def test_lines_are_read_however_they_end_and_wherever_a_block_ends(end, case, size):
    digests = [secrets.token_bytes(20) for _ in range(50)]
    wanted = sorted(int.from_bytes(digest[:8], "big") for digest in digests)
    assert keys_of(text_of(digests, end, case), size) == wanted
    assert keys_of(text_of(digests, end, case).removesuffix(end), size) == wanted


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x",
        LINE[:-2],
        LINE[:-1],
        "G" + LINE[1:],
        LINE.replace(":", ";"),
        LINE + "x",
        LINE + " ",
        " " + LINE,
        LINE[1:],
        "0" + LINE,
        LINE[:-1] + "-1",
        LINE + "1" * 40,
        LINE + "\r",
        "\0" * 42,
        "é" * 21,
        LINE + ":1",
    ],
)
@pytest.mark.parametrize("size", [64, 4_096])
def test_a_misshapen_line_is_named(wrong, size):
    good = text_of([secrets.token_bytes(20) for _ in range(9)])
    first, _, others = good.partition("\n")
    with pytest.raises(LeaksFileError, match=r"^Line 2 is not"):
        keys_of(f"{first}\n{wrong}\r\n{others}", size)


def test_an_endless_line_fills_no_memory():
    with pytest.raises(LeaksFileError, match=r"^Line 1 is not"):
        keys_of("a" * 100_000, 4_096)


@pytest.mark.parametrize("size", [50, 4_096])
def test_a_line_out_of_order_is_named(size):
    in_order = text_of([secrets.token_bytes(20) for _ in range(20)]).splitlines(keepends=True)
    in_order[11], in_order[12] = in_order[12], in_order[11]
    with pytest.raises(LeaksFileError, match=r"^Line 13 comes before"):
        keys_of("".join(in_order), size)


def test_reading_goes_on_in_the_middle_with_the_right_line_and_the_right_order():
    text = text_of([secrets.token_bytes(20) for _ in range(20)])
    places = [place for _, place in read_blocks(io.BytesIO(text.encode()), Place(), 200)]
    middle = places[1]
    source = io.BytesIO(text.encode())
    source.seek(middle.byte)
    rest = [int(key) for keys, _ in read_blocks(source, middle) for key in keys]
    assert rest == keys_of(text)[middle.line - 1 :]
    with pytest.raises(LeaksFileError, match=f"^Line {middle.line} comes before"):
        keys_of(text, place=middle)


def test_an_empty_file_makes_no_corpus(tmp_path):
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as file, pytest.raises(LeaksFileError, match="no line"):
        import_corpus(file, tmp_path / "leaks", "x", lambda *_: None)
    assert Shelf(tmp_path / "leaks").corpora() == ()


@pytest.mark.parametrize("harm", ["cut", "longer", "empty", "another"])
def test_a_broken_file_is_said_to_be_so(tmp_path, harm):
    path = tmp_path / "a.corpus"
    make(path, [secrets.token_bytes(20) for _ in range(100)])
    whole = path.read_bytes()
    broken = {"cut": whole[:-1], "longer": whole + b"x", "empty": b"", "another": b"PK" + whole[2:]}
    path.write_bytes(broken[harm])
    with pytest.raises(CorpusFault, match="not a whole corpus"):
        Corpus(path)


def test_a_broken_one_blinds_no_other_and_is_never_taken_for_a_no(tmp_path):
    inside = secrets.token_bytes(20)
    make(tmp_path / "z.corpus", [inside])
    (tmp_path / "a.corpus").write_bytes(b"cut")
    shelf = Shelf(tmp_path)
    assert shelf.holds(inside)
    with pytest.raises(CorpusFault):
        shelf.holds(secrets.token_bytes(20))


def test_a_file_of_another_moment_is_not_taken_for_the_one_that_was_interrupted(tmp_path, monkeypatch):
    source, folder = tmp_path / "source", tmp_path / "leaks"
    digests = [secrets.token_bytes(20) for _ in range(100)]

    def read(watch=lambda *_: None):
        with source.open("rb") as file:
            return import_corpus(file, folder, "x", watch)

    def stop(*_):
        raise InterruptedError

    source.write_text(text_of(digests))
    monkeypatch.setattr("rempart.access.leaks.writing.NOTED_EVERY", -1.0)
    monkeypatch.setattr("rempart.access.leaks.writing.read_blocks.__defaults__", (430,))
    calls = iter([lambda: None, lambda: None, stop])
    with pytest.raises(InterruptedError):
        read(lambda *_: next(calls)())
    assert (folder / ".x.json").exists()
    source.write_text(text_of(secrets.token_bytes(20) for _ in range(100)))
    done = read()
    assert done.resumed_at == 0
    assert not Corpus(folder / "x.corpus").holds(digests[0])


def test_threads_look_up_while_a_corpus_comes_and_goes(tmp_path):
    folder = tmp_path / "leaks"
    folder.mkdir()
    always, sometimes = secrets.token_bytes(20), secrets.token_bytes(20)
    make(folder / "always.corpus", [always])
    shelf, stop, wrong = Shelf(folder), threading.Event(), []

    def look():
        while not stop.is_set():
            if not shelf.holds(always):
                wrong.append(always)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        make(tmp_path / "made", [sometimes])
        (tmp_path / "made").replace(folder / "sometimes.corpus")
        assert shelf.holds(sometimes)
        (folder / "sometimes.corpus").unlink()
        assert not shelf.holds(sometimes)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_full_corpus_is_refused_before_its_counts_overflow(tmp_path, monkeypatch):
    monkeypatch.setattr("rempart.access.leaks.writing._MOST", 10)
    with pytest.raises(LeaksFileError, match="at most"):
        make(tmp_path / "a.corpus", [secrets.token_bytes(20) for _ in range(11)])


def test_a_billion_hashes_stay_under_six_gigabytes():
    assert Shape(3, 1_000_000_000).size < 5.1e9
    assert corpora.KEPT * 8 == 64
