"""The demonstration, as a newcomer and as a script meet it: started once, then used, killed and stopped."""

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vault.blind_index import _expand

REMPART = Path(sys.executable).with_name("rempart")


@dataclass
class Demonstration:
    above: Path
    port: int
    process: subprocess.Popen

    @property
    def data(self):
        return self.above / "data"

    @property
    def ready_file(self):
        return self.above / "ready.json"

    @property
    def told(self):
        return json.loads(self.ready_file.read_text())

    def child(self, word):
        """The supervisor's child whose command line has this word."""
        children = psutil.Process(self.process.pid).children()
        return next(one for one in children if word in " ".join(one.cmdline()))

    def ask(self, account, person, **more):
        body = {"purpose": "rights", "nir": person["nir"], "birth_date": person["birth_date"]} | more
        if person["birth_rank"]:
            body["birth_rank"] = person["birth_rank"]
        return httpx.post(
            f"{self.told['url']}/api/v1/lookups",
            json=body,
            headers={"Authorization": f"Bearer {account['api_token']}"},
            timeout=20,
        )


def _start(above, port):
    command = [
        REMPART,
        "demo",
        "--port",
        str(port),
        "--data",
        above / "data",
        "--ready-file",
        above / "ready.json",
    ]
    with (above / "out").open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    demonstration = Demonstration(above, port, process)
    deadline = time.monotonic() + 150
    while not demonstration.ready_file.exists():
        assert process.poll() is None, (above / "out").read_text()
        assert time.monotonic() < deadline, (above / "out").read_text()
        time.sleep(0.1)
    return demonstration


def _stop(demonstration):
    demonstration.process.terminate()
    assert demonstration.process.wait(60) == 0


@pytest.fixture(scope="module")
def demonstration():
    with tempfile.TemporaryDirectory(prefix="rempart-demo-") as folder:
        above = Path(folder)
        above.chmod(0o711)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        running = _start(above, port)
        yield running
        if running.process.poll() is None:
            _stop(running)


@pytest.fixture
def account(demonstration):
    """The demonstration's account of a profession."""
    return lambda profession: next(a for a in demonstration.told["accounts"] if a["profession"] == profession)


def test_the_ready_file_says_what_a_script_needs(demonstration):
    told = demonstration.told
    assert told["url"] == f"http://127.0.0.1:{demonstration.port}"
    assert set(told["database"]) == {"host", "port", "name", "web_role"}
    assert {a["profession"] for a in told["accounts"]} == {
        "pharmacist", "optician", "doctor", "dentist", "hospital_desk", "nurse", "operator", "dpo",
    }  # fmt: skip
    for one in told["accounts"]:
        assert all(
            one[key] for key in ("login", "password", "totp_secret", "api_token", "profession", "role")
        )
    assert len(told["persons"]) == 20
    assert {p["expected"]["rights"] for p in told["persons"]} == {"yes", "no", "unknown"}
    assert demonstration.ready_file.stat().st_mode & 0o077 == 0


def test_the_web_roles_secret_is_not_in_the_ready_file_but_opens_the_database_it_names(demonstration):
    told = demonstration.told["database"]
    secret = (demonstration.data / "secrets" / "web").read_text()
    assert secret not in demonstration.ready_file.read_text()
    with psycopg.connect(
        host=told["host"], port=told["port"], dbname=told["name"], user=told["web_role"], password=secret
    ) as web:
        assert web.execute("select current_user").fetchone() == (told["web_role"],)


def test_every_sample_person_is_answered_as_the_ready_file_says(demonstration):
    accounts = [a for a in demonstration.told["accounts"] if a["role"] == "professional"]
    for number, person in enumerate(demonstration.told["persons"]):
        answer = demonstration.ask(accounts[number % len(accounts)], person)
        assert answer.status_code == 200, (person["label"], answer.json())
        said = answer.json()["answer"]
        assert said["rights"] == person["expected"]["rights"], person["label"]
        assert said["third_party"]["accepted"] == person["expected"]["third_party"]["accepted"], person[
            "label"
        ]


