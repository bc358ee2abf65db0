"""No page tells whether an account exists: not by its text, its status, its size or its time."""

import math
import random
import re
import time

import pytest

from rempart.access import throttle
from rempart.access.backend import Argon2id
from rempart.access.throttle import Limit
from tests.access.house import PASSWORD, browser
from tests.gate.test_timing import welch

SAMPLES, ROUNDS, ATTEMPTS, BOUND = 40, 3, 8, 4.5
_TYPED = re.compile(r'value="[^"]*"')


@pytest.fixture
def classes(person, fresh, connect, monkeypatch):
    """Logins that somebody has, in every state, and one that nobody has; no limit but the clock's."""
    for name in ("time_cost", "memory_cost", "parallelism"):
        monkeypatch.setattr(Argon2id, name, {"time_cost": 1, "memory_cost": 16384, "parallelism": 1}[name])
    for name in ("PAIR", "STRANGERS", "NETWORK"):
        monkeypatch.setattr(throttle, f"PASSWORDS_OF_{name}", Limit(10**6, throttle.PASSWORDS_OF_PAIR.within))
    known, silent, closed, unset = (person().account for _ in range(4))
    owner = connect("owner")
    owner.execute(
        "update access.access_account set email = 'holder@example.org' where id = any(%s)",
        [[known.pk, closed.pk, unset.pk]],
    )
    owner.execute("update access.access_account set is_active = false where id = %s", [closed.pk])
    owner.execute("update access.access_account set password = '!' where id = %s", [unset.pk])
    return {
        "unknown": fresh("account"),
        "known": known.login,
        "without mail": silent.login,
        "closed": closed.login,
        "without a password": unset.login,
    }


def sign_in(login, password="wrong password, for sure"):
    return browser().post("/sign-in/", {"login": login, "password": password})


def reset(login):
    return browser().post("/reset/", {"login": login})


def _clocked(ask, logins, samples):
    times = {name: [] for name in logins}
    for _ in range(samples):
        for name in random.sample(list(logins), len(logins)):
            started = time.perf_counter_ns()
            ask(logins[name])
            times[name].append(time.perf_counter_ns() - started)
    return times


@pytest.fixture
def professionals(person, connect):
    """Numbers of the directory: of somebody with an account, of somebody without, of nobody."""
    owner, numbers = connect("owner"), [f"{random.randrange(10**11):011d}" for _ in range(3)]
    for rpps in numbers[:2]:
        owner.execute(
            "insert into access.access_professional (rpps, profession) values (%s, 'pharmacist')", [rpps]
        )
    account = person().account
    owner.execute(
        "update access.access_account set professional_id = "
        "(select id from access.access_professional where rpps = %s) where id = %s",
        [numbers[0], account.pk],
    )
    return dict(zip(("enrolled", "in the directory", "unknown"), numbers, strict=True))


def letter(rpps):
    return browser().post("/enrol/letter/", {"rpps": rpps, "structure": "123456789"})


@pytest.mark.parametrize("ask", [sign_in, reset])
def test_no_clock_tells_a_login_that_somebody_has(classes, ask):
    assert_alike(ask, classes)


def test_no_clock_tells_a_professional_who_has_an_account(professionals):
    assert_alike(letter, professionals)


def test_every_number_is_answered_byte_for_byte_alike(professionals):
    pages = [letter(rpps) for rpps in professionals.values()]
    assert {page.status_code for page in pages} == {302}
    assert len({tuple(sorted(page.headers.items())) for page in pages}) == 1


def assert_alike(ask, classes):
    """A busy machine may fail one attempt; a difference in the code fails all of them."""
    _clocked(ask, classes, 10)
    seen = []
    others = [name for name in classes if name != "unknown"]
    for _ in range(ATTEMPTS):
        rounds = [_clocked(ask, classes, SAMPLES) for _ in range(ROUNDS)]
        sums = [sum(welch(times["unknown"], times[name]) for times in rounds) for name in others]
        told = dict(zip(others, (round(abs(t) / math.sqrt(ROUNDS), 1) for t in sums), strict=True))
        if max(told.values()) < BOUND:
            return
        seen.append(told)
    pytest.fail(f"told apart: |t| = {seen}")


@pytest.mark.parametrize("ask", [sign_in, reset])
def test_every_login_is_answered_byte_for_byte_alike(classes, ask):
    """What every page shows may change between two of them, a closed door's notice say; not three times."""
    seen = [{_answer(ask(login), login) for login in classes.values()} for _ in range(3)]
    assert min(map(len, seen)) == 1


def _answer(page, login):
    body = _TYPED.sub("", page.content.decode()).replace(login, "…")
    headers = sorted((name, value) for name, value in page.headers.items() if name != "Content-Length")
    return page.status_code, tuple(headers), body


def test_the_right_password_of_a_closed_account_reads_like_a_wrong_one(classes):
    right, wrong = sign_in(classes["closed"], PASSWORD), sign_in(classes["unknown"])
    plain = [_TYPED.sub("", page.content.decode()) for page in (right, wrong)]
    assert plain[0].replace(classes["closed"], "…") == plain[1].replace(classes["unknown"], "…")


def test_the_measure_sees_a_difference_of_a_millisecond():
    quick = [1_000_000 + random.randrange(100_000) for _ in range(60)]
    slow = [moment + 1_000_000 for moment in quick]
    assert abs(welch(quick, slow)) > BOUND
