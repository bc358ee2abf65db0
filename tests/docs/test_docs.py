"""The documentation describes what is there, commands to columns, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from docs import grants
from rempart.cli.main import app
from rempart.gate.rules.advice import HOW_TO_STEP_UP, advice, how
from rempart.vocabulary.words import Reason, Verdict

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
IMAGES = sorted((DOCS / "images").glob("*.png"))
EVERYWHERE = {"--data", "--json"}
"""Described once, at the top of the page."""


def _name(path):
    return str(path.relative_to(ROOT))


# ------------------------------------------------------------------------------------------ commands


def _commands(found, path=()):
    for name in found:
        if not name.startswith("-"):
            yield (*path, name)
            yield from _commands(found[name], (*path, name))


def _sections():
    """Words of a command → what the reference says of it."""
    text = (DOCS / "reference" / "command-line.md").read_text()
    found = {}
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        words = [word for word in heading.strip("`").split()[1:] if word == word.lower() and word.isascii()]
        found[tuple(words)] = heading + re.split(r"^## ", body, flags=re.MULTILINE)[0]
    return found


def _command(words):
    found = app
    for word in words:
        found = found[word]
    return found


def _does_something(words):
    return _command(words).default_command is not None


DOING = sorted({words for words in _commands(app) if _does_something(words)})


@pytest.mark.parametrize("words", DOING, ids=" ".join)
def test_a_command_is_in_the_reference_with_all_its_options(words):
    said = _sections().get(words)
    assert said, f"docs/reference/command-line.md has no section for rempart {' '.join(words)}"
    options = {
        name
        for argument in _command(words).assemble_argument_collection()
        if argument.parameter.show is not False and not _is_given_by_place(argument)
        for name in argument.names
        if name.startswith("--") and not name.startswith("--no-")
    }
    assert [name for name in sorted(options - EVERYWHERE) if name not in said] == []


def _is_given_by_place(argument):
    return argument.index is not None


def test_the_reference_names_no_command_that_is_not_there():
    assert sorted(set(_sections()) - set(DOING)) == []


# ------------------------------------------------------------------------------------- reasons, roles


def _reasons():
    text = (DOCS / "reference" / "api.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_is_in_the_reference_with_its_way_out_and_its_advice(reason):
    verdict, status, ways, said = _reasons()[reason]
    assert re.findall(r"`(\w+)`", ways) == list(how(reason))
    assert said == advice(reason, "en")
    assert (Verdict.CHALLENGED in verdict) == ("401" in status) or reason == Reason.CREDENTIAL


def test_the_reference_tells_the_ways_and_the_advice_of_level_3():
    text = " ".join((DOCS / "reference" / "api.md").read_text().split())
    assert " then ".join(f"`{way}`" for way in HOW_TO_STEP_UP[3]) in text
    assert advice(Reason.ASSURANCE, "en", 3) in text


def test_the_reference_names_no_reason_that_is_not_there():
    rows = {name for name in _reasons() if name not in {"purpose", "nir", "birth_date"}}
    assert rows - set(Reason) == set()


def test_roles_and_grants_are_those_of_the_file():
    assert grants.of_page() == grants.of_sql()


def test_every_column_of_the_journal_has_its_meaning():
    table = (ROOT / "src/rempart/journal/sql/tables.sql").read_text().split("create table journal.entry (")[1]
    columns = re.findall(r"^    (\w+)\s+\w", table.split("primary key")[0], re.MULTILINE)
    page = (DOCS / "reference" / "journal.md").read_text()
    described = re.findall(r"^\| `(\w+)` \| \w+ \| \S", page, re.MULTILINE)
    assert described == columns


_TAG = r"""["']((?:access|gate|intake|installation|worker|care|audit|response):\w+:\w+)["']"""


def test_every_tag_that_is_written_is_in_the_reference():
    source = ROOT / "src" / "rempart"
    files = [path for ending in ("py", "sql") for path in source.rglob(f"*.{ending}")]
    text = "".join(path.read_text() for path in files if "portal" not in path.parts)
    page = (DOCS / "reference" / "journal.md").read_text()
    assert [tag for tag in sorted(set(re.findall(_TAG, text))) if f"`{tag}`" not in page] == []


# ------------------------------------------------------------------------------------- links, pictures


def _anchors(page):
    """As forges make them: small letters, accents kept, spaces to hyphens, punctuation gone."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", _without_code(page.read_text()), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(plain.replace(" ", "-"))
    return found


def _without_code(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_inside_leads_somewhere(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_page_is_on_the_map():
    said = (DOCS / "README.md").read_text() + (DOCS / "decisions" / "README.md").read_text()
    assert [_name(page) for page in DOCS.rglob("*.md") if page.name not in said] == []


def test_pages_that_commands_name_exist():
    text = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    assert [name for name in set(re.findall(r"docs/[\w/-]+\.md", text)) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("image", IMAGES, ids=_name)
def test_a_picture_is_small_and_shown(image):
    assert image.stat().st_size <= 150_000
    assert any(f"images/{image.name}" in page.read_text() for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_names_no_path_of_one_machine_and_no_figure_to_come(page):
    marks = [
        "/wo" + "rk/",
        "/ro" + "ot/",
        "/ho" + "me/",
        "/t" + "mp/",
        "TO" + "DO",
        "FIX" + "ME",
        "localhost:5432",
    ]
    assert [mark for mark in marks if mark in page.read_text()] == []
