"""The database knows every shipped threshold: by them it tells what loosens. REWRITE=1 writes the file."""

import os
from pathlib import Path

from rempart import detection
from rempart.detection.known import known

_FILE = Path(detection.__file__).parent / "sql" / "05_thresholds.sql"
_HEAD = "-- Written by tests/detection/test_thresholds.py from the detectors' own limits.\n"


def _rows():
    return [
        f"    ('{name}', '{key}', {limit.value:g}, '{limit.looser}')"
        for name, detector in known().items()
        for key, limit in detector.limits.items()
    ]


def test_the_database_knows_every_shipped_threshold():
    text = f"{_HEAD}insert into detection.threshold values\n" + ",\n".join(_rows()) + ";\n"
    if os.environ.get("REWRITE"):
        _FILE.write_text(text, "utf-8")
    assert _FILE.read_text("utf-8") == text, "run it again with REWRITE=1"
