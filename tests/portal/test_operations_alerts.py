"""Alerts on the desk: the list, one alert, and what is done about it."""

import re
from datetime import timedelta

import pytest

from rempart.detection.known import known
from rempart.portal.operations import alert_store, store
from rempart.vocabulary.words import Profession
from tests.access.house import address
from tests.portal.alarms import signal
from tests.portal.pages import part


@pytest.fixture
def operator(visitor):
    return visitor(Profession.OPERATOR)


@pytest.fixture
def alarmed(site, visitor):
    """A pharmacist with look-ups, and an alert about them."""
    person = visitor()
    for one in ("ouverts", "fermés"):
        person.client.post("/", site.asked(site.insured[one]))
    network = address()
    person.network = network
    person.alert = signal(site.house.owner, person.account.pk, network=network)
    return person


def place(person, more=""):
    return f"/exploitation/alertes/{person.alert}{more}"


def stale(site, operator):
    """The operator's factor was given long ago: another hand may hold the cookie by now."""
    owner = site.house.owner
    owner.execute("alter table access.access_session disable trigger session_guard")
    try:
        owner.execute(
            "update access.access_session set proved_at = proved_at - interval '11 minutes'"
            " where account_id = %s",
            (operator.account.pk,),
        )
    finally:
        owner.execute("alter table access.access_session enable trigger session_guard")


def state(person):
    return alert_store.alert(person.alert)["state"]


def test_one_alert_shows_sentence_threshold_benign_look_ups_days_and_networks(site, operator, alarmed):
    page = operator.client.get(place(alarmed)).content.decode()
    assert "3 fiche(s) leurre consultée(s) en 30 jours" in page
    assert "days 30 · decoys 1" in page
    assert "Ce peut être honnête" in page
    table = part(page.encode(), "exact")
    assert table.count("chip yes") == 2, "both look-ups, and the sign-in beside them"
    assert table.count("Fiche leurre consultée</span>") == 1, "the look-up that completed it is marked"
    assert 'class="unproven"' in page
    assert "signaux" in page
    assert "Signal" in page or "signal" in page
    assert "127.0.0.1" in page or "10." in page


def test_no_page_shows_a_number_or_a_name(site, operator, alarmed):
    places = ("", "/ecarter", "/clore", "/identifiants")
    for page in [operator.client.get(place(alarmed, more)) for more in places]:
        text = page.content.decode()
        assert page.status_code == 200
        assert site.insured["ouverts"].nir not in text
        assert "CANARINAME" not in text


def test_outsiders_and_professionals_neither_read_nor_act(site, visitor, client, alarmed):
    other = visitor().client
    acts = ("/prendre", "/remarque", "/restreindre", "/identifiants", "/ecarter", "/clore", "/rouvrir")
    assert other.get(place(alarmed)).status_code == 403
    for act in acts:
        assert other.post(place(alarmed, act), {"mesure": "frozen"}).status_code == 403
        assert client.post(place(alarmed, act)).status_code == 302
    assert state(alarmed) == "open"


def test_taken_handed_back_and_remarked_with_its_author(operator, alarmed):
    operator.client.post(place(alarmed, "/prendre"))
    assert alert_store.alert(alarmed.alert)["taken_by"] == operator.account.login
    operator.client.post(place(alarmed, "/rendre"))
    assert state(alarmed) == "open"
    operator.client.post(place(alarmed, "/remarque"), {"text": "Structure rappelée."})
    page = part(operator.client.get(place(alarmed)).content, "main")
    assert "Structure rappelée." in page
    assert operator.account.login in page


def test_one_click_requires_the_card_at_the_next_look_up_and_its_undo_takes_a_fresh_factor(
    site, operator, alarmed
):
    stale(site, operator)
    done = operator.client.post(place(alarmed, "/restreindre"), {"mesure": "card_required"}, follow=True)
    assert "Carte exigée" in done.content.decode()
    assert state(alarmed) == "restricted"
    stopped = alarmed.client.post("/", site.asked(site.insured["ouverts"]))
    assert "La carte du patient est demandée" in stopped.content.decode()
    (held,) = [one for one in store.restrictions_of(alarmed.account.pk) if one["in_force"]]
    assert timedelta(hours=47, minutes=59) < held["ends_at"] - held["starts_at"] <= timedelta(hours=48)
    undo = f"/exploitation/restrictions/{held['id']}/lever?alerte={alarmed.alert}"
    asked = operator.client.post(undo, {"reason": "Vérifié au téléphone."})
    assert "next=" in asked["Location"]
    assert store.restriction(held["id"])["lifted_at"] is None
    operator.client.post("/account/confirm/code/", {"code": operator.code(), "next": undo})
    back = operator.client.post(undo, {"reason": "Vérifié au téléphone."})
    assert back["Location"] == place(alarmed)
    assert store.restriction(held["id"])["lifted_by"] == operator.account.login
    assert state(alarmed) == "taken"


