"""What receivers are told stands in the reference: every kind, every field of every form, every figure."""

import re
from pathlib import Path

import pytest

from events.samples import PLACE, SAMPLES
from rempart.events import config, lines, ocsf, syslog
from rempart.events.entry import COLUMNS
from rempart.events.kinds import KINDS
from rempart.events.metrics import figures

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "events.md").read_text()


def _section(title):
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_table_of_kinds_is_the_codes():
    rows = re.findall(
        r"^\| (\S+|any other) \| (\d{4}) \| (\d+) \| (\w+) \| ([CRUDE]) \| (.+) \|$", PAGE, re.MULTILINE
    )
    told = {"" if row[0] == "any other" else row[0].strip("`"): row[1:] for row in rows}
    assert told == {
        beginning: (str(int(k.of)), str(k.activity), k.severity.name.lower(), str(k.action), k.words)
        for beginning, k in KINDS.items()
    }


def test_every_tag_of_the_journal_has_a_kind_of_its_own_or_of_its_source():
    page = (DOCS / "reference" / "journal.md").read_text().split("\n## Tags\n")[1].split("\n## ")[0]
    tags = re.findall(r"`([a-z]+:[a-z_]+:[a-z_]+)`", page)
    nameless = [tag for tag in tags if not any(tag.startswith(one) for one in KINDS if one)]
    assert tags
    assert nameless == []


def test_every_field_of_a_line_is_described():
    fields = {"schema", "id", "place", *COLUMNS}
    assert fields <= set(re.findall(r"`(\w+)`", _section("JSON lines")))
    assert all(set(lines.line(one, PLACE)) <= fields for one in SAMPLES.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_attribute_of_an_event_is_described(name):
    made, section = ocsf.event(SAMPLES[name], PLACE), _section("OCSF")
    known = {"category_name", "class_name"}  # the words of their numbers
    assert [key for key in set(made) - known if not re.search(rf"`{key}\b", section)] == []
    assert [key for key in made["metadata"] if f"metadata.{key}" not in section] == []
    assert [key for key in made["unmapped"] if f"`{key}`" not in section] == []


def test_every_parameter_of_a_message_is_described():
    assert [one for one in syslog._PARAMETERS if f"`{one}`" not in _section("Syslog")] == []


def test_every_figure_is_described_and_no_other():
    page = (DOCS / "reference" / "metrics.md").read_text()
    made = set()
    for family in figures().registry.collect():
        made.add(family.name + ("_total" if family.type == "counter" else ""))
    assert set(re.findall(r"^\| `(rempart_\w+)`", page, re.MULTILINE)) == made


def test_every_key_of_a_sink_is_described():
    page = (DOCS / "how-to" / "send-events.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \| ", page, re.MULTILINE)) >= set(config._SHAPES)
