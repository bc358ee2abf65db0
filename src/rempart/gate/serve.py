"""The gate process: `python -m rempart.gate.serve --data DIR --socket PATH --port N`.

Started with the gate role's secret, the index key and the master key, and no other; no Django here.
One event loop, two doors: a Unix socket for pages and a loopback port for software.
"""

import argparse
import asyncio
import logging
import os
import resource
import signal
from pathlib import Path

import uvicorn
import uvloop

from rempart.database.connect import dsn
from rempart.gate.app import Application, keep_up
from rempart.gate.dpop import Proofs
from rempart.gate.look_up import Gate
from rempart.gate.protocol import GateProtocol
from rempart.gate.store import Faults, Store
from rempart.vault.blind_index import BlindIndex
from rempart.vault.master import load_master

_log = logging.getLogger(__name__)
_DESCRIPTORS = 65_536
_PATIENCE = 60
"""Seconds to wait for the database at start."""


class _Server(uvicorn.Server):
    """Two servers share one loop: signals are handled once, outside."""

    def install_signal_handlers(self) -> None: ...


async def _connected(address: str) -> Store:
    told = None
    for _ in range(_PATIENCE * 2):
        try:
            return await Store.connect(address)
        except Faults as fault:  # its message may name a host and a role; its kind says enough
            if type(fault) is not told:
                _log.warning("no database yet (%s)", type(fault).__name__)
            told = type(fault)
        await asyncio.sleep(0.5)
    raise SystemExit("The gate cannot reach its database: see `rempart doctor`.")


def _servers(application: Application, socket: Path, port: int) -> list[_Server]:
    common = {
        "log_level": "error",  # a line for each malformed request would let strangers fill the disk
        "access_log": False,
        "lifespan": "off",
        "http": GateProtocol,
        "loop": "none",
        "ws": "none",
        "proxy_headers": False,
        "server_header": False,
        "date_header": True,
        "timeout_keep_alive": 65,
        "backlog": 1024,
    }
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket.unlink(missing_ok=True)
    return [
        _Server(uvicorn.Config(application, uds=str(socket), **common)),  # type: ignore[arg-type]  # one dict, many types
        _Server(uvicorn.Config(application, host="127.0.0.1", port=port, **common)),  # type: ignore[arg-type]
    ]


async def serve(data: Path, socket: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    keys = data / "keys"
    store = await _connected(dsn("gate", data))
    gate = Gate(store, BlindIndex.load(keys), load_master(keys))
    proofs = Proofs([os.environ.get("REMPART_URL", ""), f"http://127.0.0.1:{port}"])
    application = Application(gate, os.environ.get("REMPART_TRUSTED_PROXY"), proofs)
    servers = _servers(application, socket, port)

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop)
    upkeep = asyncio.create_task(keep_up(gate))
    try:
        await asyncio.gather(*(server._serve() for server in servers))  # noqa: SLF001  # serve() would take the signals
    finally:
        upkeep.cancel()
        await store.close()


def _allow_many_connections() -> None:
    """As many as the system lets us: else a thousand idle ones would leave no descriptor for the next."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, _DESCRIPTORS)), hard))


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="The gate: the only process that opens a person's record.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    os.umask(0o077)
    _allow_many_connections()
    uvloop.run(serve(chosen.data, chosen.socket, chosen.port))


if __name__ == "__main__":
    main()
