"""What the project says of itself is true: pins, rooms, exceptions to rules, settings, SQL."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rempart.cli.variables import VARIABLES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "rempart"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))
CODE = sorted([*SOURCE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
WRITTEN = [path for path in CODE if "migrations" not in path.parts]
LONGEST = 400


def _name(path):
    return str(path.relative_to(ROOT))


def test_every_dependency_is_pinned_and_carries_hashes():
    blocks = re.split(r"\n(?=\S)", (ROOT / "constraints.txt").read_text())
    pinned = {canonicalize_name(block.split("==")[0]): block for block in blocks if "==" in block}
    asked = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    asked += PROJECT["build-system"]["requires"]
    for requirement in map(Requirement, asked):
        block = pinned.get(canonicalize_name(requirement.name))
        assert block, f"{requirement.name} is not in constraints.txt: make constraints"
        version = block.split("==")[1].split()[0]
        assert requirement.specifier.contains(version), f"{requirement} but {version}: make constraints"
    assert [name for name, block in pinned.items() if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("file", sorted(ROOT.glob("constraints*.txt")), ids=lambda file: file.name)
def test_the_pins_carry_hashes_and_name_no_place_to_fetch_from(file):
    text = file.read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ ", text)
    assert [line for line in text.splitlines() if "==" in line and not line.endswith("\\")] == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_in_three_lines_what_it_means_and_imports_nothing(room):
    tree = ast.parse((room / "__init__.py").read_text())
    assert len(tree.body) == 1, "a docstring and nothing else"
    lines = (ast.get_docstring(tree) or "").splitlines()
    assert 2 < len(lines) < 6


@pytest.mark.parametrize("path", WRITTEN, ids=_name)
def test_no_file_holds_two_ideas(path):
    lines = path.read_text().count("\n")
    assert lines <= LONGEST


def test_every_exception_names_its_rule_and_every_rule_left_out_says_why():
    bare = []
    for path in WRITTEN:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"#\s*(noqa(?!: [A-Z])|type:\s*ignore(?!\[)|pragma: no)", line):
                bare.append(f"{_name(path)}:{number}")
    ignored = (ROOT / "pyproject.toml").read_text().split("ignore = [")[1].split("\n]")[0]
    bare += [line for line in ignored.splitlines() if line.strip() and "#" not in line]
    assert bare == []


@pytest.mark.parametrize("path", [ROOT / "Makefile", ROOT / ".ci" / "run"], ids=_name)
def test_what_starts_everything_needs_nothing_that_is_not_named(path):
    text = path.read_text()
    assert not re.search(r"\b(uv|poetry|npm|docker|curl|wget)\b", text)
    assert "://" not in text


def test_every_target_of_make_explains_itself():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert [t for t in targets if not re.search(rf"^{t}:.*## \w", makefile, re.MULTILINE)] == []


def _sql_of_tables():
    return [file for file in sorted(SOURCE.glob("*/sql/*.sql")) if (file.parents[1] / "migrations").exists()]


@pytest.mark.parametrize("file", _sql_of_tables(), ids=_name)
def test_every_file_of_sql_is_run_by_its_rooms_migrations(file):
    room = file.parents[1]
    loaders = (room / "migrations").glob("*.py")
    assert any(file.name in text or '"*.sql"' in text for text in (loader.read_text() for loader in loaders))


_INTERNAL = {
    "ROLE", "DSN", "GATE_SOCKET", "TERMINAL_SOCKET", "API_URL", "DEMO", "DEMO_FILE",
}  # fmt: skip
"""Given by the supervisor to its children; nobody sets them by hand."""


def test_every_setting_that_is_read_is_shown_by_config_show_and_documented():
    config = "".join(path.read_text() for path in (SOURCE / "config").glob("*.py"))
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', config)) | set(
        re.findall(r'\btext\("([A-Z_]+)"', config)
    )
    shown = {variable.name.removeprefix("REMPART_") for variable in VARIABLES}
    documented = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert read - shown - _INTERNAL == set()
    assert [v.name for v in VARIABLES if v.name not in documented] == []


def test_no_word_of_the_workshop_is_left_in_the_house():
    """Notes to oneself and paths of one machine belong in no file of the project."""
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", r"/wo" + r"rk/", r"/ro" + r"ot/\w"]))
    found = [_name(path) for path in CODE if marks.search(path.read_text())]
    assert found == []
