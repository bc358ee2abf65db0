"""The loop around the library's worker: whatever ends it but a request to stop, it begins again."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager, contextmanager

import pytest

from rempart.config import worker


class FlakyApp:
    """Breaks, then ends by itself as the library does when its listener dies, then works until stopped."""

    def __init__(self) -> None:
        self.runs = 0
        self.connector = self

    def get_worker_connector(self):
        return self

    @contextmanager
    def replace_connector(self, _):
        yield

    @asynccontextmanager
    async def open_async(self):
        yield

    async def run_worker_async(self, **_):
        self.runs += 1
        if self.runs == 1:
            raise ConnectionError
        if self.runs > 2:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(30)


@pytest.fixture(autouse=True)
def _same_signals_afterwards():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_begins_again_until_it_is_asked_to_stop(monkeypatch):
    monkeypatch.setattr(worker, "_LONGEST", 0.01)
    app = FlakyApp()
    monkeypatch.setattr(worker, "_PATIENCE", 0.5)
    ended = []
    monkeypatch.setattr(worker.os, "_exit", ended.append)
    worker.Worker(app).work()
    assert app.runs == 3
    time.sleep(0.7)
    assert ended == []  # it ended in order: nothing ends it a second time