@pytest.mark.parametrize("kind", ["step_up", "card_required", "frozen"])
def test_every_measure_ends_by_itself(operator, alarmed, kind):
    operator.client.post(place(alarmed, "/restreindre"), {"mesure": kind})
    (held,) = store.restrictions_of(alarmed.account.pk)
    assert (held["kind"], held["author"]) == (kind, operator.account.login)
    assert held["ends_at"]


def test_an_unknown_measure_is_none(operator, alarmed):
    for kind in ("closed", "banished", ""):
        page = operator.client.post(place(alarmed, "/restreindre"), {"mesure": kind})
        assert page.status_code == 404
    assert store.restrictions_of(alarmed.account.pk) == []


def test_a_network_that_an_organisation_declared_is_not_banned(operator, alarmed):
    given = {"mesure": "network", "reseau": alarmed.network}
    page = operator.client.post(place(alarmed, "/restreindre"), given, follow=True).content.decode()
    assert "a déclaré ce réseau" in page
    assert state(alarmed) == "open"


def test_any_other_network_is_banned_for_a_day(site, operator, alarmed):
    given = {"mesure": "network", "reseau": "203.0.113.77"}
    operator.client.post(place(alarmed, "/restreindre"), given)
    row = site.house.owner.execute(
        "select id, ends_at - starts_at from gate.restriction where subject = '203.0.113.77'"
    ).fetchone()
    site.house.owner.execute("update gate.restriction set lifted_at = now() where id = %s", row[:1])
    assert timedelta(hours=23, minutes=59) < row[1] <= timedelta(hours=24)
    assert state(alarmed) == "restricted"


def test_new_credentials_are_asked_twice_and_end_the_session(site, operator, alarmed):
    asked = operator.client.get(place(alarmed, "/identifiants")).content.decode()
    assert "ne revient pas" in asked
    assert alarmed.client.get("/").status_code == 200
    operator.client.post(place(alarmed, "/identifiants"))
    assert alarmed.client.get("/").status_code == 302
    assert state(alarmed) == "restricted"


@pytest.mark.parametrize(
    ("act", "given"),
    [("ecarter", {"code": "known_work", "silence": ""}), ("clore", {"code": "stopped", "text": ""})],
)
def test_what_takes_an_alert_off_the_list_asks_for_a_fresh_factor(site, operator, alarmed, act, given):
    stale(site, operator)
    for page in (
        operator.client.get(place(alarmed, f"/{act}")),
        operator.client.post(place(alarmed, f"/{act}"), given),
    ):
        assert page.status_code == 302
        assert "next=" in page["Location"]
    assert state(alarmed) == "open"


def test_a_dismissal_has_a_code_a_reach_and_an_end_and_can_be_reopened(site, operator, alarmed):
    given = {
        "code": "known_work",
        "text": "Vaccination.",
        "silence": "12",
        "detector": "decoy",
        "subject": "",
    }
    assert operator.client.post(place(alarmed, "/ecarter"), given).status_code == 302
    assert state(alarmed) == "dismissed"
    page = operator.client.get(place(alarmed)).content.decode()
    assert "Travail connu" in page
    assert "Silences en cours" in page
    assert signal(site.house.owner, alarmed.account.pk) is None, "silenced"
    (mute,) = alert_store.mutes(alarmed.alert)
    operator.client.post(f"/exploitation/silences/{mute['id']}/lever")
    assert alert_store.mutes(alarmed.alert) == []
    operator.client.post(place(alarmed, "/rouvrir"))
    assert state(alarmed) == "open"


@pytest.mark.parametrize(
    "broken",
    [
        {"code": "because"},
        {"code": ""},
        {"silence": "9999"},
        {"detector": "pace"},
        {"subject": "203.0.113.1"},
        {"detector": "*", "silence": "720"},
    ],
)
def test_a_dismissal_that_says_nothing_sensible_changes_nothing(operator, alarmed, broken):
    given = {"code": "other", "text": "", "silence": "12", "detector": "decoy", "subject": ""} | broken
    assert operator.client.post(place(alarmed, "/ecarter"), given).status_code == 422
    assert state(alarmed) == "open"


def test_closed_with_a_code_and_somebody_quicker_is_said(operator, alarmed):
    operator.client.post(place(alarmed, "/clore"), {"code": "stopped", "text": "Fini."})
    assert state(alarmed) == "closed"
    late = operator.client.post(place(alarmed, "/prendre"), follow=True).content.decode()
    assert "Rien n’a changé" in late
    assert "Attaque arrêtée · Fini." in late


def listed(operator, query):
    return re.findall(
        r'id="alert-(\d+)"', operator.client.get("/exploitation/alertes" + query).content.decode()
    )