def test_a_twin_is_asked_for_the_rank(demonstration, account):
    twin = next(p for p in demonstration.told["persons"] if p["birth_rank"])
    answer = demonstration.ask(account("doctor"), twin | {"birth_rank": None})
    assert (answer.status_code, answer.json()["reason"]) == (401, "birth_rank")


def test_a_card_read_at_the_counter_proves_the_person(demonstration, account):
    person, pharmacist = demonstration.told["persons"][0], account("pharmacist")
    card = json.loads(_run(demonstration, "demo", "card", pharmacist["login"], "1", "--json"))
    answer = demonstration.ask(pharmacist, person, proof=card["proof"])
    assert (answer.status_code, answer.json()["proof"]) == (200, "card")
    assert demonstration.ask(pharmacist, person, proof=card["proof"]).json()["reason"] == "proof_replayed"


def test_the_counters_terminal_answers_over_its_socket_only(demonstration, account):
    person, pharmacist = demonstration.told["persons"][1], account("pharmacist")
    path = demonstration.data / "run" / "terminal.sock"
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as terminal:
        asked = {name: person[name] for name in ("nir", "birth_date", "birth_rank")}
        asked["account_login"] = pharmacist["login"]
        signed = terminal.post("http://terminal/card", json=asked)
        stranger = terminal.post("http://terminal/card", json=asked | {"account_login": "dpo"})
        garbled = terminal.post("http://terminal/card", json=asked | {"nir": "none"})
    assert demonstration.ask(pharmacist, person, proof=signed.json()["proof"]).status_code == 200
    assert signed.json()["card_text"].startswith("RP1|")
    assert (stranger.status_code, garbled.status_code) == (404, 422)
    assert path.stat().st_mode & 0o077 == 0


def test_no_key_of_a_terminal_is_where_the_web_process_was_told_to_look(demonstration):
    keys = json.loads((demonstration.data / "demo" / "terminals.json").read_text())["terminals"]
    assert not any(
        row["private_key"] in (demonstration.data / "demo" / "demo.json").read_text() for row in keys
    )


def test_a_code_of_this_minute_is_printed_for_a_login_a_profession_or_a_role(demonstration):
    for name in ("pharmacie", "optician", "operations"):
        code = _run(demonstration, "demo", "code", name).strip()
        assert len(code) == 6
        assert code.isdecimal()


def test_each_process_has_its_own_roles_secret_and_no_other(demonstration):
    secrets = {p.name: p.read_text().strip() for p in (demonstration.data / "secrets").iterdir()}
    for word, role in (("gate.serve", "gate"), ("granian", "web"), ("config.worker", "worker")):
        environ = demonstration.child(word).environ()
        held = {name for name, secret in secrets.items() if secret in " ".join(environ.values())}
        assert held == {role}
        assert environ["REMPART_ROLE"] == role


