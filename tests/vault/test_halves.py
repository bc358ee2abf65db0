"""Intake's process never loads the half of the vault that opens."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "rempart.registry.load",
        "rempart.registry.fhir_file",
        "rempart.registry.csv_file",
        "rempart.access.directory.load",
    ],
)
def test_an_import_loads_neither_opening_nor_master_key_nor_django(module):
    code = (
        f"import sys, {module};"
        "print([name for name in sys.modules if name in ('rempart.vault.opening', 'rempart.vault.master',"
        " 'rempart.vault.insurer_keys', 'rempart.registry.rekey') or name.split('.')[0] == 'django'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
