"""The worker: `python -m rempart.config.worker`. Runs the periodic tasks as role `worker`.

It outlives the database: when its connections break it starts over, a little later each time.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

_LONGEST = 30.0
_PATIENCE = 10.0
"""Seconds to end in order once asked: a database that is gone as well would hold us for longer."""
_WELL = 60.0
"""After so many seconds of work the next break is a new one."""
_logger = logging.getLogger("rempart.worker")


def main() -> int:
    """Work until SIGTERM or SIGINT; 0 after a clean stop, 1 when the settings are wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.config.settings")
    os.environ.setdefault("REMPART_ROLE", "worker")
    import django  # noqa: PLC0415  # after the environment is set
    from django.core.management.base import BaseCommand, SystemCheckError  # noqa: PLC0415

    django.setup()
    try:
        BaseCommand().check(tags=["security"])  # not the addresses: it serves no page
    except SystemCheckError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    from procrastinate.contrib.django import app  # noqa: PLC0415  # needs Django's settings

    Worker(app).work()
    return 0


class Worker:
    """Runs procrastinate's worker again and again, until it is asked to stop."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._asked = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._last_resort = threading.Timer(_PATIENCE, os._exit, [0])
        self._last_resort.daemon = True

    def work(self) -> None:
        """Until asked to stop; whoever ends in order is not ended otherwise."""
        try:
            self._work()
        finally:
            self._last_resort.cancel()

    def _work(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        wait = 1.0
        while not self._asked.is_set():
            began = time.monotonic()
            fault = self._once()
            if self._asked.is_set():
                return
            wait = 1.0 if time.monotonic() - began > _WELL else min(_LONGEST, wait * 2)
            _logger.warning("the worker's connections broke (%s); again in %.0f s", fault, wait)
            self._asked.wait(wait)

    def _once(self) -> str:
        try:
            asyncio.run(self._run())
        except Exception as fault:  # noqa: BLE001  # whatever broke, the next try may do
            return type(fault).__name__
        return "stopped by itself"

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        with self._app.replace_connector(self._app.connector.get_worker_connector()):
            async with self._app.open_async():
                self._task = asyncio.create_task(
                    self._app.run_worker_async(
                        concurrency=1,
                        delete_jobs="always",
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=5,
                        name="rempart",
                    )
                )
                if self._asked.is_set():
                    self._task.cancel()
                with suppress(asyncio.CancelledError):
                    await self._task

    def _stop(self, *_: object) -> None:
        if self._asked.is_set():
            return
        self._asked.set()
        self._last_resort.start()
        if self._loop and self._task and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)


if __name__ == "__main__":
    sys.exit(main())
