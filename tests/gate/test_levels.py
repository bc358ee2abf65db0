"""Each purpose names its level; a challenge names what proves it; the same call goes on afterwards."""

from collections.abc import Iterator

import pytest

from rempart.gate.client import Caller, Client, Credential
from rempart.gate.rules.advice import advice, how
from rempart.vocabulary.words import Reason
from tests.gate.house import Account, House, Person


@pytest.fixture
def desk(house: House) -> Account:
    return house.account("hospital_desk")


@pytest.fixture
def _admission_by_card(house: House) -> Iterator[None]:
    row = "update gate.matrix_row set assurance = %s where purpose = 'admission' and profession = %s"
    house.owner.execute(row, (3, "hospital_desk"))
    try:
        yield
    finally:
        house.owner.execute(row, (2, "hospital_desk"))


def at(house: House, account: Account, level: int, language: str = "fr") -> Caller:
    key = house.session(account.id, assurance=level)
    return Caller(Credential("session", key), "127.0.0.1", language=language)


def asks(person: Person, purpose: str = "rights") -> dict:
    return person.ask() | {"purpose": purpose}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.usefixtures("_admission_by_card")
def test_level_2_is_not_enough_where_the_purpose_asks_for_the_card(
    house: House, desk: Account, person: Person, language: str
) -> None:
    client = Client(house.socket)
    reply = client.look_up(at(house, desk, 2, language), asks(person, "admission"))
    assert (reply.status, reply.body["verdict"], reply.body["reason"]) == (401, "challenged", "assurance")
    assert reply.body["how"] == ["professional_card", "pro_sante_connect"]
    assert reply.body["advice"] == advice(Reason.ASSURANCE, language, 3)
    assert house.entries(desk)[-1]["rule"] == "matrix:assurance:3"
    assert client.look_up(at(house, desk, 2), asks(person)).status == 200, "its other purpose stays open"
    assert client.look_up(at(house, desk, 3), asks(person, "admission")).status == 200


def test_a_challenged_call_is_decided_anew_after_stepping_up_and_then_kept(
    house: House, pharmacist: Account, person: Person
) -> None:
    client, key = Client(house.socket), "one-attempt-0001"
    first = client.look_up(at(house, pharmacist, 1), person.ask(), key)
    assert (first.status, first.body["how"]) == (401, ["second_factor", "passkey"])
    second = client.look_up(at(house, pharmacist, 2), person.ask(), key)
    assert (second.status, second.body["left"]["spent"]) == (200, 1)
    assert second.body["reference"] != first.body["reference"]
    third = client.look_up(at(house, pharmacist, 2), person.ask(), key)
    assert third.body["reference"] == second.body["reference"]
    assert third.body["left"]["spent"] == 1


@pytest.mark.usefixtures("_admission_by_card")
def test_a_token_of_level_2_is_told_the_same(house: House, desk: Account, person: Person) -> None:
    reply = house.look_up(desk, asks(person, "admission"))
    assert (reply.status_code, reply.json()["how"]) == (401, ["professional_card", "pro_sante_connect"])


def test_each_level_has_its_ways_and_a_text_in_both_languages() -> None:
    assert how(Reason.ASSURANCE, 2) == how(Reason.ASSURANCE) == ("second_factor", "passkey")
    assert how(Reason.ASSURANCE, 3) == ("professional_card", "pro_sante_connect")
    assert (
        len({advice(Reason.ASSURANCE, language, level) for language in ("fr", "en") for level in (2, 3)}) == 4
    )
