"""The night desk: who may look, what it says, restrict and undo."""

import re

import pytest

from rempart.portal.operations import store
from rempart.vocabulary.words import Profession, Scope
from tests.portal.pages import part

PLACES = (
    "/exploitation/journal",
    "/exploitation/fil",
    "/exploitation/comptes",
    "/exploitation/restrictions",
    "/exploitation/changements",
)


@pytest.fixture
def operator(visitor):
    return visitor(Profession.OPERATOR).client


def busy(site, visitor):
    """A pharmacist with an answer, a miss and a repeat."""
    person = visitor()
    for _ in range(2):
        person.client.post("/", site.asked(site.insured["ouverts"]))
    person.client.post("/", {"nir": "1550899999999", "birth_date": "15081955"})
    return person


def last_entry(account: int, verdict: str = "refused") -> int:
    return next(line["seq"] for line in store.of_account(account, 50) if line["verdict"] == verdict)


@pytest.mark.parametrize("place", PLACES)
def test_no_professional_opens_the_desk(site, visitor, place):
    assert visitor().client.get(place).status_code == 403


def test_an_officer_reads_the_journal_and_changes_nothing(site, visitor):
    client, person = visitor(Profession.DPO).client, busy(site, visitor)
    assert client.get("/exploitation/journal").status_code == 200
    assert client.get("/exploitation/fil").status_code == 200
    assert client.get(f"/exploitation/entrees/{last_entry(person.account.pk)}").status_code == 200
    for place in PLACES[2:]:
        assert client.get(place).status_code == 403
    assert client.post(f"/exploitation/comptes/{person.account.pk}/restreindre").status_code == 403


def test_the_live_part_is_the_pages_own(site, visitor, operator):
    busy(site, visitor)
    query = "?verdict=refused"
    whole, fragment = operator.get("/exploitation/journal" + query), operator.get("/exploitation/fil" + query)
    inside = part(whole.content, "feed").split(">", 1)[1].removesuffix("</div>")
    outside = (
        part(b'<div id="feed">' + fragment.content + b"</div>", "feed")
        .split(">", 1)[1]
        .removesuffix("</div>")
    )
    assert fragment["X-Fragment"] == "feed"
    assert _timeless(inside) == _timeless(outside)


def _timeless(markup: str) -> str:
    return re.sub(r"\d\d:\d\d:\d\d", "", markup)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("verdict=granted", "Réponse", "Aucune personne trouvée</small>"),
        ("raison=not_found", "Aucune personne trouvée</small>", 'chip yes"'),
        ("preuve=card", "Aucune entrée ne correspond", 'chip yes"'),
    ],
)
def test_filters_are_the_address(site, visitor, operator, query, shown, hidden):
    person = busy(site, visitor)
    feed = part(operator.get(f"/exploitation/journal?compte={person.account.login}&{query}").content, "feed")
    assert shown in feed
    assert hidden not in feed


def test_words_that_are_no_filter_are_no_fault(site, operator):
    page = operator.get("/exploitation/journal?verdict=x&raison='&preuve=%00&reseau=no&avant=9x&compte=%25")
    assert page.status_code in {200, 400}
    assert operator.get("/exploitation/journal?verdict=x&raison='&reseau=no&avant=9x").status_code == 200


def test_signins_are_shown_only_when_asked_for(site, visitor, operator):
    person = busy(site, visitor)
    address = f"/exploitation/journal?compte={person.account.login}"
    assert ">Connexion" not in part(operator.get(address).content, "feed")
    assert "Connexion" in part(operator.get(address + "&tout=1").content, "feed")


def test_why_says_limit_rule_version_and_what_was_spent(site, visitor, operator):
    person = visitor(Profession.OPTICIAN)
    for _ in range(6):
        person.client.post("/", site.asked(site.house.person()))
    page = operator.get(f"/exploitation/entrees/{last_entry(person.account.pk)}").content.decode()
    assert "Plafond du compte atteint" in page
    assert "5 personnes différentes par minute" in page
    assert "limit:1:0:0:5" in page
    assert "5 / 5" in page


def test_spent_is_counted_as_the_gate_counts(site, visitor):
    person = busy(site, visitor)
    line = store.entry(last_entry(person.account.pk))
    spent = {row["window"]: row["spent"] for row in store.spent_before(line)}
    left = site.house.owner.execute(
        "select win, spent from gate.meters_of(%s, clock_timestamp()) where meter = 0", (person.account.pk,)
    ).fetchall()
    assert list(spent.values()) == [n for _win, n in sorted(left)] == [2, 2, 2, 2]


def test_the_accounts_meters_are_the_gates(site, visitor, operator):
    person = busy(site, visitor)
    page = operator.get(f"/exploitation/comptes/{person.account.pk}").content.decode()
    assert "2 / 10" in page
    assert "2 / 60" in page
    assert "0 / 1<" in page  # the overdraft


