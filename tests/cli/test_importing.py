"""The commands that bring data in: what they print, what they leave behind, how they end."""

import json
import secrets
from datetime import date
from pathlib import Path

import pytest

from rempart.cli import importing, population
from rempart.database.errors import NotSetUpError
from rempart.database.incoming import IncomingFileError
from rempart.registry.fhir_export import to_ndjson
from rempart.registry.population import generate
from rempart.vault.create_keys import create_keys
from rempart.vocabulary.nir import Nir

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def _keys(cluster):
    create_keys(cluster)


@pytest.fixture
def run(cluster, capsys):
    """`run("persons", FILE, …)` → (exit code, standard output, standard error)."""

    def call(*words, app=importing.app):
        with pytest.raises(SystemExit) as ended:
            app([*map(str, words), "--data", str(cluster)], exit_on_error=False)
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return call


@pytest.fixture
def amc(run):
    number = f"{secrets.randbelow(10**9):09d}"
    assert run("insurer", number, "Mutuelle d'essai")[0] == 0
    return number


@pytest.fixture
def row():
    number = f"25508123{secrets.randbelow(10**5):05d}"
    return f"Canariname;1955-08-14;{number}{Nir(number).key};M1"


HEADER = "family_name;birth_date;payment_nir;member_number"


def test_persons_come_in_and_the_lines_set_aside_are_listed_beside_the_file(run, amc, row, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(f"{HEADER}\n{row}\nCanarisecond;;255;M2\n", "utf-8")
    code, out, err = run("persons", file, "--insurer", amc, "--json")
    assert code == 1
    details = json.loads(out)
    assert (details["read"], details["loaded"], details["set_aside"]) == (2, 1, 1)
    rejected = Path(details["rejected"])
    assert rejected == tmp_path / "in.csv.rejected.csv"
    assert rejected.read_text("utf-8").splitlines() == ["line,why,fields", "3,missing,birth_date"]
    assert rejected.stat().st_mode & 0o777 == 0o600
    assert "Canari" not in out + err + rejected.read_text("utf-8")


def test_a_file_that_comes_in_whole_ends_with_0_and_leaves_nothing(run, amc, row, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(f"{HEADER}\n{row}\n", "utf-8")
    assert run("persons", file, "--insurer", amc)[0] == 0
    code, out, _ = run("persons", file, "--insurer", amc)
    assert code == 0
    assert ["updated", "1"] in [line.split() for line in out.splitlines()]
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_an_unknown_insurer_is_named_with_the_command_that_adds_it(run, row, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(f"{HEADER}\n{row}\n", "utf-8")
    code, out, err = run("persons", file, "--insurer", "000000001")
    assert code == 1
    assert "insurer_unknown: 000000001" in out
    assert "rempart import insurer" in err


def test_synthea_ends_with_a_summary_of_what_it_lacks(run, tmp_path):
    code, out, _ = run("persons", DATA / "synthea" / "patients.ndjson", "--rejected", tmp_path / "aside")
    assert code == 1
    assert "missing: nir, coverage, scheme" in out
    assert len((tmp_path / "aside").read_text().splitlines()) == 4


def test_the_directory_s_sample_comes_in(run, tmp_path):
    code, out, _ = run(
        "directory", DATA / "directory" / "activities.txt", "--json", "--rejected", tmp_path / "aside"
    )
    assert code == 0
    assert json.loads(out)["read"] == 4


@pytest.mark.parametrize(
    "words", [("persons", "absent.ndjson"), ("directory", "absent.txt"), ("insurer", "12", "X")]
)
def test_a_wrong_word_is_a_clear_line(cluster, words):
    with pytest.raises(IncomingFileError):
        importing.app([*words, "--data", str(cluster)], exit_on_error=False)


def test_a_directory_without_database_says_what_to_do(tmp_path, row, monkeypatch):
    monkeypatch.setattr("rempart.database.directory.holder", lambda _: 1)
    file = tmp_path / "in.csv"
    file.write_text(f"{HEADER}\n{row}\n", "utf-8")
    with pytest.raises(NotSetUpError):
        importing.app(
            ["persons", str(file), "--insurer", "000000001", "--data", str(tmp_path / "d")],
            exit_on_error=False,
        )


def test_a_population_is_written_as_the_import_reads_it(run, tmp_path):
    file = tmp_path / "population.ndjson"
    words = ("--persons", 50, "--seed", 5, "--on", "2026-11-23", "--ndjson", file)
    code, out, _ = run(*words, "--json", app=population.app)
    assert code == 0
    assert json.loads(out)["persons"] == 50
    assert file.read_bytes() == b"".join(to_ndjson(generate(50, 5, on=date(2026, 11, 23))))


def test_made_up_persons_are_not_loaded_among_real_ones(cluster, amc):
    with pytest.raises(population.MadeUpAmongRealError):
        population.app(["--persons", "5", "--load", "--data", str(cluster)], exit_on_error=False)
