"""What a list of timings says: a rate, percentiles, and how they compare with a reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

SHOWN = (50, 95, 99)
_MILLI = 1_000
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run of a load generator."""

    latencies: Sequence[float]
    """Seconds from a request's first byte out to its answer's last byte in, one for each answer."""
    seconds: float
    statuses: dict[str, int]
    processor: dict[str, float]
    """Name of a group of processes → seconds of processor that it used meanwhile, the generator's too."""
    others: float = 0.0
    """Processors that everything else on the machine kept busy meanwhile."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` % of the values do not exceed (nearest rank).

    `ordered` is sorted. Raises ValueError when it is empty.
    """
    if not ordered:
        raise ValueError("no value, no percentile")
    return ordered[max(1, ceil(len(ordered) * percent / 100)) - 1]


def described(run: Run) -> dict[str, Any]:
    """A run as it stands in the report: rate, latencies in ms, processor time for one look-up in µs."""
    if not run.latencies:
        return {"per_second": 0.0, "statuses": run.statuses}
    ordered = sorted(run.latencies)
    costs = {name: used / len(ordered) * _MICRO for name, used in run.processor.items()}
    return {
        "per_second": round(run.rate, 1),
        "answers": len(ordered),
        "seconds": round(run.seconds, 2),
        "latency_ms": {f"p{n}": round(percentile(ordered, n) * _MILLI, 2) for n in SHOWN},
        "cpu_us_per_lookup": {name: round(cost, 1) for name, cost in costs.items()},
        "busy_otherwise": round(run.others, 2),
        "statuses": dict(sorted(run.statuses.items())),
    }


def ratio(figure: float, reference: float) -> float | None:
    """A figure against a named limit of the same run; None when the limit was not measured."""
    return round(figure / reference, 3) if reference else None


def median_difference(ones: Sequence[float], others: Sequence[float]) -> float:
    """How much longer the first took, median against median, in the unit given."""
    return percentile(sorted(ones), 50) - percentile(sorted(others), 50)


def capacity(report: dict[str, Any], cores: int) -> float | None:
    """Look-ups a second that this many cores would serve if nobody else used them; computed, not measured."""
    cost = sum(report.get("cpu_us_per_lookup", {}).values())
    return round(cores * _MICRO / cost, 1) if cost else None


def middle(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of several runs the one in the middle, with every run's rate beside it."""
    ordered = sorted(reports, key=lambda report: float(report["per_second"]))
    return ordered[len(ordered) // 2] | {"each_per_second": [report["per_second"] for report in reports]}
