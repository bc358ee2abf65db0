"""Templates as the content security policy and the catalogue want them."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import rempart

PORTAL = Path(rempart.__file__).parent / "portal"
TEMPLATES = sorted(PORTAL.rglob("templates/**/*.html"))
STYLES = sorted(PORTAL.rglob("static/**/*.css"))


def name(path: Path) -> str:
    return str(path).rpartition("/templates/")[2]


def test_there_are_templates_to_look_at():
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_compiles_and_holds_nothing_inline(path):
    get_template(name(path))
    text = path.read_text("utf-8")
    assert not re.search(
        r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:", text
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_reaches_nowhere_else(path):
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_word_of_a_page_escapes_translation(path):
    text = re.sub(
        r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
        " ",
        path.read_text("utf-8"),
        flags=re.DOTALL,
    )
    if path.name == "api_docs.html":
        return  # the API's own description is in English, and says so
    visible = re.sub(
        r"<pre.*?</pre>|<code.*?</code>|<kbd.*?</kbd>|<!doctype[^>]*>|<[^>]*>|&\w+;",
        " ",
        text,
        flags=re.DOTALL,
    )
    known = {
        "Rempart",
        "FR",
        "EN",
        "Français",
        "English",
        "AMO",
        "AMC",
        "API",
        "RPPS",
        "rempart",
        "gate",
        "limits",
        "matrix",
        "terminals",
        "openapi",
        "json",
        *("hx", "history", "false"),  # an attribute that a block of its own holds
    }
    assert set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", visible)) <= known


def test_colours_and_sizes_are_written_in_one_place():
    for path in STYLES:
        if path.name != "tokens.css":
            text = re.sub(r"@media print \{.*?\n\}", "", path.read_text("utf-8"), flags=re.DOTALL)
            found = re.findall(r"#[0-9a-f]{3,8}\b|\brgb\(|\bhsl\(", text)
            assert set(found) <= {"#fff", "rgb("}, path.name  # a QR code's paper, a dialog's veil


def test_every_token_used_exists_and_every_icon_too():
    tokens = set(
        re.findall(r"(--[a-z0-9-]+):", (PORTAL / "shared/static/rempart/tokens.css").read_text("utf-8"))
    )
    for path in STYLES:
        assert set(re.findall(r"var\((--[a-z0-9-]+)\)", path.read_text("utf-8"))) <= tokens, path.name
    sprite = (PORTAL / "shared/static/rempart/icons.svg").read_text("utf-8")
    for path in TEMPLATES:
        for icon in re.findall(r'\{% icon "(\w+)"', path.read_text("utf-8")):
            assert f'id="{icon}"' in sprite, (path.name, icon)


def test_dark_mode_gives_every_colour_its_own():
    text = (PORTAL / "shared/static/rempart/tokens.css").read_text("utf-8")
    light, dark = text.split("@media")
    colours = set(re.findall(r"(--[a-z0-9-]+): #", light))
    assert colours == set(re.findall(r"(--[a-z0-9-]+): #", dark)) | set()
