"""`python -m rempart.bench.load`: a light load generator, in a process of its own.

Requests are whole before the clock starts; each of the connections, from a loopback address of its own,
sends the next one when its answer is in. One JSON object on standard output tells the run.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import uvloop

from rempart.bench import plan as plans
from rempart.bench import processor
from rempart.bench.requests import requests
from rempart.bench.rules.figures import Run

_STATUS = slice(9, 12)
"""`HTTP/1.1 200 OK`"""
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_REFERENCE = b'"reference":"'
_REFERENCE_LENGTH = 16


@dataclass(slots=True)
class Tally:
    """What came back."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    references: list[str] | None = None
    """References of granted answers, where they are to be kept."""

    def note(self, answer: bytes, seconds: float) -> None:
        status = answer[_STATUS].decode()
        self.latencies.append(seconds)
        self.statuses[status] += 1
        if self.references is not None and status == "200":
            start = answer.find(_REFERENCE) + len(_REFERENCE)
            self.references.append(answer[start : start + _REFERENCE_LENGTH].decode())


class Connection(asyncio.Protocol):
    """One kept-alive connection: ask, wait for the whole answer, ask again until told to stop."""

    def __init__(self, source: Iterator[bytes], tally: Tally) -> None:
        self._source = source
        self._tally = tally
        self._received = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None
        self.stopping = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    def ask(self) -> None:
        """Send the next request; without one, or told to stop, be done."""
        request = None if self.stopping else next(self._source, None)
        if request is None or self._transport is None:
            self._finish()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(_END)
        if head < 0 or len(self._received) < head + len(_END) + _length(self._received):
            return
        self._tally.note(self._received, time.perf_counter() - self._began)
        self._received = b""
        self.ask()

    def connection_lost(self, _fault: Exception | None) -> None:
        if not self.done.done():
            self._tally.statuses["lost"] += 1
        self._finish()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        if self._transport is not None:
            self._transport.close()


def _length(answer: bytes) -> int:
    start = answer.find(_LENGTH) + len(_LENGTH)
    return int(answer[start : answer.find(b"\r\n", start)])


async def drive(  # the run's own words
    port: int,
    source: Iterator[bytes],
    *,
    connections: int,
    seconds: float,
    watched: dict[str, int],
    references: bool = False,
) -> tuple[Run, list[str]]:
    """Ask over `connections` for so long, or until `source` ends; the run and the references kept."""
    tally = Tally(references=[] if references else None)
    loop = asyncio.get_running_loop()
    opened: list[Connection] = []
    for n in range(connections):
        _, protocol = await loop.create_connection(
            lambda: Connection(source, tally), "127.0.0.1", port, local_addr=(f"127.0.1.{1 + n % 250}", 0)
        )
        opened.append(protocol)
    watched = watched | {"load": os.getpid()}
    before, busy, began = processor.used(watched), processor.busy(), time.perf_counter()
    for one in opened:
        one.ask()

    def stop() -> None:
        for one in opened:
            one.stopping = True

    timer = loop.call_later(seconds, stop)
    await asyncio.gather(*(one.done for one in opened))
    timer.cancel()
    elapsed = time.perf_counter() - began
    used = processor.spent(before, processor.used(watched))
    others = max(0.0, processor.busy() - busy - sum(used.values())) / elapsed
    return Run(tally.latencies, elapsed, dict(tally.statuses), used, others), tally.references or []


async def _run(chosen: argparse.Namespace) -> dict[str, Any]:
    ready = list(
        requests(plans.read(chosen.plan), chosen.count, chosen.proven, random.Random(chosen.seed))  # noqa: S311  # whom to ask is no secret
    )
    gc.freeze()
    run, references = await drive(
        chosen.port,
        iter(ready),
        connections=chosen.connections,
        seconds=chosen.seconds,
        watched={name: int(pid) for name, pid in (pair.split("=") for pair in chosen.watch)},
        references=chosen.references,
    )
    return {"run": asdict(run), "references": references}


def main() -> None:
    """Read the command line, prepare, run, print."""
    parser = argparse.ArgumentParser(description="Ask the gate as fast as it answers.")
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True, help="requests made and signed beforehand")
    parser.add_argument("--proven", type=float, required=True, help="share of look-ups with a card")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--watch", nargs="*", default=[], help="NAME=PID whose processor time counts")
    parser.add_argument("--references", action="store_true", help="print the granted answers' references")
    json.dump(uvloop.run(_run(parser.parse_args())), sys.stdout)


if __name__ == "__main__":
    main()
