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
    done = subprocess.run(
        [REMPART, "drill", *words, "--data", data, "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)
