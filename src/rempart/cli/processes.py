"""The processes of an installation: how each is started, with which role, and when it is ready."""

import json
import signal
import socket
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rempart.cli.supervisor import MARK, Child
from rempart.cli.users import Users
from rempart.cli.variables import given_to
from rempart.database import directory, setup
from rempart.database.connect import dsn
from rempart.database.directory import write_private
from rempart.database.embedded import Cluster
from rempart.vocabulary.faults import Fault

LOOPBACK = "127.0.0.1"
_WEB_THREADS = "8"
_WEB_WAITING = "256"


class PortBusyError(Fault):
    """Something else listens on the port: choose another, or stop it."""

    exit_code = 8


@dataclass(frozen=True, slots=True)
class Installation:
    """Where one installation keeps its data and listens."""

    data: Path
    host: str
    port: int
    gate_port: int
    demo: bool = False
    users: Users | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.gate_port}"

    @property
    def gate_socket(self) -> Path:
        return self.data / "run" / "gate.sock"

    @property
    def terminal_socket(self) -> Path:
        return self.data / "run" / "terminal.sock"

    def log(self, name: str) -> Path:
        return self.data / "log" / f"{name}.log"


def postgres(cluster: Cluster) -> Child:
    """The embedded server; `cluster.prepare()` has run."""
    return Child(
        name="postgres",
        command=tuple(cluster.command()),
        log=cluster.log,
        ready=cluster.is_ready,
        before_restart=cluster.end_left_over,
        runner=cluster.runner,
        cwd=cluster.path,
        stop_signal=signal.SIGINT,
    )


def gate(place: Installation) -> Child:
    """The one process that opens sealed persons."""
    return Child(
        name="gate",
        command=(
            *_python("rempart.gate.serve"),
            *("--data", str(place.data), "--socket", str(place.gate_socket)),
            *("--port", str(place.gate_port)),
        ),
        log=place.log("gate"),
        env=_for_gate(place),
        runner=place.users.gate if place.users else None,
        ready=lambda _: place.gate_socket.exists() and _answers(f"{place.api_url}/ready", {200}),
    )


def web(place: Installation) -> Child:
    """The pages. One worker with threads; granian starts the worker again when it fails."""
    return Child(
        name="web",
        command=(
            *_python("granian"),
            *("--interface", "wsgi", "--http", "1", "--no-ws", "--no-access-log", "--log-level", "warning"),
            *("--host", place.host, "--port", str(place.port)),
            *("--workers", "1", "--blocking-threads", _WEB_THREADS, "--backpressure", _WEB_WAITING),
            *("--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "10"),
            "rempart.config.wsgi:application",
        ),
        log=place.log("web"),
        env=_for_pages("web", place),
        runner=place.users.pages if place.users else None,
        ready=lambda _: _answers(place.url, {200, 302}),
    )


def worker(place: Installation) -> Child:
    """Background jobs and periodic tasks."""
    return Child(
        name="worker",
        command=_python("rempart.config.worker"),
        log=place.log("worker"),
        env=_for_pages("worker", place),
        runner=place.users.pages if place.users else None,
    )


def detector(place: Installation) -> Child:
    """The process that watches the journal. Its first start compiles for half a minute."""
    folder = place.data / "detection"
    return Child(
        name="detector",
        command=(*_python("rempart.containment.watch"), "--data", str(place.data)),
        log=place.log("detector"),
        env=given_to("detector")
        | _as_role("detector", place.data)
        | {"REMPART_DECOYS_KEY": directory.secret(place.data, "decoys")}
        # A user of their own cannot write beside the sources, where compiled loops are kept otherwise.
        | ({"NUMBA_CACHE_DIR": str(folder / "compiled")} if place.users else {}),
        runner=place.users.detector if place.users else None,
    )


def sealer(place: Installation) -> Child:
    """The process that seals the journal: it alone has the key that signs."""
    return Child(
        name="sealer",
        command=(*_python("rempart.journal.sealer"), "--data", str(place.data)),
        log=place.log("sealer"),
        env=given_to("sealer") | _as_role("sealer", place.data),
        runner=place.users.sealer if place.users else None,
    )


def copies(place: Installation) -> Child | None:
    """The process that sorts finished days for questions; None where the sealed journal is in a bucket."""
    told = given_to("sealer")
    if "REMPART_SEALED_FILE" in told or told.get("REMPART_SEALED", "").startswith("s3://"):
        return None
    return Child(
        name="copies",
        command=(*_python("rempart.exposure.keeper"), "--data", str(place.data)),
        log=place.log("copies"),
        env=told,
        runner=place.users.sealer if place.users else None,  # it reads what is sealed as well
    )


def events(place: Installation, metrics_port: int | None) -> Child | None:
    """The process that tells other systems, and exports figures; None where neither is asked for."""
    if metrics_port is None and not (place.data / "events.toml").exists():
        return None
    figures = () if metrics_port is None else ("--metrics-port", str(metrics_port))
    return Child(
        name="events",
        command=(*_python("rempart.events.forward"), "--data", str(place.data), *figures),
        log=place.log("events"),
        env={"REMPART_URL": place.url} | given_to("events") | _as_role("auditor", place.data),
        runner=place.users.detector if place.users else None,  # it reads the journal as well
    )


def terminals(place: Installation) -> Child:
    """The demonstration's card terminals: they alone hold the keys that sign attestations."""
    return Child(
        name="terminals",
        command=(
            *_python("rempart.cli.demo_terminals"),
            *("--keys", str(place.data / "demo" / "terminals.json")),
            *("--socket", str(place.terminal_socket)),
        ),
        log=place.log("terminals"),
        env={MARK: str(place.data)},
        ready=lambda _: place.terminal_socket.exists(),
    )


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)


