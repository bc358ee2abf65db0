"""Every address of the site, tried by everybody who must not get in."""

import re

import pytest

from rempart.access.doors import door_of, passive, professional, public, role, signed_in
from rempart.config.checks import all_pages, every_page_has_a_door
from rempart.vocabulary.words import STAFF, Assurance, Profession
from tests.access.house import browser

PAGES = [(path, door_of(view)) for path, view in all_pages()]
_ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>")


def address_of(path: str) -> str:
    """An address under the pattern, with an argument of the asked kind."""
    path = _ARGUMENT.sub(lambda found: "1" if found[1] == "int" else "x", path)
    return "/" + re.sub(r"\(.*?\)|[\^$?\\]", "x", path) if "(" in path else "/" + path


def attempts(client, path):
    """The page asked for in the ways that a page can be asked for."""
    yield client.get(address_of(path))
    yield client.post(address_of(path), {"x": "1"})
    yield client.get(address_of(path), HTTP_HX_REQUEST="true")


def is_refused(answer) -> bool:
    if answer.status_code in {401, 403, 404, 405}:
        return True
    return answer.status_code == 302 and answer["Location"].startswith(
        ("/sign-in/", "/account/second-factor/activate/")
    )


def test_every_page_says_who_may_open_it():
    assert every_page_has_a_door(None) == []
    assert len(PAGES) > 20


@pytest.mark.parametrize("path", [path for path, door in PAGES if door.assurance])
def test_an_outsider_opens_public_pages_only(db, path):
    for answer in attempts(browser(), path):
        assert is_refused(answer), (path, answer.status_code)


def test_a_password_alone_opens_ones_own_pages_only(person):
    client = person(factor=False).sign_in()
    for path, door in PAGES:
        if door.assurance > Assurance.PASSWORD:
            for answer in attempts(client, path):
                assert is_refused(answer), (path, answer.status_code)


@pytest.mark.parametrize("profession", [Profession.PHARMACIST, Profession.OPERATOR, Profession.DPO])
def test_a_profession_opens_no_page_of_another(person, profession):
    client = person(profession).sign_in()
    closed = [path for path, door in PAGES if door.professions and profession not in door.professions]
    assert closed
    for path in closed:
        for answer in attempts(client, path):
            assert answer.status_code == 403, (path, answer.status_code)


def test_what_concerns_one_role_is_no_address_of_another():
    """A page under /operations/ or /dpo/ that forgot its role would be open to every professional."""
    for path, door in PAGES:
        if path.startswith(("exploitation", "operations", "dpo")):
            assert door.professions, path
            assert door.professions <= STAFF, path


def test_a_view_without_a_door_is_closed_even_to_operators(person, settings):
    settings.ROOT_URLCONF = "tests.access.forgotten"
    client = person(Profession.OPERATOR).sign_in()
    assert client.get("/forgotten/").status_code == 403
    assert browser().get("/forgotten/")["Location"].startswith("/sign-in/")
    assert [problem.id for problem in every_page_has_a_door(None)] == ["rempart.E020"]


def test_marking_a_view_leaves_the_original_alone():
    def view(request):
        return None

    assert door_of(signed_in(view)).assurance == 2
    assert door_of(view) is None
    assert door_of(public(view)).assurance == 0
    assert door_of(professional(view)).professions.isdisjoint(STAFF)
    assert door_of(passive(role(Profession.DPO)(view))) == door_of(passive(role(Profession.DPO)(view)))
    assert door_of(passive(signed_in(view))).keeps_awake is False
    with pytest.raises(TypeError):
        role()
    with pytest.raises(TypeError):
        passive(view)


def test_a_fragment_sends_the_whole_page_to_sign_in(db):
    answer = browser().get("/account/second-factor/", HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in/")


def test_after_sign_in_one_comes_back_here_and_nowhere_else(person):
    holder = person(factor=False)
    asked = browser().get("/account/password/?a=1")
    assert asked["Location"] == "/sign-in/?next=%2Faccount%2Fpassword%2F%3Fa%3D1"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        client = browser()
        answer = client.post(
            "/sign-in/", {"login": holder.account.login, "password": holder.password, "next": elsewhere}
        )
        assert answer["Location"] == "/"
