"""The command explains itself, fails in one line, and starts quickly."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from rempart.cli import config, demo, screen
from rempart.cli.demo_cast import cast, doctors, prey, racers, rpps, stolen
from rempart.cli.demo_persons import Population
from rempart.cli.main import app
from rempart.cli.variables import VARIABLES, given_to
from rempart.registry.population import generate
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.rpps import parse_rpps

REMPART = Path(sys.executable).with_name("rempart")


def _run(*words, **environ):
    return subprocess.run(
        [REMPART, *words], capture_output=True, text=True, check=False, env=os.environ | environ, timeout=60
    )


def _commands(found, path=()):
    """Every command that does something, as the words that call it."""
    for name in found:
        if name.startswith("-"):
            continue
        one = found[name]
        yield (*path, name)
        yield from _commands(one, (*path, name))


@pytest.mark.parametrize("words", sorted(set(_commands(app))), ids=" ".join)
def test_every_command_explains_itself(words):
    found = app
    for word in words:
        found = found[word]
    assert found.help.strip(), words


def test_help_lists_the_commands_without_importing_them():
    program = "import sys; sys.argv = ['rempart', '--help']\nfrom rempart.cli.main import main\n"
    program += (
        "try: main()\nfinally: print(sorted(m for m in sys.modules if m.startswith(('django', 'tink'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["nonsense"], 2, "nonsense"),
        (["serve", "--port", "many"], 2, "many"),
        (["demo", "code", "pharmacie", "--data", "/proc/1/none"], 7, "holds no demonstration yet"),
        (["database", "psql", "web", "--data", "/proc/1/none"], 7, "holds no database yet"),
        (["database", "migrate", "--data", "/proc/1/none"], 3, "cannot be made"),
        (["serve", "--data", "/srv/" + "long" * 30], 3, "too long"),
    ],
)
def test_a_fault_is_one_clear_line_and_a_stable_code(words, code, line):
    done = _run(*words)
    assert done.returncode == code, done.stderr
    assert line in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_doctor_without_an_installation_names_the_command_that_makes_one(tmp_path):
    done = _run("doctor", "--data", str(tmp_path), "--json")
    (finding,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert finding["remedy"] == f"rempart database migrate --data {tmp_path}"


def test_settings_are_shown_with_their_source_and_no_secret(monkeypatch, capsys):
    monkeypatch.setenv("REMPART_URL", "https://rights.example.org")
    monkeypatch.setenv("REMPART_SMTP_URL", "smtp://user:a-canary@mail")
    monkeypatch.delenv("REMPART_SECRET_KEY", raising=False)
    monkeypatch.setenv("REMPART_SECRET_KEY_FILE", "/run/key")
    config.show(json=True)
    printed = capsys.readouterr().out
    shown = {row["name"]: row for row in json.loads(printed)}
    assert (shown["REMPART_URL"]["value"], shown["REMPART_URL"]["source"]) == (
        "https://rights.example.org",
        "environment",
    )
    assert shown["REMPART_SECRET_KEY"]["source"] == "REMPART_SECRET_KEY_FILE"
    assert shown["REMPART_TIME_ZONE"]["source"] == "default"
    assert "a-canary" not in printed


def test_a_process_is_given_its_own_settings_only(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.setenv(variable.name, "set")
    monkeypatch.setenv("REMPART_DSN", "another role's")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the KMS")
    assert "REMPART_MASTER_KEY_URI" not in given_to("web")
    assert "AWS_SECRET_ACCESS_KEY" not in given_to("web") | given_to("worker")
    assert given_to("gate")["AWS_SECRET_ACCESS_KEY"] == "of the KMS"
    assert not {"REMPART_SECRET_KEY", "REMPART_SMTP_URL", "DATABASE_URL"} & given_to("gate").keys()
    assert (
        not {"REMPART_DSN", "DATABASE_URL"} & (given_to("web") | given_to("worker") | given_to("gate")).keys()
    )


def test_a_fault_without_a_remedy_still_ends_with_its_code(capsys):
    with pytest.raises(SystemExit) as ended:
        screen.fail(Fault("It [really] is so."))
    assert ended.value.code == 3
    assert capsys.readouterr().err == "rempart: It [really] is so.\n"


# ---------------------------------------------------------------------------------- what the demo is made of


def test_a_code_is_the_one_of_the_standard():
    # RFC 6238, appendix B: the SHA-1 vectors' last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [demo.totp(secret, now) for now in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def test_the_cast_has_valid_numbers_distinct_logins_and_secrets_of_its_own():
    players = [*cast(), *stolen(), *prey(), *racers()]
    assert len({player.login for player in players}) == len(players) == 277
    assert all(parse_rpps(player.rpps) for player in players if player.rpps)
    assert {rpps(3)} < set(doctors())
    assert cast()[0].password != cast()[0].password
    assert all(player.password is None for player in racers())


@pytest.fixture(scope="module")
def population():
    return Population(generate(2_000, 2026, doctors=doctors()))


def test_the_twenty_samples_are_distinct_and_of_many_kinds(population):
    samples = population.samples(date(2026, 11, 23))
    assert [sample.number for sample in samples] == list(range(1, 21))
    assert len({(s.nir, s.birth_date, s.birth_rank) for s in samples}) == 20
    assert len({sample.label for sample in samples}) == 20
    ranks = [s.birth_rank for s in samples if s.birth_rank]
    assert ranks == [1, 2]
    assert {s.expected["rights"] for s in samples} == {"yes", "no", "unknown"}
    assert any(s.expected["c2s"] for s in samples)
    assert any(s.expected["ame"] for s in samples)
    assert any(s.birth_date[5:7] > "12" for s in samples)
    assert any(s.nir[5:7] in {"2A", "2B"} for s in samples)


def test_the_attack_list_holds_real_persons_with_the_rank_where_it_is_needed(population):
    listed = population.attack_list(2_000)
    assert len(listed) == 2_000
    keys = [(row["nir"], row["birth_date"]) for row in listed]
    assert all(row["birth_rank"] for row in listed if keys.count((row["nir"], row["birth_date"])) > 1)
