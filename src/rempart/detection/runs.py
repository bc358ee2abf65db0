"""Which detectors run, by which thresholds: the shipped ones, and what the installation changed."""

from collections.abc import Iterable

from rempart.detection.engine import Run
from rempart.detection.known import known

OFF, OBSERVE, ENFORCE = 0.0, 1.0, 2.0
"""Values of the setting `mode`."""

Setting = tuple[str, str, bool, float]
"""Detector, threshold (or `mode`), trial, value."""


def chosen(settings: Iterable[Setting] = ()) -> list[Run]:
    """The runs in force, and beside each whose thresholds are tried, a second that only observes.

    A detector that needs a source which is not connected runs once `connected` is set to 1 for it.
    """
    settings = list(settings)
    runs = []
    for name, detector in known().items():
        own = {key: value for which, key, trial, value in settings if which == name and not trial}
        tried = {key: value for which, key, trial, value in settings if which == name and trial}
        mode = own.pop("mode", ENFORCE)
        if own.pop("connected", 0.0 if detector.needs else 1.0) and mode != OFF:
            runs.append(Run.shipped(detector, own, observed=mode == OBSERVE))
        if tried:
            runs.append(Run.shipped(detector, own | tried, observed=True))
    return runs
