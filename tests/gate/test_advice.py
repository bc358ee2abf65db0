"""Every reason has something to tell a person, in both languages."""

import pytest

from rempart.gate.rules.advice import ADVICE, advice
from rempart.vocabulary.words import Reason


@pytest.mark.parametrize("language", ADVICE)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_to_do_in_one_clean_sentence(language: str, reason: Reason) -> None:
    text = advice(reason, language)
    assert text == text.strip()
    assert text.endswith(".")
    assert "  " not in text


def test_the_two_languages_differ() -> None:
    assert all(advice(reason, "fr") != advice(reason, "en") for reason in Reason)