def _as_role(role: str, data: Path) -> dict[str, str]:
    return {
        "REMPART_ROLE": role,
        "REMPART_DSN": dsn(role, data),
        "REMPART_DATA": str(data),
        MARK: str(data),
    }


def _for_gate(place: Installation) -> dict[str, str]:
    """With the pages' address: the proofs of vendors' software name where they were sent."""
    url = {"REMPART_URL": place.url}
    return (given_to("gate") | url if place.demo else url | given_to("gate")) | _as_role("gate", place.data)


def _for_pages(role: str, place: Installation) -> dict[str, str]:
    environment = {"REMPART_URL": place.url, "DJANGO_SETTINGS_MODULE": "rempart.config.settings"}
    environment |= given_to(role) | _as_role(role, place.data)
    environment |= {
        "REMPART_GATE_SOCKET": str(place.gate_socket),
        "REMPART_API_URL": place.api_url,
    }
    if not {"REMPART_SECRET_KEY", "REMPART_SECRET_KEY_FILE"} & environment.keys():
        file = setup.secret_key_file(place.data)
        if place.users:  # they cannot read a file of ours
            environment["REMPART_SECRET_KEY"] = file.read_text("utf-8").strip()
        else:
            environment["REMPART_SECRET_KEY_FILE"] = str(file)
    if place.demo:
        environment |= {
            "REMPART_URL": place.url,
            "REMPART_DEMO": "1",
            "REMPART_DEMO_FILE": str(place.data / "demo" / "demo.json"),
            "REMPART_TERMINAL_SOCKET": str(place.terminal_socket),
        }
    return environment


def _answers(url: str, statuses: set[int]) -> bool:
    """Does an address answer with one of these? Redirections are an answer, not followed."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(url, timeout=5) as answer:
            return answer.status in statuses
    except urllib.error.HTTPError as answer:
        return answer.code in statuses
    except (OSError, TimeoutError):
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def require_free(host: str, port: int) -> None:
    """Raise PortBusyError when something listens there already."""
    if not _is_free(host, port):
        raise PortBusyError(
            f"Port {port} of {host} is busy.",
            f"choose another one, say --port {port + 10}, or stop what uses it",
        )


def gate_port(data: Path, wanted: int | None) -> int:
    """The gate's loopback port: the one asked for, last time's, or a free one that is remembered."""
    if wanted is not None:
        require_free(LOOPBACK, wanted)
        return wanted
    memory = data / "gate.json"
    with suppress(FileNotFoundError):
        kept = int(json.loads(memory.read_text("utf-8"))["port"])
        if _is_free(LOOPBACK, kept):
            return kept
    with socket.socket() as attempt:
        attempt.bind((LOOPBACK, 0))
        free = int(attempt.getsockname()[1])
    write_private(memory, json.dumps({"port": free}))
    return free


def _is_free(host: str, port: int) -> bool:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise Fault(f"{host} is no address of this machine.", "give one with --host") from None
    family, kind, _, _, address = found[0]
    with socket.socket(family, kind) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            attempt.bind(address)
            return True
    return False