def test_accounts_are_found_by_name_and_wildcards_are_letters(site, visitor, operator):
    person = busy(site, visitor)
    found = operator.get("/exploitation/comptes", {"q": person.account.login}).content.decode()
    assert "1 compte trouvé" in found
    assert "2 / 60" in found
    assert "0 compte" in operator.get("/exploitation/comptes", {"q": "%"}).content.decode()


def test_no_page_of_the_desk_shows_a_number_or_a_name(site, visitor, operator):
    person = busy(site, visitor)
    places = [
        *PLACES,
        f"/exploitation/comptes/{person.account.pk}",
        f"/exploitation/entrees/{last_entry(person.account.pk)}",
    ]
    for place in places:
        page = operator.get(place).content.decode()
        assert site.insured["ouverts"].nir not in page
        assert "CANARINAME" not in page


def test_a_restriction_holds_at_the_next_look_up_and_its_undo_too(site, visitor, operator):
    person = busy(site, visitor)
    account = person.account.pk
    given = {
        "kind": "card_required",
        "why": "unusual_pace",
        "text": "Vingt personnes en une minute.",
        "lasts": "48",
    }
    assert operator.post(f"/exploitation/comptes/{account}/restreindre", given).status_code == 302
    stopped = person.client.post("/", site.asked(site.insured["ouverts"]))
    assert "La carte du patient est demandée" in part(stopped.content, "verdict")
    held = store.restrictions_of(account)[0]
    assert held["in_force"]
    assert held["author"] != ""
    assert held["ends_at"] is not None
    page = operator.get(f"/exploitation/entrees/{last_entry(account, 'challenged')}").content.decode()
    assert "Rythme inhabituel\u00a0: Vingt personnes" in page
    address = f"/exploitation/restrictions/{held['id']}/lever"
    assert operator.post(address, {"reason": "court"}).status_code == 422
    assert operator.post(address, {"reason": "Vérifié au téléphone."}).status_code == 302
    assert "Droits ouverts" in part(
        person.client.post("/", site.asked(site.insured["ouverts"])).content, "verdict"
    )
    assert "Vérifié au téléphone." in operator.get("/exploitation/restrictions").content.decode()


@pytest.mark.parametrize(
    "broken", [{"text": "court"}, {"kind": "banished"}, {"why": "because"}, {"lasts": "999"}]
)
def test_a_restriction_needs_a_reason_a_kind_and_an_end_we_know(site, visitor, operator, broken):
    person = visitor()
    given = {"kind": "frozen", "why": "other", "text": "Une phrase entière.", "lasts": "1"} | broken
    page = operator.post(f"/exploitation/comptes/{person.account.pk}/restreindre", given)
    assert page.status_code == 422
    assert store.restrictions_of(person.account.pk) == []


def test_the_platforms_restriction_is_not_lifted_from_a_page(site, operator):
    row = site.house.owner.execute(
        "select gate.restrict(%s::smallint, 'platform', 'step_up', 'essai de plateforme', 'test',"
        " now() + interval '1 hour')",
        (int(Scope.PLATFORM),),
    ).fetchone()
    address = f"/exploitation/restrictions/{row[0]}/lever"
    try:
        assert "deux gardiens" in operator.get(address).content.decode()
        operator.post(address, {"reason": "Je voudrais bien."})
        assert store.restriction(row[0])["lifted_at"] is None
    finally:  # it is everybody's
        site.house.owner.execute("update gate.restriction set lifted_at = now() where id = %s", row)


def test_what_does_not_exist_is_not_found(site, operator):
    for place in (
        "/exploitation/comptes/999999999",
        "/exploitation/entrees/999999999",
        "/exploitation/restrictions/999999999/lever",
    ):
        assert operator.get(place).status_code == 404


def test_changes_are_told_in_words_and_cannot_be_decided_here(site, operator):
    assert "Aucune page ne peut décider" in operator.get("/exploitation/changements").content.decode()
    assert operator.post("/exploitation/changements").status_code == 405


def test_a_page_that_refreshes_itself_keeps_nobody_awake():
    from rempart.access.doors import door_of  # noqa: PLC0415
    from rempart.portal.operations.views import journal  # noqa: PLC0415

    assert not door_of(journal.feed).keeps_awake
    assert door_of(journal.journal).keeps_awake


@pytest.mark.parametrize(("hours", "title"), [("24", "Les 24 dernières heures"), ("7", "La dernière heure")])
def test_the_span_of_the_chart_is_in_the_address(site, operator, hours, title):
    assert title in operator.get(f"/exploitation/journal?heures={hours}").content.decode()
