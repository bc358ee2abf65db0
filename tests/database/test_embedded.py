"""The embedded server survives what happens to servers, and says clearly what it cannot do."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from rempart.database import binaries, directory, embedded
from rempart.database.connect import role_name, url
from rempart.database.embedded import Cluster, running
from rempart.database.errors import DatabaseDownError, DirectoryInUseError, OtherVersionError


def _admin(data_dir: Path) -> psycopg.Connection:
    address = directory.read_address(data_dir)
    secret = directory.secret(data_dir, "superuser")
    return psycopg.connect(url(address, role_name("superuser"), secret, database="postgres"), autocommit=True)


def test_what_was_written_is_there_after_a_restart_at_the_same_address(own_dir):
    with running(own_dir), closing(_admin(own_dir)) as admin:
        admin.execute("create table kept as select 42 as n")
        before = directory.read_address(own_dir)
    with running(own_dir), closing(_admin(own_dir)) as admin:
        assert admin.execute("select n from kept").fetchone() == (42,)
    assert directory.read_address(own_dir) == before


def test_a_busy_port_is_exchanged_for_a_free_one(own_dir):
    with running(own_dir):
        before = directory.read_address(own_dir)["port"]
    with socket.create_server(("127.0.0.1", before)), running(own_dir), closing(_admin(own_dir)):
        assert directory.read_address(own_dir)["port"] != before


def test_a_directory_in_use_is_named_with_the_process_that_holds_it(own_dir):
    program = "import sys, time; from pathlib import Path; from rempart.database.directory import held\n"
    program += "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, str(own_dir)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(DirectoryInUseError, match=f"in use by another Rempart .process {other.pid}"),
            directory.held(own_dir),
        ):
            pytest.fail("held twice")
        assert directory.holder(own_dir) == other.pid
        other.kill()
    assert directory.holder(own_dir) is None


def test_a_cluster_of_another_version_is_refused_and_left_alone(own_dir):
    with running(own_dir):
        pass
    (own_dir / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(OtherVersionError, match="made by PostgreSQL 16; this Rempart brings 18") as refusal:
        Cluster(own_dir).prepare()
    assert "dump" in refusal.value.remedy


def test_a_folder_that_is_no_cluster_is_refused_and_left_alone(own_dir):
    (own_dir / "postgres").mkdir()
    (own_dir / "postgres" / "letter.txt").write_text("mine")
    with pytest.raises(DatabaseDownError, match="neither empty nor a PostgreSQL cluster"):
        Cluster(own_dir).prepare()
    assert (own_dir / "postgres" / "letter.txt").read_text() == "mine"


def test_a_server_left_behind_is_stopped_before_the_next_one_starts(own_dir):
    left = Cluster(own_dir)
    left.start()
    with running(own_dir), closing(_admin(own_dir)) as admin:
        assert not psutil.pid_exists(left.process.pid)
        assert admin.execute("select 1").fetchone() == (1,)
    left.process.wait()


@pytest.mark.faults
def test_after_a_kill_the_server_comes_back_with_what_was_committed(own_dir):
    killed = Cluster(own_dir)
    killed.start()
    with closing(_admin(own_dir)) as admin:
        admin.execute("create table kept as select 42 as n")
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    time.sleep(0.5)  # its backends notice and leave
    with running(own_dir), closing(_admin(own_dir)) as admin:
        assert admin.execute("select n from kept").fetchone() == (42,)


def test_a_process_number_used_again_by_somebody_else_is_nobody_to_stop(own_dir):
    with running(own_dir):
        pass
    (own_dir / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n")
    with running(own_dir), closing(_admin(own_dir)) as admin:
        assert admin.execute("select 1").fetchone() == (1,)
    assert psutil.pid_exists(os.getppid())


@pytest.mark.faults
def test_the_server_ends_with_the_process_that_started_it(own_dir):
    program = "import sys, time; from pathlib import Path; from rempart.database.embedded import Cluster\n"
    program += "c = Cluster(Path(sys.argv[1])); c.start(); print(c.process.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, str(own_dir)], stdout=subprocess.PIPE) as starter:
        server = psutil.Process(int(starter.stdout.readline()))
        starter.kill()
    _gone, alive = psutil.wait_procs([server], timeout=20)
    assert alive == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its server to another user")
def test_root_keeps_the_cluster_where_the_servers_user_can_enter(own_dir, tmp_path, monkeypatch):
    public = own_dir.parent / "public"
    monkeypatch.setattr(binaries, "PUBLIC_HOME", public)
    closed = directory.make(tmp_path / "closed")
    closed.parent.chmod(0o700)
    said = []
    with running(closed, said.append), closing(_admin(closed)) as admin:
        assert admin.execute("select 1").fetchone() == (1,)
    assert (closed / "postgres").resolve().is_relative_to(public)
    assert any("the database is kept in" in line for line in said)
    shutil.rmtree(closed)
    said.clear()
    with running(directory.make(tmp_path / "closed"), said.append):
        assert any("put aside" in line for line in said)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its server to another user")
def test_programs_that_the_servers_user_cannot_read_are_copied(own_dir, monkeypatch):
    public = own_dir.parent / "public"
    monkeypatch.setattr(binaries, "PUBLIC_HOME", public)
    monkeypatch.setattr(binaries, "passable", lambda path, _runner: "site-packages" not in str(path))
    with running(own_dir), closing(_admin(own_dir)) as admin:
        (program,) = admin.execute("select setting from pg_settings where name = 'data_directory'").fetchone()
        assert program
    assert list(public.glob("programs-*"))


def test_the_servers_log_repeats_no_value_and_no_statement(own_dir):
    canary = "1550814123456"
    with running(own_dir), closing(_admin(own_dir)) as admin:
        admin.execute("create table person (nir text unique check (length(nir) > 20))")
        for statement, values in (
            ("insert into person values (%s)", (canary,)),
            ("select %s::date", (canary,)),
            (f"select '{canary}'::date", ()),
            (f"selekt '{canary}'", ()),
            ("select pg_sleep(1), %s::text", (canary,)),
        ):
            admin.execute("set statement_timeout = 100")
            with pytest.raises(psycopg.Error):
                admin.execute(statement, values or None)
    assert canary not in (own_dir / "log" / "postgres.log").read_text()


def test_settings_that_keep_the_server_safe_cannot_be_undone_in_a_file(own_dir):
    with running(own_dir):
        pass
    with (own_dir / "postgres" / "postgresql.auto.conf").open("a") as file:
        file.write("log_statement = 'all'\nlisten_addresses = '*'\nfsync = off\n")
    with running(own_dir), closing(_admin(own_dir)) as admin:
        values = admin.execute(
            "select current_setting('log_statement'), current_setting('listen_addresses'), "
            "current_setting('fsync')"
        ).fetchone()
    assert values == ("none", "127.0.0.1", "on")
    assert embedded.HOST == "127.0.0.1"
