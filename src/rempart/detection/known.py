"""The detectors that there are: every module of `detectors/`, by name."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from rempart.detection import detectors
from rempart.detection.detector import Detector


@cache
def known() -> dict[str, Detector]:
    """Name → detector, in the order of names."""
    names = sorted(module.name for module in iter_modules(detectors.__path__))
    return {name: import_module(f"{detectors.__name__}.{name}").DETECTOR for name in names}
