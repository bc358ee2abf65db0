"""The reference of import formats names every reason, field and extension there is."""

import re
from pathlib import Path

import pytest

from rempart.registry.csv_file import FIELDS
from rempart.registry.rules import fhir_write
from rempart.vocabulary.intake import Why

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "import-formats.md").read_text("utf-8")
_SOURCE = Path(fhir_write.__file__).read_text("utf-8")
EXTENSIONS = sorted(set(re.findall(r'_extension\(\s*"([a-z0-9-]+)"', _SOURCE)))


@pytest.mark.parametrize("word", [*Why, *FIELDS])
def test_every_reason_and_field_is_documented(word):
    assert f"`{word}`" in PAGE


def test_every_extension_is_documented():
    assert "last-optics" in EXTENSIONS
    assert [name for name in EXTENSIONS if f"`{name}`" not in PAGE] == []
