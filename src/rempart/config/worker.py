"""The worker: `python -m rempart.config.worker`. Runs the periodic tasks as role `worker`.

It outlives the database: when the connection breaks it starts over, a little later each time.
"""

import logging
import os
import sys
import threading
from typing import Any

_LONGEST = 30.0
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
    _work()
    return 0


def _work() -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415  # needs Django's settings

    wait = 1.0
    while True:
        try:
            _run(app)
        except KeyboardInterrupt:
            return
        except Exception as fault:  # noqa: BLE001  # whatever broke, the next try may do
            _logger.warning("worker stopped (%s); again in %.0f s", type(fault).__name__, wait)
            threading.Event().wait(wait)
            wait = min(_LONGEST, wait * 2)
        else:
            return  # it was asked to stop


def _run(app: Any) -> None:
    connector = app.connector.get_worker_connector()
    with app.replace_connector(connector):
        app.run_worker(concurrency=1, delete_jobs="always", shutdown_graceful_timeout=5, name="rempart")


if __name__ == "__main__":
    sys.exit(main())
