"""The published description holds: an outside judge finds nothing, and answers are as promised."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import orjson
import pytest

from rempart.gate import app as app_module
from rempart.gate.openapi import document
from rempart.gate.rules.reply import Reply, unavailable
from rempart.gate.rules.request import MAX_BODY
from tests.gate.doors import Doors, doors
from tests.gate.house import Account, House, Person
from tests.gate.test_http import BODY, TOKEN, padded, post

EXAMPLES = document()["paths"]["/api/v1/lookups"]["post"]["requestBody"]["content"]["application/json"][
    "examples"
]


def test_an_outside_judge_finds_nothing(house: House, pharmacist: Account) -> None:
    """schemathesis, every check it has: examples, edge cases and 200 inventions for each operation."""
    example = EXAMPLES["everyday"]["value"]
    house.person(like=Person(0, example["nir"], example["birth_date"], 1, 0))
    judge = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{house.url}/api/openapi.json"]
    how = [
        "--header",
        f"Authorization: Bearer {pharmacist.token}",
        "--checks",
        "all",
        "--max-examples",
        "200",
        "--seed",  # the same inventions each time: one of another seed is a finding for whoever looks for it
        "22",
    ]
    done = subprocess.run(
        [*judge, *how, "--no-color", "--suppress-health-check", "all"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    verdicts = {entry["verdict"] for entry in house.entries(pharmacist)}
    assert verdicts >= {"granted", "refused"}, "nothing of what matters was reached"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_answered(house: House, pharmacist: Account, name: str) -> None:
    example = EXAMPLES[name]["value"]
    person = house.person()
    body = example | {"nir": person.nir, "birth_date": person.birth_date}
    assert house.look_up(pharmacist, body).status_code == 200


# ------------------------------------------------------------------------- every status, with its body


def conforms(path: str, method: str, status: int, body: Any) -> None:
    whole = document()
    documented = whole["paths"][path][method]["responses"][str(status)]
    schema = documented["content"]["application/json"]["schema"]
    jsonschema_rs.Draft202012Validator(schema | {"components": whole["components"]}).validate(body)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_module, "_BODY_SECONDS", 0.3)
        with doors(tmp_path_factory.mktemp("doors")) as made:
            yield made


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (400, post(headers=TOKEN * 2)),
        (401, post(headers=b"")),
        (408, post(b"", length=b"9")),
        (413, post(padded(MAX_BODY + 1))),
        (415, post().replace(b"application/json", b"text/csv")),
        (422, post(b"{}")),
        (422, post(headers=TOKEN + b"Idempotency-Key: short\r\n")),
        (431, post(headers=TOKEN + b"X-Filler: " + b"a" * 16_400 + b"\r\n")),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_each_refusal_of_the_door_is_documented_with_its_body(door: Doors, status: int, ask: bytes) -> None:
    found, got = door.send(ask)
    assert found == status
    conforms("/api/v1/lookups", "post", status, orjson.loads(got.partition(b"\r\n\r\n")[2]))


def test_unavailable_is_documented_and_says_when_to_try_again(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Reply:
        return unavailable("en")

    monkeypatch.setattr(door.gate, "look_up", away)
    status, got = door.send(post())
    assert (status, b"retry-after: 2" in got) == (503, True)
    conforms("/api/v1/lookups", "post", 503, orjson.loads(got.partition(b"\r\n\r\n")[2]))


def test_a_fault_that_nobody_foresaw_is_unavailable_and_repeats_nothing(
    door: Doors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any) -> Reply:
        raise RuntimeError(BODY.decode())

    monkeypatch.setattr(door.gate, "look_up", broken)
    status, got = door.send(post())
    assert status == 503
    assert b"2550814168025" not in got
    assert "2550814168025" not in caplog.text
    assert "fault RuntimeError at broken" in caplog.text


def test_each_verdict_of_the_gate_is_documented_with_its_body(house: House) -> None:
    seen: set[tuple[int, str]] = set()
    for account, change in (
        (house.account(terminal=True), {}),
        (house.account(), {"birth_date": "1901-01-01"}),
        (house.account(), {"purpose": "admission"}),
    ):
        for _ in range(11):
            reply = house.look_up(account, house.person().ask(**change))
            conforms("/api/v1/lookups", "post", reply.status_code, reply.json())
            seen.add((reply.status_code, reply.json().get("reason", "granted")))
    restricted = house.account()
    for kind in ("card_required", "frozen"):
        house.owner.execute(
            "select gate.restrict(1::smallint, %s, %s, 'essai', 'test')", (str(restricted.id), kind)
        )
        reply = house.look_up(restricted, house.person().ask())
        conforms("/api/v1/lookups", "post", reply.status_code, reply.json())
        seen.add((reply.status_code, reply.json()["reason"]))
    reply = house.look_up("rmp_unknown", house.person().ask())
    conforms("/api/v1/lookups", "post", reply.status_code, reply.json())
    assert seen >= {
        (200, "granted"),
        (429, "limit_account"),
        (403, "not_found"),
        (403, "purpose"),
        (401, "card_required"),
        (403, "frozen"),
    }


def test_a_key_used_for_another_request_is_a_documented_conflict(
    house: House, pharmacist: Account, person: Person
) -> None:
    for family, status in (("optics", 200), ("dental", 409)):
        reply = house.look_up(pharmacist, person.ask(act_family=family), Idempotency_Key="one-key-only")
        assert reply.status_code == status
        conforms("/api/v1/lookups", "post", status, reply.json())


def test_what_is_left_is_documented(house: House, pharmacist: Account) -> None:
    for token in (pharmacist.token, "rmp_unknown"):
        reply = httpx.get(f"{house.url}/api/v1/limits", headers={"Authorization": f"Bearer {token}"})
        conforms("/api/v1/limits", "get", reply.status_code, reply.json())
    assert house.entries(pharmacist) == []


def test_an_answer_that_the_document_does_not_promise_would_be_seen() -> None:
    with suppress(jsonschema_rs.ValidationError):
        conforms("/api/v1/lookups", "post", 200, {"verdict": "granted", "answer": {}, "family_name": "X"})
        pytest.fail("the validator passes anything")