def test_a_filter_is_an_address(site, operator, alarmed, visitor):
    mine, login = str(alarmed.alert), alarmed.account.login
    for query in (
        "",
        "?etat=open",
        "?etat=all",
        "?detecteur=decoy",
        "?heures=1",
        f"?reseau={alarmed.network}",
    ):
        assert mine in listed(operator, query + ("&" if query else "?") + f"compte={login}"), query
    for query in ("?etat=taken", "?etat=done", "?detecteur=pace", "?reseau=203.0.113.5"):
        assert listed(operator, f"{query}&compte={login}") == [], query
    assert listed(operator, "?compte=nobody-at-all") == []
    assert operator.client.get("/exploitation/alertes?etat=x&heures=9x&detecteur=%27").status_code == 200


def test_untaken_before_taken_and_the_gravest_first(site, operator, visitor):
    grave, light, taken = visitor(), visitor(), visitor()
    numbers = [
        signal(site.house.owner, grave.account.pk, weight=9_000_000),
        signal(site.house.owner, light.account.pk, weight=8_000_000),
        signal(site.house.owner, taken.account.pk, weight=9_900_000),
    ]
    operator.client.post(f"/exploitation/alertes/{numbers[2]}/prendre")
    found = [int(one) for one in listed(operator, "?detecteur=decoy")]
    assert found.index(numbers[0]) < found.index(numbers[1]) < found.index(numbers[2])


def test_the_search_leads_to_what_has_a_number_or_an_address(site, operator, alarmed):
    line = next(one for one in store.of_account(alarmed.account.pk, 9) if one["request"])
    for text, target in (
        (line["request"], f"/exploitation/entrees/{line['seq']}"),
        (line["request"].lower(), f"/exploitation/entrees/{line['seq']}"),
        (f"A-{alarmed.alert}", place(alarmed)),
        (f"{alarmed.alert}", place(alarmed)),
        ("2001:DB8::1", "/exploitation/reseaux/2001:db8::1"),
        (" 192.0.2.9 ", "/exploitation/reseaux/192.0.2.9"),
    ):
        page = operator.client.get("/exploitation/chercher", {"q": text})
        assert (page.status_code, page["Location"]) == (302, target)


def test_the_search_finds_accounts_and_wildcards_are_letters(operator, alarmed):
    for text in (alarmed.account.login, alarmed.account.login.upper()[:-2]):
        page = operator.client.get("/exploitation/chercher", {"q": text}).content.decode()
        assert f"/exploitation/comptes/{alarmed.account.pk}" in page
    page = operator.client.get("/exploitation/chercher", {"q": "%%%"}).content.decode()
    assert "Rien de ce nom" in page


def test_a_network_says_who_comes_from_it(site, operator, alarmed):
    network = store.of_account(alarmed.account.pk, 1)[0]["network"]
    page = operator.client.get(f"/exploitation/reseaux/{network}").content.decode()
    assert alarmed.account.login in page
    assert "réseau déclaré par la structure" in page
    assert operator.client.get("/exploitation/reseaux/no-network").status_code == 404
    page = operator.client.get(f"/exploitation/reseaux/{alarmed.network}").content.decode()
    assert f"A-{alarmed.alert}" in page


def test_a_network_is_banned_from_its_page_unless_somebody_declared_it(site, operator):
    operator.client.post("/exploitation/reseaux/203.0.113.78/bannir")
    page = operator.client.get("/exploitation/reseaux/203.0.113.78").content.decode()
    site.house.owner.execute("update gate.restriction set lifted_at = now() where subject = '203.0.113.78'")
    assert "banni depuis la page" in page
    refused = operator.client.post("/exploitation/reseaux/10.1.2.3/bannir", follow=True)
    assert "a déclaré ce réseau" in refused.content.decode()


def test_the_account_shows_its_alerts_and_its_days(operator, alarmed):
    page = operator.client.get(f"/exploitation/comptes/{alarmed.account.pk}?etendue=7j").content.decode()
    assert f"A-{alarmed.alert}" in page
    assert 'class="chart days"' in page
    assert 'aria-current="true">7j' in page


def test_detectors_say_their_sentence_and_what_a_trial_would_have_done(site, operator, visitor):
    person = visitor()
    signal(site.house.owner, person.account.pk, observed=True)
    site.house.owner.execute(
        "insert into detection.setting values ('decoy', 'decoys', true, 2, 'test', now())"
        " on conflict do nothing"
    )
    try:
        page = operator.client.get("/exploitation/detecteurs").content.decode()
    finally:  # it is everybody's
        site.house.owner.execute("delete from detection.setting where author = 'test'")
    for detector in known().values():
        assert detector.title["fr"].split("’")[0] in page
    assert "Seulement à l’essai" in page
    assert f"/exploitation/comptes/{person.account.pk}" in page
