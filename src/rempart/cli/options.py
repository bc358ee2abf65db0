"""Options that several commands share, so that they are named and explained alike everywhere."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Data = Annotated[
    Path,
    Parameter(
        name="--data",
        env_var="REMPART_DATA",
        help="The data directory: database, secrets, keys, logs.",
    ),
]
Port = Annotated[int, Parameter(name="--port", env_var="REMPART_PORT", help="Port of the pages.")]
GatePort = Annotated[
    int | None,
    Parameter(name="--gate-port", help="Loopback port of the gate's API; kept from last time otherwise."),
]
MetricsPort = Annotated[
    int | None,
    Parameter(
        name="--metrics-port",
        env_var="REMPART_METRICS_PORT",
        help="Figures for Prometheus on this port of this machine alone; none otherwise.",
    ),
]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON for programs.")]

DATA = Path("var")
PORT = 8000
