import logging
import sys

import orjson
import pytest

from rempart.config.logs import JsonLines, mask

NIR = "255081416802538"


def line_of(message, *args, exc_info=None):
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, args, exc_info)
    text = JsonLines().format(record)
    assert "\n" not in text
    return orjson.loads(text)


def test_a_line_is_json_with_time_level_and_logger():
    line = line_of("Not Found: %s", "/nowhere/")
    assert (line["level"], line["logger"], line["message"]) == (
        "error",
        "django.request",
        "Not Found: /nowhere/",
    )
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize(
    "text",
    [
        NIR,
        "2 55 08 14 168 025 38",
        "2%2055%2008%2014%20168%20025",
        "1 85 2A 04 123 456 78",
        "2-55-08-14-168-025",
        f"/look/{NIR}/",
        f"/look?nir={NIR}&x=1",
    ],
)
def test_nothing_that_could_be_a_social_security_number_is_logged(text):
    assert not any(part in mask(text) for part in ("168", "123 456"))


@pytest.mark.parametrize(
    "text", ["worker stopped; again in 30 s", "12 checks", "port 15432", "R-7F3K-29QD-M4TW"]
)
def test_ordinary_figures_stay(text):
    assert mask(text) == text


def test_an_exceptions_text_is_never_logged_only_its_kind_and_places():
    try:
        int(f"(nir)=({NIR}) canary")
    except ValueError:
        line = line_of("Internal Server Error", exc_info=sys.exc_info())
    assert line["fault"] == "ValueError"
    assert any("test_logs.py" in place for place in line["places"])
    assert "canary" not in orjson.dumps(line).decode()
