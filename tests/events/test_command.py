"""`rempart events`: what it shows, tests and prints; and the process that `rempart serve` starts for it."""

import json
import os
import signal
import subprocess
import threading

import httpx
import pytest

from rempart.cli import processes
from rempart.cli.bench_place import free_port
from rempart.cli.main import app
from rempart.cli.processes import Installation
from rempart.database.spawn import environment
from rempart.events import cursors
from rempart.events.config import EventsFault


@pytest.fixture
def here(cluster, tmp_path):
    for name in ("database.json", "secrets"):
        (tmp_path / name).symlink_to(cluster / name)
    (tmp_path / "events.toml").write_text(
        f'[lines]\nto = "file://{tmp_path}/events.jsonl"\nas = "jsonl"\nonly = ["care:command:"]\n'
        '[siem]\nto = "https://127.0.0.1:9/in"\nas = "ocsf"\n'
    )
    return tmp_path


@pytest.fixture
def events(here, capsys):
    def run(*words):
        app(["events", *words, "--data", str(here)], exit_on_error=False, result_action="return_value")
        return capsys.readouterr().out

    return run


def test_a_list_says_who_is_told_what_and_how_far(events):
    lines, siem = json.loads(events("--json"))
    assert (lines["sink"], lines["as"], lines["only"]) == ("lines", "jsonl", "care:command:")
    assert siem["fault"] == "not begun"
    assert "siem" in events()


def test_a_test_says_what_became_of_it(events, here):
    assert events("test", "lines") == "lines took it.\n"
    told = json.loads((here / "events.jsonl").read_text())
    assert told["tag"] == "events:test:sent"
    with pytest.raises(EventsFault, match="private network"):
        events("test", "siem")
    with pytest.raises(EventsFault, match="No sink is called nobody"):
        events("test", "nobody")


@pytest.mark.parametrize("form", ["ocsf", "fhir", "jsonl", "syslog"])
def test_entries_are_printed_as_they_are_told(events, connect, form):
    connect("owner").execute("insert into journal.entry (at, tag) values (now(), 'care:printed:now')")
    printed = events("tail", "--as", form, "--lines", "3").splitlines()
    assert printed
    assert all(form == "syslog" or json.loads(line) for line in printed)


def test_no_process_is_started_where_nobody_is_to_be_told(cluster):
    assert processes.events(Installation(cluster, "127.0.0.1", 1, 2), None) is None


def test_the_process_forwards_exports_figures_and_ends_when_it_is_told_otherwise(here, connect):
    """As `rempart serve` starts it: with the auditor's address in its environment, and no other secret."""
    port = free_port()
    child = processes.events(Installation(here, "127.0.0.1", 1, 2), port)
    assert child is not None
    assert {name for name in child.env if "DSN" in name or "SECRET" in name or "KEY" in name} == {
        "REMPART_DSN"
    }
    assert "auditor" in child.env["REMPART_DSN"]
    process = subprocess.Popen(child.command, env=environment(child.env))
    try:
        _until((cursors.folder(here) / "lines.cursor").exists)
        connect("owner").execute("insert into journal.entry (at, tag) values (now(), 'care:command:done')")
        _until(
            lambda: (
                (here / "events.jsonl").exists()
                and "care:command:done" in (here / "events.jsonl").read_text()
            )
        )
        _until(
            lambda: (
                'rempart_events_sent{sink="lines"} 1.0' in httpx.get(f"http://127.0.0.1:{port}/metrics").text
            )
        )
        # Changed: it ends by itself, and whoever watches it starts it anew.
        os.utime(here / "events.toml", (1, 1))
        assert process.wait(15) == 0
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()


def test_a_file_that_is_wrong_stops_no_figure_and_is_taken_up_once_it_is_mended(here):
    (here / "events.toml").write_text('[siem]\nto = "ftp://siem.example"\nas = "ocsf"\n')
    port = free_port()
    child = processes.events(Installation(here, "127.0.0.1", 1, 2), port)
    process = subprocess.Popen(child.command, env=environment(child.env), stderr=subprocess.PIPE)
    try:
        assert b"no way that is known" in process.stderr.readline()
        _until(lambda: _answers(f"http://127.0.0.1:{port}/livez"))
        os.utime(here / "events.toml", (1, 1))
        assert process.wait(15) == 0
    finally:
        process.stderr.close()
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _answers(url):
    try:
        return httpx.get(url).status_code == 200
    except httpx.HTTPError:
        return False


def _until(true, seconds=20):
    glance = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        glance.wait(0.05)
    raise AssertionError("it did not come true in time")
