"""What every detector's tests ask of it. A case: rows, and the places (from 1) of those that signal."""

from dataclasses import replace
from functools import cache
from inspect import getsource
from sys import modules

import numpy as np

from rempart.detection.engine import Engine, Run
from rempart.detection.known import known
from tests.detection.feed import entries


def places(name, rows, *, batch=None, see=None, **limits):
    """Places of the rows that signal, from 1."""
    fed = entries(rows)
    detector = known()[name] if see is None else replace(known()[name], see=see)
    engine = Engine([Run.shipped(detector, limits)])
    size = batch or len(fed)
    return [one.seq for first in range(0, len(fed), size) for one in engine.see(fed[first : first + size])]


def same_wherever_batches_end(name, cases):
    """All cases beside each other, each with an account and persons of its own."""
    rows = [
        row
        | {
            "account": 1000 * n + row.get("account", 7),
            "organisation": 1000 * n + row.get("organisation", 70),
        }
        | {"person": 10**6 * n + row.get("person", place + 1)}
        for n, (fed, _) in enumerate(cases.values())
        for place, row in enumerate(fed)
    ]
    rows.sort(key=lambda row: row["after"])
    whole = places(name, rows)
    assert whole, "nothing to compare"
    for batch in (1, 7):
        assert places(name, rows, batch=batch) == whole


def every_limit_counts(name, cases, changed):
    """Each threshold, changed, changes what is said of one of the cases."""
    assert set(changed) == set(known()[name].limits)
    for limit, (value, case) in changed.items():
        rows, expected = cases[case]
        assert places(name, rows, **{limit: value}) != expected, limit


@cache
def mutated(name, old, new):
    """The detector's loop with one piece of its source text changed, as plain Python."""
    source = getsource(modules[known()[name].see.py_func.__module__])
    assert source.count(old) == 1, f"{name}: {old!r} is there {source.count(old)} times"
    space = {"__name__": f"mutated_{name}"}
    exec(source.replace(old, new).replace("@loop\n", ""), space)  # noqa: S102  # our own text, changed
    see = space["see"]

    def plain(fed, index, state, table, limits, out):
        records = (
            array.view(np.recarray) if array.dtype.names else array for array in (fed, state, table, out)
        )
        fed, state, table, out = records
        with np.errstate(over="ignore"):  # compiled, a hash wraps in silence
            return see(fed, index, state, table, limits, out)

    return plain
