"""`rempart serve`: make everything ready, start the processes, watch them until told to stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from rempart.cli import processes, users
from rempart.cli.options import DATA, PORT, Data, GatePort, MetricsPort, Port
from rempart.cli.processes import Installation
from rempart.cli.screen import step
from rempart.cli.supervisor import (
    Stopped,
    Supervisor,
    end_left_over,
    ignore_signals,
    stopping_on_signals,
)
from rempart.database import directory, setup
from rempart.database.embedded import Cluster
from rempart.journal import signer
from rempart.vault.create_keys import create_keys

Say = Callable[[str], None]


@contextmanager
def supervised(data: Path, say: Say) -> Iterator[Supervisor]:
    """A supervisor that holds the directory. Leaving the block stops every child; `Stopped` ends here."""
    with directory.held(data), stopping_on_signals(), suppress(Stopped):
        end_left_over(str(data))
        supervisor = Supervisor(say)
        try:
            yield supervisor
        finally:
            ignore_signals()
            supervisor.stop()


def start_database(supervisor: Supervisor, data: Path, say: Say) -> None:
    """Start the embedded server (or note the external one), then keys, roles, tables, grants."""
    setup.require_same_database(data)
    if not setup.is_external():
        cluster = Cluster(data, say)
        cluster.prepare()
        supervisor.start(processes.postgres(cluster))
    create_keys(data)
    signer.create(data)
    setup.setup(data, say)


def start_doors(
    supervisor: Supervisor, place: Installation, say: Say, metrics_port: int | None = None
) -> None:
    """Start the gate, pages, worker, detectors, sealer, sorter, teller; each ready before the next."""
    say("The gate")
    supervisor.start(processes.gate(place))
    say("The pages")
    supervisor.start(processes.web(place))
    supervisor.start(processes.worker(place))
    supervisor.start(processes.detector(place))
    supervisor.start(processes.sealer(place))
    for child in (processes.copies(place), processes.events(place, metrics_port)):
        if child:
            supervisor.start(child)


def serve(  # noqa: PLR0913  # each is an option
    *,
    data: Data = DATA,
    port: Port = PORT,
    host: Annotated[str, Parameter(help="Address the pages listen on; a reverse proxy stands in front.")] = (
        processes.LOOPBACK
    ),
    gate_port: GatePort = None,
    metrics_port: MetricsPort = None,
    gate_user: Annotated[str | None, Parameter(help="System user of the gate; root only.")] = None,
    web_user: Annotated[str | None, Parameter(help="System user of pages and worker; root only.")] = None,
    detector_user: Annotated[str | None, Parameter(help="System user of the detectors; root only.")] = None,
    sealer_user: Annotated[str | None, Parameter(help="System user of the sealer; root only.")] = None,
) -> None:
    """Serve an installation, all its processes watched until SIGTERM or Ctrl-C."""
    chosen = users.find(gate_user, web_user, detector_user, sealer_user)
    data = directory.make(data)
    with supervised(data, step) as supervisor:
        processes.require_free(host, port)
        place = Installation(data, host, port, processes.gate_port(data, gate_port), users=chosen)
        start_database(supervisor, data, step)
        users.give_folders(data, chosen)
        start_doors(supervisor, place, step, metrics_port)
        step(f"Ready at {place.url} (software: {place.api_url}/api/v1/lookups). Ctrl-C stops it.")
        supervisor.watch()
