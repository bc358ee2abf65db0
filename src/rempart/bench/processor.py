"""How much processor time groups of processes have used: steadier than a rate when others use the machine.

A rate falls when a neighbour takes a core; the time that one look-up costs hardly does.
"""

from collections.abc import Mapping
from contextlib import suppress

import psutil


def used(groups: Mapping[str, int]) -> dict[str, float]:
    """Name → seconds of processor used so far by that process and all it started.

    Processes that have ended are counted through the parent that waited for them.
    """
    return {name: _tree(pid) for name, pid in groups.items()}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What was used between two looks."""
    return {name: max(0.0, after[name] - before[name]) for name in before}


def busy() -> float:
    """Seconds of processor that everything on this machine has used since it started."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    return float(sum(times) - idle - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0))


def memory(groups: Mapping[str, int]) -> dict[str, int]:
    """Name → bytes that belong to that process and its children; shared pages are divided (PSS)."""
    return {name: sum(_own(process) for process in _members(pid)) for name, pid in groups.items()}


def _tree(pid: int) -> float:
    total = 0.0
    for process in _members(pid):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _members(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []


def _own(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0
