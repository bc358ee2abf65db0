"""The reference of detectors says every threshold as the code has it."""

import re
from pathlib import Path

import pytest

from rempart.detection.known import known

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "detectors.md"
_ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| (.+) \| (.+) \|$", re.MULTILINE)
_LEADS = {"step_up": "a step-up", "card_required": "the card", None: "nothing"}


def _sections():
    return {
        heading.strip(): body
        for heading, _, body in (
            section.partition("\n")
            for section in re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
        )
    }


@pytest.mark.parametrize("name", sorted(known()))
def test_every_threshold_stands_in_the_reference(name):
    said = {
        key: (float(value), unit, why) for key, value, unit, why in _ROW.findall(_sections().get(name, ""))
    }
    assert said == {key: (one.value, one.unit, one.why) for key, one in known()[name].limits.items()}


@pytest.mark.parametrize("name", sorted(known()))
def test_the_reference_says_what_a_signal_leads_to(name):
    detector = known()[name]
    leads_to = _LEADS[detector.leads_to]
    assert (
        f"Family {detector.family}; weight {detector.weight:.0f}; alone it leads to {leads_to}."
        in _sections()[name]
    )


def test_the_reference_names_no_detector_that_is_not_there():
    assert sorted(set(_sections()) - set(known())) == []
