"""No stranger brings a restriction upon somebody: whatever they get wrong in the victim's name."""

import time
from datetime import UTC, datetime

import pytest

from rempart.containment.watch import Watch
from tests.access.house import browser, open_person


def restrictions(house, account):
    found = house.owner.execute(
        "select kind from gate.restriction where scope = 1 and subject = %s", (str(account),)
    )
    return [kind for (kind,) in found]


@pytest.fixture
def watch(house, connect, tmp_path):
    """The detectors, which have seen everything up to now; `watch()` has them look again."""
    watching = Watch(connect("detector"), tmp_path, b"key")

    def look():
        time.sleep(0.05)
        while watching.step(datetime.now(UTC)) > 1000:
            pass

    look()
    yield look
    house.owner.execute("update gate.watch set at = null")


def test_wrong_passwords_and_wrong_codes_restrict_nobody(house, cluster, db, fresh, watch):
    victim = open_person(cluster, fresh("victime"))
    for _ in range(12):
        browser().post("/sign-in/", {"login": victim.account.login, "password": "not this one at all"})
    watch()
    assert restrictions(house, victim.account.pk) == []


def test_unknown_tokens_and_refusals_name_no_account(house, pharmacist, ask, watch):
    for _ in range(30):
        assert house.look_up("rmp_" + "x" * 43, {}, x_forwarded_for="203.0.113.77").status_code in {401, 422}
    for number in range(5):
        asked = {"purpose": "rights", "nir": "1550899999999", "birth_date": "1955-08-14"}
        house.look_up(f"rmp_{number}" + "y" * 42, asked, x_forwarded_for="203.0.113.77")
    watch()
    assert restrictions(house, pharmacist.id) == []
    assert ask(pharmacist).status_code == 200


def test_a_proof_forged_in_the_victims_name_is_charged_to_who_sent_it(house, pharmacist, person, ask, watch):
    thief = house.account(terminal=True)
    for _ in range(10):
        forged = house.card(thief, person, login=pharmacist.login)
        reply = house.look_up(thief, person.ask(proof=forged), x_forwarded_for="203.0.113.78")
        assert reply.json()["reason"] == "proof_forged"
        stolen = house.card(thief, person, terminal=pharmacist.terminal, login=pharmacist.login)
        house.look_up(thief, person.ask(proof=stolen), x_forwarded_for="203.0.113.78")
    watch()
    assert restrictions(house, pharmacist.id) == []
    assert ask(pharmacist, card=True).status_code == 200


def test_a_thiefs_look_ups_beside_the_victim_restrict_the_thief_alone(house, pharmacist, ask, watch):
    thief = house.account(organisation=house.organisation())
    assert ask(pharmacist).status_code == 200
    for _ in range(25):
        asked = house.person().ask()
        house.look_up(thief, asked, x_forwarded_for="198.51.100.7")
    watch()
    assert restrictions(house, pharmacist.id) == []


def test_an_appeal_is_its_holders_own(house, cluster, db, connect, pharmacist):
    number = house.owner.execute(
        "select gate.restrict(1::smallint, %s, 'step_up', 'other: essai', 'nuit')", (str(pharmacist.id),)
    ).fetchone()[0]
    other = house.account()
    key = house.session(other.id)
    web = connect("web")
    ask_for = (
        "select containment.appeal(%s, encode(sha256(%s::text::bytea), 'hex'), 'ce n’était pas un voleur')"
    )
    assert web.execute(ask_for, (number, key)).fetchone() == (None,)
    own = house.session(pharmacist.id)
    alert = web.execute(ask_for, (number, own)).fetchone()[0]
    row = web.execute("select author, what, text from detection.alert_event where alert = %s", (alert,))
    assert row.fetchall() == [(pharmacist.login, "appeal", "ce n’était pas un voleur")]
    for _ in range(4):
        assert web.execute(ask_for, (number, own)).fetchone() == (alert,)
    assert web.execute(ask_for, (number, own)).fetchone() == (None,), "five a day"
