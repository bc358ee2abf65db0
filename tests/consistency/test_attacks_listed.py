"""The table of attacks in the docs is the code's, and the other way round."""

import re
from pathlib import Path

from rempart.cli.drill import app
from rempart.drills.attacks.attack import known
from rempart.drills.honest.controls import CONTROLS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "drills.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d+ \|", line)
]


def _named(cell):
    return set(re.findall(r"`([\w.-]+)`", cell))


def test_the_table_has_all_twenty_nine():
    assert [int(row[0]) for row in ROWS] == list(range(1, 30))
    assert [row[1] for row in ROWS if not any(row[2:])] == []


def test_every_simulated_attack_stands_there_with_its_detector():
    told = {}
    for row in ROWS:
        for part in row[3].split(";"):
            names, _, detector = part.partition("→")
            woken = re.search(r"`(\w+)`", detector)
            told |= dict.fromkeys(_named(names), woken[1] if woken else "")
    assert told == {attack.name: attack.detector for attack in known().values()}


def test_every_live_drill_of_the_table_is_a_command():
    commands = set(app)
    assert {name for row in ROWS for name in _named(row[2])} <= commands


def test_every_file_of_the_table_is_there():
    inside = {path.name for path in (ROOT / "src" / "rempart" / "drills" / "inside").glob("*.py")}
    named = {name for row in ROWS for name in _named(row[4])}
    assert {name for name in named if name.endswith(".py")} == inside - {"__init__.py", "tries.py"}
    paths = {path for row in ROWS for path in re.findall(r"`(tests/[\w/.]+)`", row[4])}
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_control_stands_there():
    section = PAGE.split("The benign controls", 1)[1].split("##", 1)[0]
    assert set(re.findall(r"`(\w+)`", section)) == set(CONTROLS)
