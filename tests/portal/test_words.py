"""Every text has its English, and what is committed is what the catalogue says."""

import gettext
import re

import pytest

from rempart.gate.rules.request import PresentReason
from rempart.portal.shared import words
from rempart.vocabulary.words import (
    STAFF,
    ActFamily,
    Channel,
    Meter,
    Profession,
    Proof,
    Purpose,
    Reason,
    RestrictionKind,
    Scope,
    Verdict,
    Window,
)
from tests.portal import catalogue, messages

PO = catalogue.LOCALE / "en" / "LC_MESSAGES" / "django.po"
_PLACES = re.compile(r"%\(\w+\)[sd]")


def _shown() -> set[str]:
    return {*messages.in_templates(), *messages.in_python(messages.SOURCE)}


def _known() -> set[str]:
    ids = set()
    for key in catalogue.read(PO):
        ids |= set(key.rpartition("\x04")[2].split("\0"))
    return ids


def test_no_text_lacks_its_english():
    assert sorted(_shown() - _known()) == []


def test_the_extraction_finds_templates_and_python_alike():
    shown = _shown()
    assert "Clé correcte" in shown  # an attribute of a template
    assert "Plafond du compte atteint" in shown  # a table in Python
    assert {"%(n)s consultation", "%(n)s consultations"} <= shown  # both forms of a plural


def test_the_compiled_catalogue_is_the_written_one():
    assert PO.with_suffix(".mo").read_bytes() == catalogue.compiled(catalogue.read(PO))


def test_translations_keep_every_placeholder():
    for key, text in catalogue.read(PO).items():
        if key:
            assert set(_PLACES.findall(key)) == set(_PLACES.findall(text)), key


def test_no_translation_is_empty():
    assert [key for key, text in catalogue.read(PO).items() if not text.strip("\0 ")] == []


def test_english_reads_the_catalogue():
    with PO.with_suffix(".mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert english.gettext("Droits ouverts") == "Rights open"
    assert english.ngettext("%(n)s consultation", "%(n)s consultations", 2) == "%(n)s look-ups"
    assert english.pgettext("preuve", "Aucune") == "None"


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (words.PROFESSIONS, list(Profession)),
        (words.ACTS, list(ActFamily)),
        (words.PURPOSES, list(Purpose)),
        (words.VERDICTS, list(Verdict)),
        (words.VERDICT_LOOKS, list(Verdict)),
        (words.REASONS, list(Reason)),
        (words.WHAT_HAPPENED, list(Reason)),
        (words.WHAT_TO_DO, list(Reason)),
        (words.RESTRICTIONS, list(RestrictionKind)),
        (words.CHANNELS, list(Channel)),
        (words.PRESENT_REASONS, list(PresentReason)),
        (words.PROOFS, [proof.name.lower() for proof in Proof]),
        (words.METERS, [meter.name.lower() for meter in Meter]),
        (words.WINDOWS, [window.name.lower() for window in Window]),
        (words.SCOPES, [scope.name.lower() for scope in Scope]),
    ],
)
def test_every_machine_word_has_words(table, keys):
    assert [key for key in keys if str(key) not in table] == []


def test_a_word_that_is_not_known_is_shown_as_it_is():
    assert words.word(words.REASONS, "brand_new") == "brand_new"
    assert words.word(words.REASONS, None) == ""


def test_staff_are_professions_with_words():
    assert all(str(one) in words.PROFESSIONS for one in STAFF)
