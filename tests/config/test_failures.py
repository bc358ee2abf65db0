"""Pages for when something cannot be."""

import pytest
from django.db import OperationalError
from django.test import Client

from rempart.access.doors import public

CANARY = "2550814168025"


@pytest.fixture
def broken(db, settings, monkeypatch):
    """A page that breaks with the given exception."""

    def answer(fault: Exception):
        @public
        def breaks(request):
            raise fault

        monkeypatch.setattr("tests.config.broken.view", breaks)
        settings.ROOT_URLCONF = "tests.config.broken"
        return Client(raise_request_exception=False).get(f"/broken/?nir={CANARY}")

    return answer


def test_a_fault_is_a_page_that_shows_no_value(broken):
    answer = broken(ValueError(CANARY))
    assert answer.status_code == 500
    assert "text/html" in answer["Content-Type"]
    assert CANARY not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_while_the_database_is_away_the_page_says_when_to_come_back(broken):
    answer = broken(OperationalError(f"connection to {CANARY} failed"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert CANARY not in answer.content.decode()


def test_neither_is_logged_with_what_was_asked_or_what_broke(broken, capfd):
    broken(ValueError(CANARY))
    logged = capfd.readouterr().err
    assert "ValueError" in logged
    assert CANARY not in logged
