import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rempart.database import spawn
from rempart.database.connect import dsn


@pytest.fixture(scope="module")
def pages(cluster: Path, tmp_path_factory) -> Iterator[str]:
    """The pages as they are served: one web process at a port, its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    env = {
        "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
        "REMPART_ROLE": "web",
        "REMPART_DSN": dsn("web", cluster),
        "REMPART_DATA": str(cluster),
        "REMPART_SECRET_KEY": os.environ["REMPART_SECRET_KEY"],
        "REMPART_URL": url,
    }
    how = ("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning", "--workers", "1")
    where = ("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4")
    command = [sys.executable, "-m", "granian", *how, *where, "rempart.config.wsgi:application"]
    log = tmp_path_factory.mktemp("pages") / "web.log"
    process = spawn.spawn(command, log=log, env=spawn.environment(env))
    try:
        _wait(url, log)
        yield url
    finally:
        process.terminate()
        process.wait(15)


def _wait(url: str, log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(url + "/sign-in/", timeout=5).status_code < 500:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])
