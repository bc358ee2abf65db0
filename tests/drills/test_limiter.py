"""The limiter that replays are compared with behaves as the scenario it is modelled on was measured to."""

import pytest

from rempart.drills.rules.limiter import BAN_SECONDS, PACE, AddressLimiter


def _served(pace, requests=20_000):
    """How many requests at an even pace pass before the first is refused; None: all."""
    limiter = AddressLimiter()
    for number in range(requests):
        if not limiter.allows("192.0.2.1", number / pace):
            return number
    return None


@pytest.mark.parametrize(("pace", "measured"), [(10, 49), (3, 117)])
def test_a_crawler_is_stopped_after_as_many_requests_as_measured(pace, measured):
    assert _served(pace) == pytest.approx(measured, abs=2)


def test_a_crawler_just_below_the_leak_is_never_stopped():
    assert PACE < 2
    assert _served(PACE) is None


def test_a_ban_holds_for_its_address_only_and_ends():
    limiter = AddressLimiter()
    assert not all(limiter.allows("192.0.2.1", 0) for _ in range(41))
    assert limiter.bans == 1
    assert not limiter.allows("192.0.2.1", BAN_SECONDS - 1)
    assert limiter.allows("192.0.2.2", 1)
    assert limiter.allows("192.0.2.1", BAN_SECONDS)
