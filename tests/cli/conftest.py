import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_COMMAND = """
from rempart.cli.{module} import app
from rempart.cli.screen import fail
from rempart.vocabulary.faults import Fault
try:
    app(exit_on_error=False)
except Fault as fault:
    fail(fault)
"""
_OURS = {"REMPART_ROLE", "REMPART_DSN"}


@pytest.fixture
def command(cluster: Path) -> Callable[[str], Callable[..., tuple[int, str, str]]]:
    """`command("letters")("list", "--json")` → exit code, standard output, standard error."""
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}

    def of(module: str) -> Callable[..., tuple[int, str, str]]:
        def run(*words: str, given: str = "") -> tuple[int, str, str]:
            done = subprocess.run(
                [sys.executable, "-c", _COMMAND.format(module=module), *words],
                input=given,
                capture_output=True,
                text=True,
                env=environment | {"REMPART_DATA": str(cluster)},
                check=False,
                timeout=120,
            )
            return done.returncode, done.stdout, done.stderr

        return run

    return of