def _memory(process):
    """Every readable byte of a process's memory, piece by piece. Linux, as the same user or root."""
    with Path(f"/proc/{process.pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            start, end = (int(edge, 16) for edge in place.split("-"))
            if "r" in rights and "[v" not in line:
                with contextlib.suppress(OSError, OverflowError, ValueError):
                    memory.seek(start)
                    yield memory.read(end - start)


def _holds(process, forms):
    return any(form in piece for piece in _memory(process) for form in forms)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_the_web_process_holds_no_key_in_memory_files_or_environment(demonstration, account):
    assert demonstration.ask(account("nurse"), demonstration.told["persons"][0]).status_code == 200
    encoded = json.loads((demonstration.data / "keys" / "index.json").read_text())["keys"]["1"]
    key = base64.b64decode(encoded)
    forms = [encoded.encode(), key, *(_expand(key, use) for use in (b"person", b"miss", b"prefix"))]
    master = json.loads((demonstration.data / "keys" / "master.json").read_text())["key"][0]
    sealed = master["keyData"]["value"]
    forms += [sealed.encode(), base64.b64decode(sealed)[-32:]]  # as it is stored, and the AES key itself
    web = demonstration.child("granian")
    family = [web, *web.children(recursive=True)]
    assert not any(_holds(process, forms) for process in family)
    assert not any("/keys/" in file.path for process in family for file in process.open_files())
    assert not any(form.decode("latin-1") in str(process.environ()) for process in family for form in forms)
    assert _holds(demonstration.child("gate.serve"), forms)  # and the search does find them where they are


def test_a_second_start_of_the_same_directory_is_one_clear_line(demonstration):
    result = subprocess.run(
        [REMPART, "demo", "--port", str(_free_port()), "--data", demonstration.data],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 4
    assert f"in use by another Rempart (process {demonstration.process.pid})" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_busy_port_is_one_clear_line(demonstration):
    result = subprocess.run(
        [REMPART, "demo", "--port", str(demonstration.port), "--data", demonstration.above / "other"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 8
    assert f"Port {demonstration.port} of 127.0.0.1 is busy" in result.stderr


def test_a_doctor_finds_a_running_demonstration_well(demonstration):
    """The demonstration's invented past is days old until it is sealed, which begins at the start."""
    deadline = time.monotonic() + 60
    while unwell := [finding for finding in _findings(demonstration) if not finding["well"]]:
        assert time.monotonic() < deadline, unwell
        time.sleep(1)
    assert "processes" in {finding["check"] for finding in _findings(demonstration)}


def _findings(demonstration):
    asked = subprocess.run(
        [REMPART, "doctor", "--json", "--data", demonstration.data],
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(asked.stdout)


@pytest.mark.faults
@pytest.mark.parametrize("word", ["gate.serve", "granian", "config.worker", "bin/postgres", "demo_terminals"])
def test_a_killed_process_comes_back_and_the_service_with_it(demonstration, account, word):
    victim = demonstration.child(word)
    victim.kill()
    person = demonstration.told["persons"][2]
    _until(lambda: demonstration.child(word).pid != victim.pid)
    _until(lambda: demonstration.ask(account("hospital_desk"), person).status_code == 200)


@pytest.mark.faults
def test_stopped_and_started_again_nothing_is_lost_and_nothing_is_left(demonstration):
    before = demonstration.told
    with psycopg.connect(dsn("auditor", demonstration.data)) as auditor:
        (entries,) = auditor.execute("select count(*) from journal.entry").fetchone()
    family = psutil.Process(demonstration.process.pid).children(recursive=True)
    _stop(demonstration)
    _, alive = psutil.wait_procs(family, timeout=5)
    assert [one.cmdline() for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    assert not demonstration.ready_file.exists()
    again = _start(demonstration.above, demonstration.port)
    demonstration.process = again.process
    assert demonstration.told == before
    with psycopg.connect(dsn("auditor", demonstration.data)) as auditor:
        assert auditor.execute("select count(*) from journal.entry").fetchone() >= (entries,)


@pytest.mark.faults
def test_a_supervisor_killed_outright_leaves_no_process_and_a_start_mends_all(demonstration):
    family = psutil.Process(demonstration.process.pid).children(recursive=True)
    os.kill(demonstration.process.pid, signal.SIGKILL)
    demonstration.process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert [one.cmdline() for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []  # not ours to reap
    _start_after_a_kill(demonstration)


@pytest.mark.faults
def test_a_web_server_killed_while_nobody_watches_takes_its_worker_with_it(demonstration):
    server = demonstration.child("granian")
    workers = [one for one in server.children(recursive=True) if "granian" in " ".join(one.cmdline())]
    os.kill(demonstration.process.pid, signal.SIGSTOP)  # so that it is not the one who ends them
    server.kill()
    os.kill(demonstration.process.pid, signal.SIGKILL)
    demonstration.process.wait()
    assert workers
    assert psutil.wait_procs(workers, timeout=5)[1] == []
    _start_after_a_kill(demonstration)


def _start_after_a_kill(demonstration):
    demonstration.ready_file.unlink(missing_ok=True)
    demonstration.process = _start(demonstration.above, demonstration.port).process
    told = demonstration.told
    assert demonstration.ask(told["accounts"][0], told["persons"][3]).status_code == 200


def _run(demonstration, *words):
    return subprocess.run(
        [REMPART, *words, "--data", demonstration.data], capture_output=True, text=True, check=True
    ).stdout


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(StopIteration, httpx.HTTPError, psutil.Error):
            if condition():
                return
        time.sleep(0.1)
    pytest.fail("it did not happen in time")
