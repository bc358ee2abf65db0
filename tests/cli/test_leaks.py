"""`rempart leaks …`: what it prints, what it leaves behind, and that a kill costs nothing but time."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from rempart.access.leaks.corpus import Shelf
from rempart.access.leaks.reading import LeaksFileError
from rempart.cli import bench_leaks, doctor, leaks
from rempart.cli.leaks import LeaksFault
from rempart.vocabulary.faults import Fault


@pytest.fixture
def run(capsys, tmp_path):
    """`run("list")` → (what was printed, read as JSON; standard error)."""

    def call(*words, data=tmp_path / "data"):
        with pytest.raises(SystemExit) as ended:
            leaks.app([*map(str, words), "--data", str(data), "--json"], exit_on_error=False)
        assert not ended.value.code
        printed = capsys.readouterr()
        return json.loads(printed.out), printed.err

    return call


def hashed(word: str) -> bytes:
    return hashlib.sha1(word.encode(), usedforsecurity=False).digest()


def lines(words, end="\n") -> str:
    return "".join(f"{digest.hex().upper()}:7{end}" for digest in sorted(map(hashed, words)))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pwned.txt"
    path.write_text(lines(f"word {n}" for n in range(1_000)))
    return path


def test_what_is_imported_is_found_listed_and_removed(run, file, tmp_path):
    done, _ = run("import", file)
    assert (done["corpus"], done["hashes"], done["replaced"]) == ("pwned", 1_000, False)
    assert done["accounts_concerned"].startswith("known at next sign-in")
    shelf = Shelf(tmp_path / "data" / "leaks")
    assert shelf.holds(hashed("word 7"))
    assert not shelf.holds(hashed("word 1000"))
    assert [row["corpus"] for row in run("list")[0]] == ["pwned"]
    said, news = run("remove", "pwned")
    assert said["removed"] is False
    assert "--apply" in news
    assert shelf.holds(hashed("word 7"))
    assert run("remove", "pwned", "--apply")[0]["removed"] is True
    assert run("list")[0] == []
    assert not shelf.holds(hashed("word 7")), "an open shelf notices"


def test_several_corpora_stand_side_by_side(run, file, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(lines(["something else"], end="\r\n"))
    run("import", file)
    run("import", other, "--name", "second")
    shelf = Shelf(tmp_path / "data" / "leaks")
    assert shelf.holds(hashed("word 3"))
    assert shelf.holds(hashed("something else"))
    assert [row["corpus"] for row in run("list")[0]] == ["pwned", "second"]


def test_a_newer_edition_replaces_the_older(run, file, tmp_path):
    run("import", file)
    file.write_text(lines(["only this"]))
    assert run("import", file)[0]["replaced"] is True
    assert not Shelf(tmp_path / "data" / "leaks").holds(hashed("word 3"))


def test_a_wrong_line_is_named_and_nothing_is_installed(run, file, tmp_path):
    run("import", file)
    before = (tmp_path / "data/leaks/pwned.corpus").read_bytes()
    text = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*text[:500], "person@example.org:secret\n", *text[500:]]))
    with pytest.raises(LeaksFileError, match="Line 501 ") as told:
        run("import", file)
    assert "secret" not in str(told.value)
    assert (tmp_path / "data/leaks/pwned.corpus").read_bytes() == before


@pytest.mark.parametrize(
    "asked", [("import", "nowhere.txt"), ("remove", "none"), ("import", ".", "--name", "a")]
)
def test_what_is_not_there_is_one_line(run, asked):
    with pytest.raises(LeaksFault) as told:
        run(*asked)
    assert told.value.remedy


def test_a_name_leads_to_no_other_folder(run, file):
    with pytest.raises(LeaksFault):
        run("import", file, "--name", "../../etc/x")


def test_the_doctor_counts_what_is_known_and_names_what_is_broken(run, file, tmp_path):
    data = tmp_path / "data"
    assert "No corpus" in doctor._leaks(data).message
    run("import", file)
    assert "1,000 leaked" in doctor._leaks(data).message
    (data / "leaks" / "pwned.corpus").write_bytes(b"half")
    found = doctor._leaks(data)
    assert (found.well, found.remedy) == (False, "rempart leaks remove pwned --apply")
    assert "broken" in run("list")[0][0]["hashes"]


def test_standard_input_is_taken(file, tmp_path):
    with file.open("rb") as source:
        done = subprocess.run(
            [*COMMAND, "import", "-", "--name", "piped", "--data", str(tmp_path / "data")],
            stdin=source,
            check=True,
            timeout=60,
        )
    assert done.returncode == 0
    assert Shelf(tmp_path / "data" / "leaks").holds(hashed("word 3"))


def place_of(note) -> int:
    return json.loads(note.read_text())["place"]["byte"] if note.exists() else 0


COMMAND = (
    sys.executable,
    "-c",
    """
import sys
from rempart.access.leaks import reading, writing
from rempart.cli.leaks import app
writing.NOTED_EVERY = 0.0
reading.read_blocks.__defaults__ = (20_000,)
app(sys.argv[1:])
""",
)


def test_an_import_that_is_killed_goes_on_and_ends_with_the_same_bytes(file, tmp_path, run):
    words = [f"word {n}" for n in range(60_000)]
    file.write_text(lines(words))
    run("import", file, "--name", "whole")
    folder = tmp_path / "data" / "leaks"
    note = folder / ".killed.json"
    command = [*COMMAND, "import", str(file), "--name", "killed", "--data", str(folder.parent)]
    places = [0]
    for _ in range(4):
        child = subprocess.Popen(command)
        while place_of(note) == places[-1]:
            assert child.poll() is None, "it ended before it was killed"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert not (folder / "killed.corpus").exists()
        places.append(place_of(note))
    assert places == sorted(set(places)), "each went on where the one before was killed"
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    went_on = int(re.search(r"Went on at byte ([\d,]+)", done.stderr)[1].replace(",", ""))
    assert went_on == places[-1]
    assert (folder / "killed.corpus").read_bytes() == (folder / "whole.corpus").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["killed.corpus", "whole.corpus"]


def test_two_imports_of_one_name_do_not_mix(file, tmp_path, run):
    source = subprocess.Popen(
        [*COMMAND, "import", "-", "--name", "one", "--data", str(tmp_path / "data")], stdin=subprocess.PIPE
    )
    part = tmp_path / "data" / "leaks" / ".one.part"
    while not part.exists():
        time.sleep(0.01)
    time.sleep(0.2)
    with pytest.raises(Fault, match="Another import"):
        run("import", file, "--name", "one")
    source.communicate(lines(["alone"]).encode())
    assert source.returncode == 0
    assert Shelf(tmp_path / "data" / "leaks").holds(hashed("alone"))


def test_the_measurement_finds_what_it_wrote_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = bench_leaks.measure(3_000)
    assert found["hashes"] == 3_000
    assert found["look_ups"] >= 5_000
    assert found["goals"]["p99_ms"].keys() == {"goal", "measured", "met"}
    assert found["cold"]["miss"]["p50_ms"] <= found["cold"]["miss"]["p99_ms"]
    assert list(tmp_path.iterdir()) == []
