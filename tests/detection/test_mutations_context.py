"""Each detector's loop broken on purpose, in its source: its cases must notice."""

import importlib
import inspect

import numpy as np
import pytest

from rempart.detection import recall
from rempart.detection.detector import SIGNAL
from rempart.detection.engine import Engine
from rempart.detection.known import known

_MUTANTS = [
    ("novelty", "known = carded or", "known ="),
    ("novelty", "strange >= 2", "strange >= 1"),
    ("scatter", "mine.at[k] = 0", "mine.at[k] += 0"),
    ("scatter", "not strange or not is_bare(entry)", "not is_bare(entry)"),
    ("peers", "mine.persons >= limits[3] * own", "True"),
    ("peers", "mine.day, mine.persons = today, 0", "mine.day = today"),
    ("geography", "says = -max(says, 0.0)", "says = 0.0"),
    ("geography", "here.score[k] + says", "here.score[k] + abs(says)"),
    ("crowd", "here.persons[k] < limits[3]", "False"),
    ("crowd", "counts = j == i", "counts = True"),
    ("crowd", "entry.declared == 1 or ", ""),
    ("campaign", "row.organisations[k] != row.organisations[mine]", "k != mine"),
    ("campaign", "limits[3] * mine.persons", "0"),
    ("proofs", "entry.person != mine.person", "True"),
    ("proofs", "mine.late += entry.at - its.good < within", "mine.late += 1"),
    ("proofs", "held = max(0.0, its.held - drained) + entry.cost", "held = its.held + entry.cost"),
]


def _loop(name, old="", new=""):
    """The module's loop as plain Python, with one line of its source replaced."""
    module = importlib.import_module(f"rempart.detection.detectors.{name}")
    source = inspect.getsource(module)
    assert old in source, "the mutation no longer fits the source"
    space = {"__name__": f"mutant_{name}"}
    exec(compile(source.replace("@loop\n", "").replace(old, new), module.__file__, "exec"), space)  # noqa: S102
    space |= {helper: _RECALL[helper] for helper in _RECALL if helper.startswith(("is_", "slot", "row_"))}
    return space["see"]


def _uncompiled(module, marker):
    space = {"__name__": f"plain_{module.__name__}"}
    exec(inspect.getsource(module).replace(marker, ""), space)  # noqa: S102
    return space


_RECALL = _uncompiled(recall, "@loop\n")


class _Row:
    """A record whose fields are attributes, as in compiled code (NumPy's own has a `device` already)."""

    def __init__(self, record):
        object.__setattr__(self, "record", record)

    def __getattr__(self, name):
        return self.record[name]

    def __setattr__(self, name, value):
        self.record[name] = value


class _Rows:
    def __init__(self, array):
        self.array = array

    def __len__(self):
        return len(self.array)

    def __getitem__(self, place):
        return _Row(self.array[place])


def _said(name, see, fed):
    detector = known()[name]
    engine = Engine([])
    index = engine._places(fed)[detector.key]
    state = np.zeros(max(1, index.max() + 1), detector.state)
    table = np.zeros(detector.table_rows, detector.table)
    table = _Rows(table) if detector.table.names else table
    limits = np.array([limit.value for limit in detector.limits.values()])
    out = np.zeros(2 * len(fed) + 50, SIGNAL)
    with np.errstate(over="ignore"):  # a hash may overflow, compiled or not
        count = see(_Rows(fed), index, _Rows(state), table, limits, _Rows(out))
    return sorted((int(one["place"]), int(one["account"])) for one in out[:count])


def _cases(name):
    return importlib.import_module(f"tests.detection.test_{name}").CASES


@pytest.mark.parametrize("name", sorted({name for name, _, _ in _MUTANTS}))
def test_the_loop_says_the_same_uncompiled(name):
    see = _loop(name)
    case = next(case for case in _cases(name) if case.says)
    assert _said(name, see, case.fed()) == sorted(case.says)


@pytest.mark.parametrize(("name", "old", "new"), _MUTANTS)
def test_a_mutant_is_noticed(name, old, new):
    see = _loop(name, old, new)
    assert any(_said(name, see, case.fed()) != sorted(case.says) for case in _cases(name))
