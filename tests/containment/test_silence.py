"""Nobody watches: less may leave without proof, everybody who should know is told, and it ends by itself."""

import pytest

from rempart.cli.doctor import _watch as doctor_says
from rempart.containment import tasks
from rempart.gate.client import Caller, Client, Credential


@pytest.fixture
def beat(house):
    """`beat(seconds)`: the detectors' last sign of life was so long ago; None: they were never started."""

    def was(seconds):
        house.owner.execute(
            "update gate.watch set at = clock_timestamp() - make_interval(secs => %s)", (seconds,)
        )

    yield was
    house.owner.execute("update gate.watch set at = null, divisor = 3")


@pytest.fixture
def strict(house):
    """A profession of its own whose account may look up twelve persons a day without a card."""
    rows = "insert into gate.limit_row values (%s, 'podiatrist', 0, '{12,12,12,12}')"
    taken = house.owner.execute("delete from gate.limit_row where profession = 'podiatrist' returning *")
    before = taken.fetchall()
    for scope in (1, 2):
        house.owner.execute(rows, (scope,))
    house.owner.execute(
        "insert into gate.matrix_row values ('rights', 'podiatrist', 2, 12, false) on conflict do nothing"
    )
    yield house.account("podiatrist", terminal=True)
    house.owner.execute("delete from gate.limit_row where profession = 'podiatrist'")
    for row in before:
        house.owner.execute("insert into gate.limit_row values (%s, %s, %s, %s)", row)


def answered(house, account, number, **proof):
    found = [
        house.look_up(account, house.person().ask(**proof), x_forwarded_for="198.51.100.7")
        for _ in range(number)
    ]
    return [reply.status_code for reply in found], found[-1].json()


def test_after_a_minute_without_a_beat_a_third_may_leave_and_the_answer_says_so(house, strict, beat):
    beat(61)
    statuses, last = answered(house, strict, 5)
    assert statuses == [200, 200, 200, 200, 429]
    assert last["limit"]["limit"] == 4
    assert last["advice"].endswith("les consultations sans carte sont réduites pour l'instant.")
    assert house.entries(strict)[-1]["rule"] == "limit:1:0:3:4:unwatched"
    beat(1)
    assert answered(house, strict, 1)[0] == [200], "back at once with the beats"


@pytest.mark.parametrize("seconds", [None, 1, 58])
def test_nothing_tightens_while_they_beat_or_where_they_never_ran(house, strict, beat, seconds):
    beat(seconds)
    assert answered(house, strict, 5)[0] == [200] * 5


def test_with_the_card_nothing_tightens(house, strict, beat):
    beat(3600)
    for _ in range(6):
        person = house.person()
        reply = house.look_up(
            strict, person.ask(proof=house.card(strict, person)), x_forwarded_for="198.51.100.7"
        )
        assert reply.status_code == 200


def test_a_window_that_is_not_kept_stays_unkept(house):
    found = house.owner.execute("select gate.divided('{null,300,1,0,2}', 3::smallint)").fetchone()
    assert found == ([None, 100, 1, 0, 1],)


def test_what_is_left_and_what_would_be_decided_say_the_same(house, strict, beat):
    beat(61)
    operator = house.account("operator")
    caller = Caller(Credential("session", house.session(operator.id)), "127.0.0.1")
    explained = Client(house.socket).explain(caller, {"login": strict.login}).body
    watch = next(step for step in explained["steps"] if step["step"] == "watch")
    assert (watch["passes"], watch["divisor"]) == (False, 3)
    limit = next(step for step in explained["steps"] if step["step"] == "limit")
    assert limit["limits"] == [4, 4, 4, 4]
    left = house.owner.execute(
        "select distinct lim from gate.meters_of(%s, clock_timestamp()) where meter = 0", (strict.id,)
    ).fetchall()
    assert left == [(4,)]


def alerts(house, what):
    return house.owner.execute(
        "select state, ended_by, risk from detection.alert where what = %s order by id desc", (what,)
    ).fetchall()


@pytest.fixture
def worker(db, cluster, connect):
    """The worker's task, as the worker's role."""
    connection = connect("worker")
    return lambda: connection.execute("select containment.check_watch(clock_timestamp())")


def test_the_worker_opens_an_alert_once_and_closes_it_when_beats_return(house, beat, worker):
    beat(61)
    before = len(alerts(house, "silence"))
    worker()
    worker()
    assert alerts(house, "silence")[0] == ("open", None, 100.0)
    assert len(alerts(house, "silence")) == before + 1
    house.owner.execute(
        "update detection.alert set state = 'taken' where what = 'silence' and state = 'open'"
    )
    beat(0)
    worker()
    assert alerts(house, "silence")[0] == ("closed", "worker", 100.0)
    tags = house.owner.execute(
        "select tag from journal.entry where actor = 'worker' and starts_with(tag, 'detection:alert:')"
        " order by seq desc limit 2"
    ).fetchall()
    assert tags == [("detection:alert:closed",), ("detection:alert:opened",)]


def test_the_breaker_is_told_when_it_trips_and_closed_when_it_has_room_again(
    house, strict, beat, worker, connect
):
    beat(None)
    answered(house, strict, 11)
    state = "select spent, lim, tripped from containment.state(clock_timestamp())"
    spent, before, _tripped = connect("web").execute(state).fetchone()
    assert spent >= 11
    try:
        house.owner.execute("update gate.breaker set current = %s", (spent,))
        assert connect("web").execute(state).fetchone() == (spent, spent, True)
        worker()
        assert alerts(house, "breaker")[0][0] == "open"
        house.owner.execute("update gate.breaker set current = %s", (spent + 1,))
        worker()
        assert alerts(house, "breaker")[0][0] == "open", "no flapping at the edge"
    finally:
        house.owner.execute("update gate.breaker set current = %s", (before,))
    worker()
    assert alerts(house, "breaker")[0][:2] == ("closed", "worker")


def test_the_worker_does_it_every_quarter_of_a_minute():
    assert tasks.watch.name == "containment.watch"
    crons = [one.cron for one in tasks.app.periodic_registry.periodic_tasks.values()]
    assert "* * * * * */15" in crons


def test_the_doctor_names_the_silence_and_its_remedy(house, beat, connect):
    beat(3)
    assert doctor_says(connect("owner")).well
    beat(120)
    found = doctor_says(connect("owner"))
    assert not found.well
    assert "divided by 3" in found.message
    assert found.remedy
