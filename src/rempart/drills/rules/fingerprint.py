"""Can answers tell one group of persons from another? A classifier, and what chance alone would do.

Ridge regression on everything that an answer shows, scored on persons it was not trained on; its AUC is the
share of pairs, one of each group, in which it points at the right one. The same is done with the labels
shuffled, many times: an AUC that a twentieth of the shuffles reach says nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHUFFLES = 1_000
_FOLDS = 5
_RIDGE = 30.0
_MOST_WORDS = 40
Matrix = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Told:
    """How well two groups were told apart."""

    auc: float
    chance: float
    """Share of shuffles that did as well."""
    noticeable: float
    """The AUC that one shuffle in a hundred reaches: less than this could not be noticed with so few."""
    alone: tuple[str, float]
    """The feature that tells the most by itself, and its AUC away from one half."""


def told_apart(shown: Sequence[Mapping[str, Any]], labels: Sequence[bool], *, seed: int = 0) -> Told:
    """From what each person's answers showed (nested values) and which group each is of."""
    names, table = features(shown)
    truth = np.array(labels, bool)
    dice = np.random.default_rng(seed)
    folds = _folds(truth, dice)
    hats = [(test, _hat(table, test)) for test in folds]
    own = _score(hats, truth)
    shuffled = np.array([_score(hats, dice.permutation(truth)) for _ in range(SHUFFLES)])
    alone = [abs(auc(table[:, n], truth) - 0.5) for n in range(len(names))]
    best = int(np.argmax(alone))
    return Told(
        auc=own,
        chance=float((1 + (shuffled >= own).sum()) / (1 + SHUFFLES)),
        noticeable=float(np.quantile(shuffled, 0.99)),
        alone=(names[best], alone[best]),
    )


def auc(feature: NDArray[Any], truth: Labels) -> float:
    """Share of pairs in which the one of the group has more of the feature; a tie is half."""
    values, places = np.unique(feature, return_inverse=True)
    mine, theirs = (np.bincount(places[who], minlength=len(values)) for who in (truth, ~truth))
    below = np.cumsum(theirs) - theirs
    return float((mine * (below + theirs / 2)).sum() / mine.sum() / theirs.sum())


def features(shown: Sequence[Mapping[str, Any]]) -> tuple[list[str], Matrix]:
    """Numbers and dates as they are, words as a column each; what is absent is a column as well."""
    flat = [dict(_leaves("", one)) for one in shown]
    columns: dict[str, NDArray[Any]] = {}
    for name in sorted({name for one in flat for name in one}):
        values = [_number(one.get(name)) for one in flat]
        numbers = np.array([v if isinstance(v, float) else np.nan for v in values])
        known = ~np.isnan(numbers)
        if known.any():
            columns[name] = np.where(known, numbers, numbers[known].mean())
        words = sorted({v for v in values if isinstance(v, str)})[:_MOST_WORDS]
        columns |= {f"{name}={word}": np.array([v == word for v in values], float) for word in words}
    kept = {name: column for name, column in columns.items() if column.std() > 0}
    table = (
        np.array([(c - c.mean()) / c.std() for c in kept.values()]).T if kept else np.zeros((len(flat), 1))
    )
    return list(kept) or ["nothing"], table


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}" if name else str(key), inner)
    else:
        yield name, value


def _number(value: Any) -> float | str:
    """Days for a date, a number for a number, a word for the rest: `None` and a list's length too."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list):
        return float(len(value))
    try:
        return float(date.fromisoformat(str(value)).toordinal())
    except ValueError:
        return str(value)


def _folds(truth: Labels, dice: np.random.Generator) -> list[Labels]:
    """Each with its share of both groups."""
    place = np.empty(len(truth), int)
    for group in (truth, ~truth):
        place[group] = dice.permutation(np.arange(group.sum()) % _FOLDS)
    return [place == fold for fold in range(_FOLDS)]


def _hat(table: Matrix, test: Labels) -> Matrix:
    """What turns the training part's labels into the test part's scores."""
    train = table[~test]
    inner = train.T @ train + _RIDGE * np.eye(table.shape[1])
    return table[test] @ np.linalg.solve(inner, train.T)


def _score(hats: Sequence[tuple[Labels, Matrix]], truth: Labels) -> float:
    """Mean AUC over the folds that hold both groups."""
    scores = []
    for test, hat in hats:
        if truth[test].any() and not truth[test].all():
            train = truth[~test].astype(float)
            scores.append(auc(hat @ (train - train.mean()), truth[test]))
    return float(np.mean(scores)) if scores else 0.5
