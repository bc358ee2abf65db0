"""The gate's own HTTP server over a gate that only notes what it is asked: quick, and without a database."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rempart.gate.app import Application
from rempart.gate.look_up import Ask
from rempart.gate.rules.reply import Reply
from rempart.gate.serve import _servers


class NotingGate:
    """Grants everything and keeps the questions."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.store = self

    async def look_up(self, ask: Ask) -> Reply:
        self.asked.append(ask)
        return Reply(200, {"verdict": "granted"})

    async def left(self, *_: Any) -> list[Any]:
        return []

    async def profession_of(self, *_: Any) -> str:
        return "operator"

    async def explain(self, *_: Any) -> None:
        return None


class Doors:
    """Where it listens, and what came through."""

    def __init__(self, path: Path, port: int) -> None:
        self.gate, self.path, self.port = NotingGate(), path, port
        self.application = Application(self.gate)  # type: ignore[arg-type]  # all that the doors need of one

    def connect(self, *, on_socket: bool = False, seconds: float = 5) -> socket.socket:
        if on_socket:
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(seconds)
            made.connect(str(self.path))
            return made
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def send(self, *parts: bytes, on_socket: bool = False, answers: int = 1) -> tuple[int, bytes]:
        """Send bytes as they are, read so many answers: the first status (0 for none) and all that came."""
        with self.connect(on_socket=on_socket) as wire:
            try:
                for part in parts:
                    wire.sendall(part)
            except OSError:  # refused before it was all sent
                pass
            got = read_answers(wire, answers)
        return status_of(got), got


def read_answers(wire: socket.socket, answers: int) -> bytes:
    got = b""
    try:
        while _whole(got) < answers and (more := wire.recv(65536)):
            got += more
    except (ConnectionResetError, TimeoutError):
        pass
    return got


def _whole(got: bytes) -> int:
    """How many complete answers stand in these bytes?"""
    count = 0
    while b"\r\n\r\n" in got:
        head, _, got = got.partition(b"\r\n\r\n")
        size = re.search(rb"content-length: (\d+)", head)
        if size is None or len(got) < int(size[1]):
            break
        got = got[int(size[1]) :]
        count += 1
    return count


def status_of(got: bytes) -> int:
    return int(got[9:12]) if got.startswith(b"HTTP/1.1 ") else 0


@contextmanager
def doors(directory: Path) -> Iterator[Doors]:
    """The servers that `rempart.gate.serve` makes, in a thread of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    made = Doors(directory / "gate.sock", port)
    servers = _servers(made.application, made.path, port)

    async def run() -> None:
        await asyncio.gather(*(server._serve() for server in servers))

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        while not all(server.started for server in servers):
            thread.join(0.01)
            assert thread.is_alive()
        yield made
    finally:
        for server in servers:
            server.should_exit = True
            server.force_exit = True
        thread.join(10)


PERSON = {"purpose": "rights", "nir": "2550814168025", "birth_date": "1955-08-14"}
BODY = json.dumps(PERSON).encode()
TOKEN = b"Authorization: Bearer rmp_x\r\n"


def post(
    body: bytes = BODY,
    headers: bytes = TOKEN,
    *,
    length: bytes | None = None,
    path: bytes = b"/api/v1/lookups",
) -> bytes:
    size = b"Content-Length: %s\r\n" % (length or str(len(body)).encode())
    head = b"POST " + path + b" HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
    return head + headers + size + b"\r\n" + body


def padded(size: int) -> bytes:
    return BODY[:-1] + b" " * (size - len(BODY)) + b"}"


def is_alive(door: Doors) -> bool:
    return door.send(b"GET /live HTTP/1.1\r\nHost: gate\r\n\r\n")[0] == 200
