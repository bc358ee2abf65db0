"""One look-up through the gate's own HTTP: what it answers, what it spends, what stands in the journal."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from rempart.gate.client import Caller, Client, Credential
from rempart.vocabulary.cover import Rights
from rempart.vocabulary.nir import Nir
from tests.gate.house import FAMILY_NAME, Account, House, Person


def test_an_answer_is_journaled_under_its_reference(
    house: House, pharmacist: Account, person: Person
) -> None:
    reply = house.look_up(pharmacist, person.ask())
    assert reply.status_code == 200
    body = reply.json()
    assert body["verdict"] == "granted"
    assert body["answer"]["rights"] == "yes"
    assert body["left"] == {"meter": "unproven", "window": "day", "spent": 1, "limit": 60}
    (entry,) = house.entries(pharmacist)
    assert entry["request"] == body["reference"]
    assert (entry["person"], entry["hit"], entry["verdict"]) == (person.id, True, "granted")
    assert (entry["categories"], entry["cost"], entry["proof"], entry["channel"]) == (12, 1, 0, "api")
    assert entry["department"] == Nir(person.nir).department
    assert reply.headers["cache-control"] == "no-store"


def test_nothing_that_identifies_is_echoed_or_journaled(
    house: House, pharmacist: Account, person: Person
) -> None:
    text = house.look_up(pharmacist, person.ask()).text + str(house.entries(pharmacist))
    assert person.nir not in text
    assert FAMILY_NAME not in text
    assert person.birth_date not in text


def test_the_same_person_again_is_free(house: House, pharmacist: Account, person: Person) -> None:
    for _ in range(3):
        assert house.look_up(pharmacist, person.ask()).json()["left"]["spent"] == 1
    assert [entry["cost"] for entry in house.entries(pharmacist)] == [1, 0, 0]


def test_a_miss_says_not_found_and_counts(house: House, pharmacist: Account, person: Person) -> None:
    reply = house.look_up(pharmacist, person.ask(birth_date="1901-01-01"))
    assert (reply.status_code, reply.json()["reason"]) == (403, "not_found")
    (entry,) = house.entries(pharmacist)
    assert entry["hit"] is False
    assert entry["person"] < 0
    assert entry["cost"] == 1


def test_unknown_rights_are_not_closed_rights(house: House, pharmacist: Account) -> None:
    assert (
        house.look_up(pharmacist, house.person(rights=Rights("unknown")).ask()).json()["answer"]["rights"]
        == "unknown"
    )
    assert (
        house.look_up(pharmacist, house.person(rights=Rights("closed")).ask()).json()["answer"]["rights"]
        == "no"
    )


def test_past_the_limit_hit_and_miss_are_refused_alike(house: House, pharmacist: Account) -> None:
    for _ in range(10):
        assert house.look_up(pharmacist, house.person().ask()).status_code == 200
    hit = house.look_up(pharmacist, house.person().ask())
    miss = house.look_up(pharmacist, house.person().ask(birth_date="1902-02-02"))
    assert hit.status_code == miss.status_code == 429
    assert 1 <= hit.json()["retry_after"] <= 60
    assert hit.json()["limit"] == {"scope": "account", "meter": "unproven", "window": "minute", "limit": 10}
    same = {"verdict", "reason", "advice", "how", "limit"}
    assert {k: hit.json()[k] for k in same} == {k: miss.json()[k] for k in same}
    assert set(hit.json()) == set(miss.json())
    assert [name for name in hit.headers if name != "date"] == [
        name for name in miss.headers if name != "date"
    ]
    last = house.entries(pharmacist)[-1]
    assert (last["verdict"], last["rule"], last["cost"]) == ("refused", "limit:1:0:0:10", 0)


def test_64_at_once_never_pass_the_budget(house: House, pharmacist: Account) -> None:
    people = [house.person() for _ in range(64)]
    with ThreadPoolExecutor(64) as pool:
        replies = list(pool.map(lambda person: house.look_up(pharmacist, person.ask()), people))
    assert sorted({reply.status_code for reply in replies}) == [200, 429]
    assert sum(reply.status_code == 200 for reply in replies) == 10


def test_a_card_is_served_when_the_budget_is_spent(house: House, pharmacist: Account) -> None:
    for _ in range(10):
        house.look_up(pharmacist, house.person().ask())
    person = house.person()
    reply = house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person)))
    assert reply.status_code == 200
    assert reply.json()["proof"] == "card"
    assert house.entries(pharmacist)[-1]["terminal"] == pharmacist.terminal.id  # type: ignore[union-attr]


def test_a_patient_present_has_a_small_overdraft(house: House, pharmacist: Account) -> None:
    present = {"kind": "present", "reason": "card_forgotten"}
    assert house.look_up(pharmacist, house.person().ask(proof=present)).json()["proof"] == "present"
    assert house.look_up(pharmacist, house.person().ask(proof=present)).json()["limit"]["limit"] == 1
    assert house.entries(pharmacist)[0]["details"] == {"present": "card_forgotten"}


def test_a_proven_visit_makes_a_person_known_to_the_organisation(
    house: House, pharmacist: Account, person: Person
) -> None:
    house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person)))
    colleague = house.account(organisation=pharmacist.organisation)
    assert house.look_up(colleague, person.ask()).json()["proof"] == "known"
    assert house.look_up(house.account(), person.ask()).json()["proof"] == "none"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nir": "1550899123456"}, "proof_forged"),
        ({"login": "somebody-else"}, "proof_forged"),
        ({"birth_rank": 2}, "proof_forged"),
        ({"at": datetime.now(UTC) - timedelta(minutes=5)}, "proof_stale"),
        ({"at": datetime.now(UTC) + timedelta(minutes=5)}, "proof_stale"),
    ],
)
def test_a_card_proof_holds_for_its_person_account_and_minute(
    house: House, pharmacist: Account, person: Person, change: dict[str, object], reason: str
) -> None:
    reply = house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person, **change)))
    assert (reply.status_code, reply.json()["reason"]) == (403, reason)
    assert house.entries(pharmacist)[-1]["reason"] == reason


def test_a_card_proof_is_used_once(house: House, pharmacist: Account, person: Person) -> None:
    proof = house.card(pharmacist, person)
    assert house.look_up(pharmacist, person.ask(proof=proof)).status_code == 200
    assert house.look_up(pharmacist, person.ask(proof=proof)).json()["reason"] == "proof_replayed"


def test_another_organisations_reader_proves_nothing(
    house: House, pharmacist: Account, person: Person
) -> None:
    elsewhere = house.terminal(house.organisation())
    proof = house.card(pharmacist, person, terminal=elsewhere)
    assert house.look_up(pharmacist, person.ask(proof=proof)).json()["reason"] == "proof_terminal"


def test_a_reader_proves_nothing_before_its_day_or_after_its_end(
    house: House, pharmacist: Account, person: Person
) -> None:
    assert pharmacist.organisation
    early = house.terminal(pharmacist.organisation, datetime.now(UTC) + timedelta(hours=1))
    proof = house.card(pharmacist, person, terminal=early)
    assert house.look_up(pharmacist, person.ask(proof=proof)).json()["reason"] == "proof_terminal"
    assert house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person))).status_code == 200
    house.owner.execute(
        "update gate.terminal set revoked_at = now() where id = %s", (pharmacist.terminal.id,)
    )  # type: ignore[union-attr]
    proof = house.card(pharmacist, person)
    assert house.look_up(pharmacist, person.ask(proof=proof)).json()["reason"] == "proof_terminal"


def test_twins_need_their_rank(house: House, pharmacist: Account, person: Person) -> None:
    house.person(like=person, birth_rank=2, rights=Rights("closed"))
    first = house.look_up(pharmacist, person.ask())
    assert (first.status_code, first.json()["reason"], first.json()["how"]) == (
        401,
        "birth_rank",
        ["birth_rank"],
    )
    assert house.look_up(pharmacist, person.ask(birth_rank=1)).json()["answer"]["rights"] == "yes"
    assert house.look_up(pharmacist, person.ask(birth_rank=2)).json()["answer"]["rights"] == "no"
    assert house.look_up(pharmacist, person.ask(birth_rank=3)).json()["reason"] == "not_found"


def test_a_retry_counts_once_and_answers_the_same(house: House, pharmacist: Account, person: Person) -> None:
    proof = house.card(pharmacist, person)
    first = house.look_up(pharmacist, person.ask(proof=proof), Idempotency_Key="retry-me-1")
    again = house.look_up(pharmacist, person.ask(proof=proof), Idempotency_Key="retry-me-1")
    assert first.status_code == 200
    assert again.json() == first.json()
    assert len(house.entries(pharmacist)) == 1
    other = house.look_up(pharmacist, house.person().ask(), Idempotency_Key="retry-me-1")
    assert (other.status_code, other.json()["field"]) == (409, "Idempotency-Key")


def test_retries_at_the_same_moment_count_once(house: House, pharmacist: Account, person: Person) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(
            pool.map(
                lambda _: house.look_up(pharmacist, person.ask(), Idempotency_Key="same-moment"), range(16)
            )
        )
    assert len({reply.text for reply in replies}) == 1
    assert len(house.entries(pharmacist)) == 1


def test_a_retry_after_a_freeze_opens_nothing(house: House, pharmacist: Account, person: Person) -> None:
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="before-freeze").status_code == 200
    house.owner.execute(
        "select gate.restrict(1::smallint, %s, 'frozen', 'essai', 'test')", (str(pharmacist.id),)
    )
    assert (
        house.look_up(pharmacist, person.ask(), Idempotency_Key="before-freeze").json()["reason"] == "frozen"
    )


def test_a_restriction_holds_from_the_very_next_look_up_until_lifted(
    house: House, pharmacist: Account, person: Person
) -> None:
    row = house.owner.execute(
        "select gate.restrict(1::smallint, %s, 'card_required', 'essai', 'test')", (str(pharmacist.id),)
    ).fetchone()
    assert row
    reply = house.look_up(pharmacist, person.ask())
    assert (reply.status_code, reply.json()["reason"], reply.json()["how"]) == (
        401,
        "card_required",
        ["card", "present"],
    )
    assert house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person))).status_code == 200
    present = {"kind": "present", "reason": "reader_broken"}
    assert house.look_up(pharmacist, house.person().ask(proof=present)).status_code == 200
    house.owner.execute("select gate.lift(%s, 'test', 'essai')", row)
    assert house.look_up(pharmacist, person.ask()).status_code == 200


def test_a_recent_account_needs_the_card(house: House, person: Person) -> None:
    recent = house.account(terminal=True, card_until=datetime.now(UTC) + timedelta(hours=48))
    assert house.look_up(recent, person.ask()).json()["reason"] == "card_required"
    assert house.look_up(recent, person.ask(proof=house.card(recent, person))).status_code == 200
    found = house.owner.execute(
        "select gate.explain(%s, 'rights', 0::smallint, '127.0.0.1', 'api', now())", (recent.login,)
    ).fetchone()
    assert found
    assert [step["step"] for step in found[0]["steps"] if not step["passes"]] == ["account"]


def test_a_tokens_last_use_is_kept_to_the_hour(house: House, pharmacist: Account, person: Person) -> None:
    query = "select last_used_at from access.access_token where account_id = %s"
    house.look_up(pharmacist, person.ask())
    first = house.owner.execute(query, (pharmacist.id,)).fetchone()
    house.look_up(pharmacist, person.ask())
    assert first
    assert first[0] is not None
    assert house.owner.execute(query, (pharmacist.id,)).fetchone() == first


def test_a_revoked_or_expired_token_opens_nothing(house: House, pharmacist: Account, person: Person) -> None:
    expired = house.token(pharmacist.id, datetime.now(UTC) - timedelta(seconds=1))
    assert house.look_up(expired, person.ask()).json()["reason"] == "credential"
    assert house.look_up(pharmacist, person.ask()).status_code == 200
    house.owner.execute(
        "update access.access_token set revoked_at = now() where account_id = %s", (pharmacist.id,)
    )
    assert house.look_up(pharmacist, person.ask()).status_code == 401


def test_a_password_alone_sees_no_person(house: House, pharmacist: Account, person: Person) -> None:
    client = Client(house.socket)
    weak = Caller(Credential("session", house.session(pharmacist.id, assurance=1)), "127.0.0.1")
    strong = Caller(Credential("session", house.session(pharmacist.id, assurance=2)), "127.0.0.1")
    reply = client.look_up(weak, person.ask())
    assert (reply.status, reply.body["reason"], reply.body["how"]) == (
        401,
        "assurance",
        ["second_factor", "passkey"],
    )
    assert client.look_up(strong, person.ask()).status == 200
    assert house.entries(pharmacist)[-1]["channel"] == "page"


def test_a_session_is_believed_on_the_socket_only(house: House, pharmacist: Account, person: Person) -> None:
    session = house.session(pharmacist.id)
    reply = httpx.post(
        house.url + "/api/v1/lookups", json=person.ask(), headers={"X-Rempart-Session": session}
    )
    assert reply.status_code == 401


def test_a_profession_has_its_own_purposes(house: House, pharmacist: Account, person: Person) -> None:
    for purpose in ("admission", "support", "subject_access"):
        assert house.look_up(pharmacist, person.ask(purpose=purpose)).json()["reason"] == "purpose"
    desk = house.account("hospital_desk")
    assert house.look_up(desk, person.ask(purpose="admission")).status_code == 200
    assert house.entries(desk)[0]["categories"] == 14


def test_staff_are_bounded_too(house: House) -> None:
    dpo = house.account("dpo")
    replies = [house.look_up(dpo, house.person().ask(purpose="subject_access")) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[2].json()["limit"]["meter"] in {"wide", "unproven"}


def test_a_withdrawn_insurers_persons_are_not_found(house: House, pharmacist: Account) -> None:
    person = house.person(insurer=house.insurer(fresh=True))
    assert house.look_up(pharmacist, person.ask()).status_code == 200
    house.owner.execute(
        "update vault.insurer_key set withdrawn_at = now() where insurer = %s", (person.insurer,)
    )
    assert house.look_up(pharmacist, person.ask()).json()["reason"] == "not_found"


def test_a_tripped_breaker_asks_everybody_for_the_card(
    house: House, pharmacist: Account, person: Person
) -> None:
    (before,) = house.owner.execute("select floor from gate.breaker").fetchone() or ()
    # Down to the floor, or the gate's upkeep between these lines would lift it back.
    tripped = "update gate.breaker set floor = %(at)s, ceiling = %(at)s, current = %(at)s"
    house.owner.execute(tripped, {"at": 0})
    try:
        reply = house.look_up(pharmacist, person.ask())
        assert (reply.status_code, reply.json()["reason"]) == (401, "breaker")
        assert house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person))).status_code == 200
    finally:
        house.owner.execute(tripped, {"at": before})


def test_a_full_network_challenges_and_a_declared_one_is_not_counted(house: House, person: Person) -> None:
    (before,) = house.owner.execute("select amounts from gate.limit_row where scope = 3").fetchone() or ()
    house.owner.execute("update gate.limit_row set amounts = '{0,0,0,0}' where scope = 3")
    try:
        reply = house.look_up(house.account(), person.ask())
        assert (reply.status_code, reply.json()["reason"]) == (401, "limit_network")
        inside = house.account("hospital_desk", organisation=house.organisation("hospital", ["127.0.0.0/8"]))
        assert house.look_up(inside, person.ask()).status_code == 200
    finally:
        house.owner.execute("update gate.limit_row set amounts = %s where scope = 3", (before,))


def test_a_flood_of_refusals_becomes_one_counted_entry(
    house: House, pharmacist: Account, person: Person
) -> None:
    house.owner.execute(
        "select gate.restrict(1::smallint, %s, 'frozen', 'essai', 'test')", (str(pharmacist.id),)
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: house.look_up(pharmacist, person.ask()), range(50)))
    refused = [entry for entry in house.entries(pharmacist) if entry["verdict"] == "refused"]
    assert 20 <= len(refused) <= 40  # at most twenty for each of two minutes
    house.owner.execute("select gate.upkeep(now() + interval '2 minutes')")
    counted = [entry for entry in house.entries(pharmacist) if entry["verdict"] == "refused"]
    assert sum(entry["count"] for entry in counted) == 50


def test_what_is_left_is_told_without_spending(house: House, pharmacist: Account, person: Person) -> None:
    house.look_up(pharmacist, person.ask())
    for _ in range(2):
        reply = httpx.get(
            house.url + "/api/v1/limits", headers={"Authorization": f"Bearer {pharmacist.token}"}
        )
    meters = {(m["meter"], m["window"]): (m["spent"], m["limit"]) for m in reply.json()["meters"]}
    assert meters["unproven", "day"] == (1, 60)
    assert meters["unproven", "minute"] == (1, 10)
    assert meters["proven", "day"] == (0, 400)


def test_explaining_neither_discloses_nor_spends(house: House, pharmacist: Account) -> None:
    operator = house.account("operator")
    asker = Caller(Credential("session", house.session(operator.id)), "127.0.0.1")
    reply = Client(house.socket).explain(asker, {"login": pharmacist.login})
    assert (reply.status, reply.body["verdict"]) == (200, "granted")
    assert [step["step"] for step in reply.body["steps"]] == [
        "restrictions",
        "account",
        "matrix",
        "watch",
        *["limit"] * 4,
    ]
    assert house.entries(pharmacist) == []
    nosy = Caller(Credential("session", house.session(pharmacist.id)), "127.0.0.1")
    assert Client(house.socket).explain(nosy, {"login": operator.login}).status == 403


def test_a_person_without_contract_has_no_third_party_payment_and_only_rights_are_journaled(
    house: House, pharmacist: Account, person: Person
) -> None:
    house.owner.execute("update registry.person set sealed_contract = null where id = %s", (person.id,))
    assert house.look_up(pharmacist, person.ask()).json()["answer"]["third_party"]["accepted"] == "no"
    assert house.entries(pharmacist)[0]["categories"] == 4
