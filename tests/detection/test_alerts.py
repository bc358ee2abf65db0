"""What may become of an alert, act by act, as the pages' role does it."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

ACTS = {
    "take": "select detection.take(%s, 'nuit')",
    "hand_back": "select detection.hand_back(%s, 'nuit')",
    "restrict": "select detection.restricted(%s, 'nuit', 'card_required')",
    "ease": "select detection.eased(%s, 'nuit', 'card_required')",
    "dismiss": "select detection.dismiss(%s, 'nuit', 'known_work', 'Vaccination à l’école.')",
    "close": "select detection.close(%s, 'nuit', 'stopped', 'Compte rendu à son titulaire.')",
    "reopen": "select detection.reopen(%s, 'nuit')",
}
EXITS = {
    "open": {"take": "taken", "restrict": "restricted", "dismiss": "dismissed", "close": "closed"},
    "taken": {"hand_back": "open", "restrict": "restricted", "dismiss": "dismissed", "close": "closed"},
    "restricted": {"restrict": "restricted", "ease": "taken", "dismiss": "dismissed", "close": "closed"},
    "dismissed": {"reopen": "open"},
    "closed": {"reopen": "open"},
}
WAY = {
    "open": [],
    "taken": ["take"],
    "restricted": ["restrict"],
    "dismissed": ["dismiss"],
    "closed": ["close"],
}
_NOTE = """select alert, muted from detection.note(array[row(%s, %s, 'care', %s, %s, null, %s, %s, '{}', 30,
    false)::detection.noted], %s)"""


def signal(owner, account, detector="decoy", network="192.0.2.7"):
    """Note a signal about an account; gives its alert, and whether it was silenced."""
    now = datetime.now(UTC)
    seq = owner.execute("select nextval(pg_get_serial_sequence('journal.entry', 'seq'))").fetchone()[0]
    return owner.execute(_NOTE, (now, detector, account, network, seq, Jsonb({"touched": 1}), now)).fetchone()


@pytest.fixture
def ground(connect, fresh):
    """The owner, the pages' role, and an account of this test's own."""
    owner = connect("owner")
    account = owner.execute(
        "insert into access.access_account (login, password, profession)"
        " values (%s, '!', 'pharmacist') returning id",
        (fresh("compte"),),
    ).fetchone()[0]
    return owner, connect("web"), account


def state(web, alert):
    return web.execute("select state from detection.alert where id = %s", (alert,)).fetchone()[0]


def done(web, act, alert):
    return web.execute(ACTS[act], (alert,)).fetchone()[0]


@pytest.mark.parametrize("begin", EXITS)
@pytest.mark.parametrize("act", ACTS)
def test_only_valid_exits(ground, begin, act):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    for step in WAY[begin]:
        assert done(web, step, alert)
    allowed = EXITS[begin].get(act)
    if (begin, act) == ("restricted", "take"):
        allowed = None  # it is already this operator's
    assert bool(done(web, act, alert)) is (allowed is not None)
    assert state(web, alert) == (allowed or begin)


def test_each_act_is_an_event_and_an_entry_with_its_author(ground):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    for act in ("take", "restrict", "ease", "dismiss", "reopen"):
        assert done(web, act, alert)
    web.execute("select detection.remark(%s, 'nuit', 'Mme X a rappelé.')", (alert,))
    events = web.execute(
        "select what, author, text from detection.alert_event"
        " where alert = %s and author = 'nuit' order by id",
        (alert,),
    ).fetchall()
    whats = ["taken", "restricted", "eased", "dismissed", "reopened", "remark"]
    assert [what for what, _author, _text in events] == whats
    assert events[3][2] == "known_work: Vaccination à l’école."
    entries = owner.execute(
        "select tag, actor, reason, details::text from journal.entry"
        " where rule = %s and actor = 'nuit' order by seq",
        (f"alert:{alert}",),
    ).fetchall()
    assert [tag for tag, *_rest in entries] == [f"detection:alert:{what}" for what in whats]
    assert "Mme X" not in str(entries), "typed words stay out of the journal"


def test_another_operator_takes_over_and_the_same_one_does_not_twice(ground):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    assert done(web, "take", alert)
    assert not done(web, "take", alert)
    assert web.execute("select detection.take(%s, 'relève')", (alert,)).fetchone()[0]
    row = web.execute("select state, taken_by from detection.alert where id = %s", (alert,)).fetchone()
    assert row == ("taken", "relève")


def test_a_restriction_left_in_force_keeps_the_alert_restricted(ground):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    done(web, "restrict", alert)
    made = web.execute(
        "select gate.restrict(1::smallint, %s, 'frozen', 'essai entier', 'nuit')", (str(account),)
    ).fetchone()[0]
    assert done(web, "ease", alert)
    assert state(web, alert) == "restricted"
    owner.execute("select gate.lift(%s, 'nuit', 'fini')", (made,))
    assert done(web, "ease", alert)
    assert state(web, alert) == "taken"


def test_a_dismissed_alert_is_not_reopened_beside_a_newer_one(ground):
    owner, web, account = ground
    first, _muted = signal(owner, account)
    done(web, "dismiss", first)
    second, _muted = signal(owner, account)
    assert second != first
    assert not done(web, "reopen", first)


def dismiss(web, alert, detector, network=None, hours=12):
    until = datetime.now(UTC) + timedelta(hours=hours)
    query = "select detection.dismiss(%s, 'nuit', 'known_work', '', %s, %s, %s)"
    return web.execute(query, (alert, detector, network, until)).fetchone()[0]


def test_a_silence_holds_for_its_detector_and_account_until_it_is_lifted(ground):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    assert dismiss(web, alert, "decoy")
    assert signal(owner, account)[1], "the same is not said again"
    assert not signal(owner, account, "walk")[1], "another detector still speaks"
    assert not signal(owner, account + 1_000_000_000)[1], "and this one about others"
    mute = web.execute("select id from detection.mute where alert = %s", (alert,)).fetchone()[0]
    assert web.execute("select detection.unmute(%s, 'nuit')", (mute,)).fetchone()[0]
    assert not signal(owner, account)[1]
    assert not web.execute("select detection.unmute(%s, 'nuit')", (mute,)).fetchone()[0]


def test_a_silence_about_a_network_holds_for_all_who_come_from_it(ground, fresh):
    owner, web, account = ground
    alert, _muted = signal(owner, account, network="198.51.100.7")
    assert dismiss(web, alert, "decoy", "198.51.100.7", hours=1)
    assert signal(owner, account + 1_000_000_000, network="198.51.100.7")[1]
    assert not signal(owner, account + 1_000_000_000, network="198.51.100.8")[1]
    owner.execute(
        "update detection.mute set lifted_at = now(), lifted_by = 'test' where alert = %s", (alert,)
    )


@pytest.mark.parametrize(
    ("detector", "network", "hours"),
    [
        ("walk", None, 12),
        ("decoy", None, 24 * 32),
        ("*", None, 24 * 8),
        ("decoy", "203.0.113.9", 12),
        (None, None, 12),
    ],
)
def test_a_silence_wider_or_longer_than_the_alert_is_refused_whole(ground, detector, network, hours):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        dismiss(web, alert, detector, network, hours)
    assert state(web, alert) == "open"


def test_pages_may_not_write_the_tables_nor_make_an_incident(ground):
    owner, web, account = ground
    alert, _muted = signal(owner, account)
    for statement in (
        "update detection.alert set state = 'closed' where id = %s",
        "delete from detection.alert_event where alert = %s",
        "select detection.move(%s, 'nuit', 'taken', '{open}', 'taken')",
        "select detection.make_incident(%s, 'nuit', 1)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(statement, (alert,))
    assert owner.execute("select detection.make_incident(%s, 'nuit', 12)", (alert,)).fetchone()[0]
    assert not owner.execute("select detection.make_incident(%s, 'nuit', 13)", (alert,)).fetchone()[0]


def test_a_ban_of_the_whole_neighbourhood_keeps_a_network_s_alert_restricted(connect):
    owner, web = connect("owner"), connect("web")
    (alert,) = owner.execute(
        "insert into detection.alert (network, opened_at, last_at, state)"
        " values ('198.51.100.77', now(), now(), 'restricted') returning id"
    ).fetchone()
    (ban,) = owner.execute(
        "insert into gate.restriction (scope, subject, kind, reason, author, starts_at, ends_at)"
        " values (3, '198.51.100.0/24', 'frozen', 'test', 'nuit', now(), now() + interval '1 hour')"
        " returning id"
    ).fetchone()
    try:
        for lifted, state in ((None, "restricted"), ("now", "taken")):
            owner.execute("update gate.restriction set lifted_at = %s where id = %s", (lifted, ban))
            done(web, "ease", alert)
            row = owner.execute("select state from detection.alert where id = %s", (alert,)).fetchone()
            assert row == (state,)
    finally:
        owner.execute("update gate.restriction set lifted_at = now() where id = %s", (ban,))
        owner.execute("update detection.alert set state = 'closed' where id = %s", (alert,))
