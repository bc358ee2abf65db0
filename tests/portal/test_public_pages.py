"""What anyone may read, and software's way to the gate."""

import json

import pytest
from django.test import Client

from rempart.portal.public import limits, openapi
from rempart.vocabulary.words import Profession


@pytest.mark.parametrize(
    "place", ["/sign-in/", "/plafonds", "/vie-privee", "/accessibilite", "/api/docs", "/nowhere"]
)
def test_anyone_may_read_it_in_french_and_in_english(site, db, place):
    client = Client()
    french = client.get(place).content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    english = client.get(place).content.decode()
    assert '<html lang="fr"' in french
    assert '<html lang="en"' in english
    assert "%(" not in french + english


def test_published_limits_are_those_in_force(site, db):
    page = Client().get("/plafonds").content.decode()
    found = {bound.profession: bound for bound in limits.read().bounds}
    assert found["pharmacist"].amounts == (10, 30, 60, 400)
    assert found["pharmacist"].hijacked == 19 * (400 + 30)  # the overdraft too
    assert "8\u202f170" in page or "8\u00a0170" in page
    assert set(found) == {word for word in Profession if word not in {"operator", "dpo"}}


def test_limits_are_sorted_from_rows():
    rows = [
        (4, "*", 0, [None, 300, None, None]),
        (4, "*", 2, [None, 100, None, None]),
        (1, "operator", 0, [1, 1, 1, 1]),
        (1, "doctor", 0, [5, 20, 40, 400]),
        (3, "*", 0, [30, 150, 400, 4000]),
    ]
    told = limits.published(rows)
    assert (told.breaker, told.present) == (300, 100)
    assert [bound.profession for bound in told.bounds] == ["doctor"]
    assert told.others == (("network", "unproven", (30, 150, 400, 4000)),)


def test_the_documentation_names_every_path_status_and_schema(site, db):
    page = Client().get("/api/docs").content.decode()
    document = json.loads(Client().get("/api/openapi.json").content)
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in page
        for method in methods.values():
            assert all(f">{status}<" in page for status in method["responses"])
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page


def test_the_documentation_asks_nothing_of_anywhere_else(site, db):
    page = Client().get("/api/docs").content.decode()
    assert "//cdn" not in page
    assert not [part for part in page.split('src="')[1:] if not part.startswith("/static/")]


def test_kinds_are_told_in_words():
    schema = {
        "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "b": {"enum": ["x", None]}},
        "required": ["a"],
    }
    document = {"components": {"schemas": {"S": schema}}}
    fields = openapi.schemas(document)[0].fields
    assert [(one.name, one.kind, one.required) for one in fields] == [
        ("a", "string | null", True),
        ("b", "x | null", False),
    ]


def software(token: str = "", body: str = "{}", **headers):
    if token:
        headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR="10.77.0.1")
    return client.post("/api/v1/lookups", body, content_type="application/json", **headers)


def test_software_reaches_the_gate_through_the_same_address(site, db):
    token = site.house.account("pharmacist").token
    answer = software(token, json.dumps(site.insured["ouverts"].ask()))
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "granted"
    assert answer["Cache-Control"] == "no-store"


def test_a_cookie_opens_nothing_for_software(site, visitor):
    client = visitor().client
    answer = client.post(
        "/api/v1/lookups", json.dumps(site.insured["ouverts"].ask()), content_type="application/json"
    )
    assert answer.status_code == 401


def test_without_a_token_nothing_is_said(site, db):
    assert software().status_code == 401
    asked = json.dumps(site.insured["ouverts"].ask())
    assert software("rmp_" + "x" * 43, asked).status_code == 401


def test_a_large_body_is_not_passed_on(site, db):
    assert software("rmp_x", "x" * 40_000).status_code == 413
    assert software("rmp_x", "x" * 20_000).status_code == 413  # the gate's own limit answers


def test_the_gates_advice_comes_in_the_callers_language(site, db):
    assert (
        "Sign in"
        in software(
            "rmp_" + "x" * 43, json.dumps(site.insured["ouverts"].ask()), HTTP_ACCEPT_LANGUAGE="en"
        ).json()["advice"]
    )


def test_only_the_api_is_passed_on(site, db):
    assert Client().get("/api/v1/../../internal/explain").status_code in {302, 404}
    assert Client().post("/internal/explain").status_code in {302, 404}
    assert Client().get("/ready").status_code in {302, 404}


# The demonstration --------------------------------------------------------------------------------


@pytest.fixture
def demonstration(site, db, settings):
    site.people["pharmacie"] = site.account(Profession.PHARMACIST)
    site.write_demo()
    settings.REMPART_DEMO = True
    settings.REMPART_DEMO_FILE = str(site.data_dir / "demo" / "demo.json")
    settings.REMPART_TERMINAL_SOCKET = str(site.data_dir / "run" / "nobody.sock")
    return site


@pytest.mark.parametrize("place", ["/demo", "/demo/codes"])
def test_outside_the_demonstration_there_is_no_such_page(site, db, place):
    assert Client().get(place).status_code == 404


@pytest.mark.parametrize(
    "where", [{"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "not an address"}, {"REMOTE_ADDR": ""}]
)
def test_only_this_machine_sees_the_demonstration(demonstration, where):
    assert Client(**where).get("/demo").status_code == 404
    assert Client().get("/demo").status_code == 200


def test_the_code_of_this_minute_signs_in(demonstration):
    person = demonstration.people["pharmacie"]
    page = Client().get("/demo/codes").content.decode()
    assert person.account.login in page
    code = page.split(f">{person.account.login}</td>")[1].split('<b class="mono">')[1][:6]
    client = Client()
    client.post("/sign-in/", {"login": person.account.login, "password": person.password})
    assert client.post("/sign-in/code/", {"code": code})["Location"] == "/"


def test_a_silent_reader_is_told(demonstration):
    login = demonstration.people["pharmacie"].account.login
    page = Client().post("/demo/carte", {"login": login, "person": "0"})
    assert "Le lecteur ne répond pas" in page.content.decode()


@pytest.mark.parametrize("given", [{"person": "999"}, {"person": "-1"}, {"person": "x"}, {"login": "nobody"}])
def test_only_sample_persons_and_known_accounts_have_a_reader(demonstration, given):
    login = demonstration.people["pharmacie"].account.login
    assert Client().post("/demo/carte", {"login": login, "person": "0"} | given).status_code == 404


def test_codes_are_those_of_the_standard():
    from rempart.portal.demo.codes import code, seconds_left  # noqa: PLC0415

    # RFC 6238, appendix B: the secret "12345678901234567890", SHA-1, last six digits
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [code(secret, at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]
    assert (seconds_left(0), seconds_left(29)) == (30, 1)
