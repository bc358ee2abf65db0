"""A retry counts once and answers the same, and opens nothing that has been closed since."""

import httpx
import pytest

from tests.gate.house import Account, House, Person


def test_a_retry_after_the_insurer_took_its_key_back_opens_nothing(house: House, pharmacist: Account) -> None:
    person = house.person(insurer=house.insurer(fresh=True))
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="withdrawn").status_code == 200
    house.owner.execute(
        "update vault.insurer_key set withdrawn_at = now() where insurer = %s", (person.insurer,)
    )
    again = house.look_up(pharmacist, person.ask(), Idempotency_Key="withdrawn")
    assert (again.status_code, again.json()["reason"], "answer" in again.json()) == (403, "not_found", False)


def test_a_retry_after_the_person_was_removed_opens_nothing(house: House, pharmacist: Account) -> None:
    person = house.person()
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="removed-since").status_code == 200
    house.owner.execute("delete from registry.person_key where person = %s", (person.id,))
    house.owner.execute("delete from registry.person where id = %s", (person.id,))
    again = house.look_up(pharmacist, person.ask(), Idempotency_Key="removed-since")
    assert (again.status_code, again.json()["reason"]) == (403, "not_found")


def test_a_retry_after_the_matrix_was_tightened_opens_no_more_than_it_allows_now(house: House) -> None:
    desk, person = house.account("hospital_desk"), house.person()
    ask = person.ask(purpose="admission")
    first = house.look_up(desk, ask, Idempotency_Key="tightened").json()["answer"]
    assert first["third_party"]["accepted"] != "unknown"
    row = "purpose = 'admission' and profession = 'hospital_desk'"
    house.owner.execute(f"update gate.matrix_row set categories = 4 where {row}")
    try:
        again = house.look_up(desk, ask, Idempotency_Key="tightened").json()["answer"]
    finally:
        house.owner.execute(f"update gate.matrix_row set categories = 14 where {row}")
    assert again["third_party"] == {"accepted": "unknown", "convention": "", "routing": ""}


@pytest.mark.parametrize("kind", ["card_required", "frozen"])
def test_a_retry_under_a_restriction_is_decided_anew(house: House, pharmacist: Account, kind: str) -> None:
    person = house.person()
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="restricted").status_code == 200
    house.owner.execute(
        "select gate.restrict(1::smallint, %s, %s, 'essai', 'test')", (str(pharmacist.id), kind)
    )
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="restricted").json()["reason"] == kind


def test_a_miss_proven_by_a_card_is_answered_the_same_again(house: House, pharmacist: Account) -> None:
    """Its proof is used up: without the first answer kept, a retry would be told of a replay."""
    nobody = Person(0, "2550814168025", "1901-01-01", 1, 0)
    ask = nobody.ask(proof=house.card(pharmacist, nobody))
    first = house.look_up(pharmacist, ask, Idempotency_Key="miss-by-card")
    again = house.look_up(pharmacist, ask, Idempotency_Key="miss-by-card")
    assert (first.status_code, first.json()["reason"]) == (403, "not_found")
    assert again.json() == first.json()
    assert [entry["cost"] for entry in house.entries(pharmacist)] == [1]


def test_a_challenge_for_the_rank_is_answered_the_same_again(house: House, pharmacist: Account) -> None:
    person = house.person()
    house.person(like=person, birth_rank=2)
    first, again = (house.look_up(pharmacist, person.ask(), Idempotency_Key="which-twin") for _ in range(2))
    assert (first.json()["reason"], again.json()) == ("birth_rank", first.json())


def test_a_refusal_by_a_limit_is_not_kept_and_may_be_tried_again(house: House, pharmacist: Account) -> None:
    for _ in range(10):
        house.look_up(pharmacist, house.person().ask())
    person = house.person()
    refused = house.look_up(pharmacist, person.ask(), Idempotency_Key="try-again-later")
    house.owner.execute("delete from gate.meter where id = %s", (pharmacist.id,))
    house.owner.execute("delete from gate.seen where id = %s", (pharmacist.id,))
    assert refused.status_code == 429
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="try-again-later").status_code == 200


def test_a_key_is_its_accounts_own(house: House, pharmacist: Account, person: Person) -> None:
    mine = house.look_up(pharmacist, person.ask(), Idempotency_Key="our-common-key")
    theirs = house.look_up(house.account(), person.ask(), Idempotency_Key="our-common-key")
    assert mine.status_code == theirs.status_code == 200
    assert mine.json()["reference"] != theirs.json()["reference"]


def test_a_retry_with_another_token_of_the_account_is_the_same_retry(
    house: House, pharmacist: Account, person: Person
) -> None:
    first = house.look_up(pharmacist, person.ask(), Idempotency_Key="any-of-my-tokens")
    again = house.look_up(house.token(pharmacist.id), person.ask(), Idempotency_Key="any-of-my-tokens")
    assert again.json() == first.json()
    assert len(house.entries(pharmacist)) == 1


def test_a_revoked_token_retries_nothing(house: House, pharmacist: Account, person: Person) -> None:
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="revoked-since").status_code == 200
    house.owner.execute(
        "update access.access_token set revoked_at = now() where account_id = %s", (pharmacist.id,)
    )
    again = house.look_up(pharmacist, person.ask(), Idempotency_Key="revoked-since")
    assert (again.status_code, again.json()["reason"]) == (401, "credential")


def test_no_key_is_written_where_a_number_could_be_read(
    house: House, pharmacist: Account, person: Person
) -> None:
    """The request is kept as a keyed digest, the decision without a field of the person."""
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="kept-as-a-digest").status_code == 200
    (kept,) = house.owner.execute(
        "select to_jsonb(r)::text from gate.repeat r where account = %s", (pharmacist.id,)
    ).fetchone() or ("",)
    assert "kept-as-a-digest" in kept
    for word in (person.nir, person.birth_date, "sealed", "data_key", "insurer"):
        assert word not in kept
        assert word.encode().hex() not in kept


def test_a_session_and_a_token_of_one_account_share_its_keys_on_the_port_too(
    house: House, pharmacist: Account, person: Person
) -> None:
    session = house.session(pharmacist.id)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(house.socket)), base_url="http://gate") as pages:
        headers = {
            "X-Rempart-Session": session,
            "X-Rempart-Network": "127.0.0.1",
            "Idempotency-Key": "both-doors",
        }
        by_page = pages.post("/api/v1/lookups", json=person.ask(), headers=headers)
        by_api = pages.post(
            "/api/v1/lookups",
            content=by_page.request.content,
            headers={
                "Authorization": f"Bearer {pharmacist.token}",
                "Content-Type": "application/json",
                "X-Rempart-Network": "127.0.0.1",
                "Idempotency-Key": "both-doors",
            },
        )
    assert by_api.json() == by_page.json()
    assert len(house.entries(pharmacist)) == 1
