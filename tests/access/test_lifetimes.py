from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from rempart.access.models import Session
from rempart.access.rules.browsers import label
from rempart.access.rules.lifetimes import expires_at, worth_writing
from tests.access.test_sessions import row_of

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def after(assurance, *, minutes, anonymous=False):
    now = START + timedelta(minutes=minutes)
    return expires_at(now, START, assurance, anonymous=anonymous) - now


def test_a_session_ends_after_half_an_hour_of_silence():
    assert all(after(level, minutes=90) == timedelta(minutes=30) for level in (1, 2, 3))


def test_no_session_outlives_the_working_day():
    assert after(2, minutes=12 * 60 - 10) == timedelta(minutes=10)
    assert all(after(level, minutes=12 * 60 - 10) == timedelta(minutes=10) for level in (1, 2, 3))


def test_a_session_of_nobody_lasts_an_hour():
    assert after(1, minutes=0, anonymous=True) == timedelta(hours=1)


def test_signs_of_life_are_written_once_a_minute():
    assert not worth_writing(START, START + timedelta(seconds=59))
    assert worth_writing(START, START + timedelta(seconds=60))


def test_using_a_page_moves_the_end_and_silence_lets_it_come(person):
    client = person().sign_in()
    key = row_of(client).pk
    Session.objects.filter(pk=key).update(expire_date=timezone.now() + timedelta(minutes=5))
    assert client.get("/account/second-factor/").status_code == 200
    assert row_of(client).expire_date > timezone.now() + timedelta(minutes=29)
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/account/second-factor/").status_code == 302


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_browser_is_called_by_its_name_and_system(header, expected):
    assert label(header) == expected
