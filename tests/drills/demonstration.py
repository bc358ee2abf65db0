"""The command line as somebody types it, beside the test run's own settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

REMPART = Path(sys.executable).with_name("rempart")
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("REMPART_", "DJANGO_"))
}
"""Without what the test run's own pages are told."""


def drill(data: Path, *words: str) -> dict:
    """What `rempart drill … --json` prints."""
    return ended(begun(data, *words))


def begun(data: Path, *words: str) -> subprocess.Popen:
    """The same, started; several may go on at once."""
    return subprocess.Popen(
        [REMPART, "drill", *words, "--data", data, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def ended(running: subprocess.Popen) -> dict:
    out, err = running.communicate(timeout=300)
    assert running.returncode == 0, err + out
    return json.loads(out)
