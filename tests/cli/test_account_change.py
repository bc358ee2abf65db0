"""`rempart account change`: another profession or organisation; for staff, on two keepers' word."""

import json

import pytest
from tests.cli.test_accounts import rempart  # noqa: F401  # a fixture

from rempart.gate.keepers import hash_secret

SECRET, OTHER = "a keeper's own secret", "another keeper's secret"
WHY = ("--reason", "Nouveau poste depuis lundi")


@pytest.fixture
def place(connect, fresh):
    def make() -> str:
        name = fresh("org")
        connect("owner").execute(
            "insert into access.access_organisation (technical_id, name) values (%s, 'Structure')", [name]
        )
        return name

    return make


@pytest.fixture
def pharmacist(rempart, fresh, place):  # noqa: F811
    login = fresh("pharmacist")
    code, _, err = rempart(
        "open", login, "--profession", "pharmacist", "--organisation", place(), "--set-up", "--json"
    )
    assert code == 0, err
    return login


@pytest.fixture
def keepers(connect, fresh):
    names = fresh("alix"), fresh("bruno")
    for name, secret in zip(names, (SECRET, OTHER), strict=True):
        connect("owner").execute(
            "insert into gate.keeper (name, secret) values (%s, %s)", [name, hash_secret(secret)]
        )
    return names


def row(connect, login):
    return (
        connect("owner")
        .execute(
            "select a.profession, o.technical_id, a.card_until > now() + interval '47 hours', a.card_reason"
            " from access.access_account a left join access.access_organisation o on o.id = a.organisation_id"
            " where login = %s",
            [login],
        )
        .fetchone()
    )


def entries(connect, login):
    found = connect("owner").execute(
        "select e.details from journal.entry e join access.access_account a on a.id = e.account"
        " where a.login = %s and e.tag = 'access:account:role_changed'",
        [login],
    )
    return [one[0] for one in found.fetchall()]


def test_without_apply_nothing_changes_and_it_says_what_would(rempart, pharmacist, connect):  # noqa: F811
    before = row(connect, pharmacist)
    code, out, err = rempart("change", pharmacist, "--profession", "optician", *WHY, "--json")
    assert code == 0, err
    said = json.loads(out)
    assert (said["before"]["profession"], said["after"]["profession"]) == ("pharmacist", "optician")
    assert said["applied"] is said["two_keepers"] is False
    assert row(connect, pharmacist) == before
    assert entries(connect, pharmacist) == []


def test_a_professional_changes_and_what_was_open_ends(rempart, pharmacist, place, connect):  # noqa: F811
    token = json.loads(rempart("token", pharmacist, "Logiciel", "--json")[1])["token"]
    assert token
    where = place()
    words = (
        "change",
        pharmacist,
        "--profession",
        "optician",
        "--organisation",
        where,
        *WHY,
        "--apply",
        "--json",
    )
    code, out, err = rempart(*words)
    assert code == 0, err
    assert json.loads(out)["tokens_revoked"] == 1
    assert row(connect, pharmacist) == ("optician", where, True, "new_role")
    assert json.loads(rempart("revoke-token", pharmacist, "--json")[1]) == []
    (entry,) = entries(connect, pharmacist)
    assert (entry["before"]["profession"], entry["after"]) == (
        "pharmacist",
        {"profession": "optician", "organisation": where},
    )
    assert (entry["why"], entry["keepers"]) == (WHY[1], [])


def test_to_become_staff_takes_two_keepers(rempart, pharmacist, keepers, connect, tmp_path):  # noqa: F811
    one, two = keepers
    words = ("change", pharmacist, "--profession", "operator", *WHY, "--apply", "--json")
    both = ("--as", one, "--and", two)
    wrong = [
        ((), ""),
        (("--as", one), SECRET + "\n"),
        (("--as", one, "--and", one), f"{SECRET}\n{SECRET}\n"),
        (both, f"{SECRET}\nwrong secret of somebody\n"),
        (both, f"{OTHER}\n{SECRET}\n"),
        (("--as", one, "--and", "nobody"), f"{SECRET}\n{OTHER}\n"),
    ]
    for named, given in wrong:
        code, _, err = rempart(*words, *named, given=given)
        assert code == 9, (named, err)
        assert row(connect, pharmacist)[0] == "pharmacist"
    code, _, err = rempart(*words, *both, given=f"{SECRET}\n{OTHER}\n")
    assert code == 0, err
    assert row(connect, pharmacist)[:2] == ("operator", None)
    assert entries(connect, pharmacist)[0]["keepers"] == sorted(keepers)


def test_to_leave_staff_takes_two_as_well_and_a_place_to_work(rempart, fresh, place, keepers, connect):  # noqa: F811
    login = fresh("operator")
    rempart("open", login, "--profession", "operator", "--set-up")
    words = ("change", login, "--profession", "pharmacist", *WHY, "--apply")
    assert rempart(*words)[0] == 3
    assert rempart(*words, "--organisation", place())[0] == 9
    assert row(connect, login)[0] == "operator"
    both = ("--as", keepers[0], "--and", keepers[1])
    assert rempart(*words, "--organisation", place(), *both, given=f"{SECRET}\n{OTHER}\n")[0] == 0
    assert row(connect, login)[0] == "pharmacist"


@pytest.mark.parametrize(
    "words",
    [
        ("--profession", "pharmacist", *WHY),
        ("--profession", "optician", "--reason", "short", "--apply"),
        ("--organisation", "nowhere", *WHY),
    ],
)
def test_what_makes_no_sense_is_told_so(rempart, pharmacist, connect, words):  # noqa: F811
    code, _, err = rempart("change", pharmacist, *words)
    assert code == 3, err
    assert row(connect, pharmacist)[0] == "pharmacist"
