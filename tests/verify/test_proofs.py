"""Export, verification and proofs by the commands, and by the tool that needs only files and a key."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from rempart.journal import export, prove
from rempart.vocabulary.faults import Fault
from rempart_verify.main import main
from rempart_verify.note import opened
from rempart_verify.place import Place
from rempart_verify.proof import Consistency, Inclusion, ProofError, parse
from tests.exposure.made import lines
from tests.verify.sealed import COUNT, KEY, entries, seal


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("journal")
    seal(folder)
    return Place(str(folder))


def _silent(_done, _of):
    pass


@pytest.mark.parametrize("index", [0, 1, 499, 500, 4_095, 4_096, 8_191, 8_192, COUNT - 1])
def test_one_entry_is_proved_by_itself(place, index):
    proof = Inclusion.parse(str(prove.included(place, index)))
    assert proof.entry + b"\n" == lines(entries(index, index + 1))
    assert proof.checked(KEY).size == COUNT
    assert proof.columns["request"] == f"R-{index:012}"


def test_a_proof_of_another_entry_place_or_path_proves_nothing(place):
    text = str(prove.included(place, 4_100))
    proof = Inclusion.parse(text)
    for index, entry, path in (
        (4_101, proof.entry, proof.path),
        (4_100, proof.entry + b"x", proof.path),
        (4_100, proof.entry, proof.path[1:]),
        (4_100, proof.entry, [*proof.path, bytes(32)]),
    ):
        with pytest.raises(ProofError):
            Inclusion(entry, index, path, proof.note).checked(KEY)
    for broken in ("", "c2sp.org/tlog-proof@v1\n", text.replace("index 4100", "index -1"), text[:60], "{}"):
        with pytest.raises(ProofError):
            parse(broken)


def test_an_entry_is_found_by_its_reference(place):
    assert prove.find(place, "R-000000007777", _silent) == [7_777]
    assert prove.find(place, "R-NONE", _silent) == []
    with pytest.raises(Fault):
        prove.included(place, COUNT)


@pytest.mark.parametrize("size", [500, 1_000, 4_000, 4_500, 8_000, COUNT])
def test_growth_is_proved_between_any_two_checkpoints(place, tmp_path, size):
    old = seal(tmp_path, size).checkpoint
    proof = Consistency.parse(str(prove.consistent(place, old)))
    older, newer = proof.checked(KEY)
    assert (older.size, newer.size) == (size, COUNT)
    if proof.path:
        with pytest.raises(ProofError):
            Consistency(proof.old, proof.new, proof.path[:-1]).checked(KEY)


def test_what_was_forked_has_no_proof_of_growth(place, tmp_path):
    log = seal(tmp_path, 4_000)
    changed = entries(4_000, 4_100)
    changed[3]["person"] = 1
    other = log.append(lines(changed), "1/4099/4099", datetime(2026, 12, 1, tzinfo=UTC))
    with pytest.raises(ProofError, match="does not begin"):
        prove.consistent(place, other).checked(KEY)


def test_an_export_verifies_by_the_key_alone(place, tmp_path, capsys):
    assert export.export(place, tmp_path / "out", None, None, _silent) == COUNT
    assert main([str(tmp_path / "out"), "--key", str(KEY)]) == 0
    assert capsys.readouterr().out.endswith("INTACT\n")
    with pytest.raises(Fault, match="not empty"):
        export.export(place, tmp_path / "out", None, None, _silent)


def test_an_export_of_some_days_says_what_it_leaves_out(place, tmp_path, capsys):
    day = max(name.split("day=")[1][:10] for name in place.names("segments"))
    since = datetime.fromisoformat(day).date()
    held = export.export(place, tmp_path / "out", since, None, _silent)
    assert 0 < held < COUNT
    assert main([str(tmp_path / "out"), "--key", str(KEY), "--partial", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["absent"] == COUNT - held
    assert main([str(tmp_path / "out"), "--key", str(KEY)]) == 1


def test_an_export_while_more_is_sealed_holds_what_its_checkpoint_covers(tmp_path):
    seal(tmp_path / "journal", 3_000)
    older = (tmp_path / "journal" / "checkpoint").read_text()
    seal(tmp_path / "journal", 5_000, first=3_000)
    (tmp_path / "journal" / "checkpoint").write_text(older)
    export.export(Place(str(tmp_path / "journal")), tmp_path / "out", None, None, _silent)
    assert main([str(tmp_path / "out"), "--key", str(KEY)]) == 0
    assert opened((tmp_path / "out" / "checkpoint").read_text(), KEY).size == 3_000


def test_what_the_tool_says_of_wrong_input(place, tmp_path, capsys):
    assert main([str(tmp_path), "--key", str(KEY)]) == 1
    assert main([place.url, "--key", "nonsense"]) == 2
    assert main([str(tmp_path / "absent")]) == 2
    (tmp_path / "proof").write_text("nonsense")
    assert main([str(tmp_path / "proof"), "--key", str(KEY)]) == 2
    (tmp_path / "proof").write_text(str(prove.included(place, 9)))
    assert main([str(tmp_path / "proof")]) == 2
    assert main([str(tmp_path / "proof"), "--key", str(KEY)]) == 0
    (tmp_path / "proof").write_text(str(prove.included(place, 9)).replace("index 9", "index 8"))
    assert main([str(tmp_path / "proof"), "--key", str(KEY)]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_the_tool_loads_nothing_of_what_it_verifies(place):
    """In a process of its own: no module of Rempart's, no database, no Django."""
    code = (
        "import sys; from rempart_verify.main import main;"
        f"status = main([{place.url!r}, '--key', {str(KEY)!r}]);"
        "others = {name.split('.')[0] for name in sys.modules} & {'rempart', 'django', 'psycopg', 'duckdb'};"
        "sys.exit(str(others) if others else status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
