"""The request parser: whatever comes, it is read or refused, and nothing of it is repeated."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rempart.gate.rules.request import MAX_BODY, Lookup, MalformedError, parse, parse_repeat_key

NIR = "2550814168025"
PERSON = {"purpose": "rights", "nir": NIR, "birth_date": "1955-08-14"}
MEMBER = {"purpose": "rights", "amc": "00123456", "member_number": "M1", "birth_date": "1955-08-14"}
CARD = {
    "kind": "card",
    "terminal": 7,
    "at": "2026-11-23T10:42:07Z",
    "nonce": urlsafe_b64encode(bytes(16)).decode().rstrip("="),
    "signature": urlsafe_b64encode(bytes(64)).decode().rstrip("="),
}
FIELDS = {
    *("body", "purpose", "nir", "amc", "member_number", "birth_date", "birth_rank", "act_family"),
    *("proof", "proof.kind", "proof.reason", "proof.terminal", "proof.at", "proof.nonce", "proof.signature"),
}


def read(body: Any) -> Lookup:
    return parse(body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(body: Any) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        read(body)
    return caught.value


# ------------------------------------------------------------------------------------------ anything

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)
NEARLY = st.dictionaries(
    st.sampled_from(sorted(FIELDS - {"body"})) | st.text(max_size=20),
    JSON | st.sampled_from(["rights", NIR, "1955-08-14", 1, CARD, {"kind": "present", "reason": "newborn"}]),
    max_size=8,
)
PROOF = st.fixed_dictionaries(
    {},
    optional={name: JSON | st.just(value) for name, value in CARD.items()} | {"reason": JSON, "more": JSON},
).map(lambda proof: PERSON | {"proof": proof})


def holds(body: bytes) -> None:
    """A value, or one of the fields with a fixed message."""
    try:
        found = parse(body)
    except MalformedError as fault:
        assert fault.args == (fault.field,)  # noqa: PT017  # the value must not be in it
        assert fault.field in FIELDS or fault.message == "unknown field"  # noqa: PT017
        assert fault.field.isascii()  # noqa: PT017
    else:
        assert (found.nir is None) != (found.member is None)
        assert "(…)" in repr(found) or NIR not in repr(found)


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\xff\xfe{\x00}\x00")
@example(b"\xef\xbb\xbf{}")
@example(b"")
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    holds(body)


@settings(deadline=None, max_examples=300)
@given(JSON | NEARLY | PROOF)
@example({"\ud800": 1})
@example(PERSON | {"purpose": []})
@example(PERSON | {"purpose": {"rights": 1}})
@example(PERSON | {"nir": "\ud800" * 13})
@example(PERSON | {"proof": {"kind": ["card"]}})
@example(PERSON | {"proof": CARD | {"nonce": b"".decode() * 22}})
def test_any_json_is_read_or_refused(value: Any) -> None:
    holds(json.dumps(value).encode())


@given(st.text(min_size=6, max_size=30), st.sampled_from(sorted(FIELDS - {"body"})))
def test_no_value_is_repeated(canary: str, field: str) -> None:
    body: dict[str, Any] = dict(PERSON)
    head, _, tail = field.partition(".")
    body[head] = CARD | {tail: canary} if tail else canary
    try:
        read(body)
    except MalformedError as fault:
        assert canary not in f"{fault.field} {fault.message} {fault} {fault!r}"  # noqa: PT017


def test_a_number_in_a_keys_place_is_not_repeated_either() -> None:
    fault = refused(PERSON | {NIR: 1})
    assert (fault.field, fault.message) == ("body", "unknown field")
    assert refused(PERSON | {"nirr": 1}).field == "nirr"


# ------------------------------------------------------------------------------------------ hostile JSON


@pytest.mark.parametrize(
    "body",
    [
        b'{"purpose":"rights","nir":"2550814168025","nir":"2550814168025","birth_date":"1955-08-14"}',
        b'{"purpose":"rights","nir":"1","n\\u0069r":"2","birth_date":"1955-08-14"}',
        b'{"purpose":"rights","nir":"2550814168025","birth_date":"1955-08-14","proof":{"kind":"card","kind":"present"}}',
        b'{"proof":' + b'{"a":' * 600 + b"1" + b"}" * 600 + b"}",
        b"[" * MAX_BODY,
        b'{"a":' * (MAX_BODY // 5),
        b"[]",
        b'"rights"',
        b"null",
        b"1",
        b"{}{}",
        b"{'purpose': 'rights'}",
        b'{"purpose":"rights",}',
        b'{"birth_rank":' + b"9" * 4000 + b"}",
    ],
    ids=lambda body: body[:24].decode(),
)
def test_json_that_two_readers_may_read_differently_is_refused(body: bytes) -> None:
    refused(body)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_constants_that_are_no_json_spoil_the_whole_body(constant: bytes) -> None:
    assert refused(json.dumps(PERSON).encode()[:-1] + b', "birth_rank": ' + constant + b"}").field == "body"


@pytest.mark.parametrize("rank", [0, 10, -1, 10.0, 1.5, 2**53 + 1, 1e300, True, "1", [1], {}])
def test_a_birth_rank_is_a_whole_number_of_one_digit(rank: Any) -> None:
    assert refused(PERSON | {"birth_rank": rank}).field == "birth_rank"


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert read(PERSON | {"birth_rank": 2.0}).birth_rank == 2
    assert repr(read(PERSON | {"birth_rank": 2.0}).birth_rank) == "2"


def test_a_terminals_number_is_read_exactly_past_the_precision_of_floats() -> None:
    card = read(PERSON | {"proof": CARD | {"terminal": 2**53 + 1}}).card
    assert card is not None
    assert card.terminal == 9_007_199_254_740_993
    for terminal in (2**63, 0, -1, 7.5, 2.0**53, 2.0**62, 1e300, "7", True, None):
        assert refused(PERSON | {"proof": CARD | {"terminal": terminal}}).field == "proof.terminal"


# ------------------------------------------------------------------------------- digits that are not ours


def other_digits(text: str, zero: str) -> str:
    """The same but for its last digit: what is only looked at in front would pass."""
    place = max(place for place, c in enumerate(text) if c.isdigit())
    return text[:place] + chr(ord(zero) + int(text[place])) + text[place + 1 :]


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "０", "𝟎", "𝟶"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PERSON, "nir"),
        (PERSON, "birth_date"),
        (MEMBER, "amc"),
        (MEMBER, "member_number"),
    ],
)
def test_digits_of_other_scripts_are_refused(zero: str, body: dict[str, Any], field: str) -> None:
    written = body[field] if any(c.isdigit() for c in body[field]) else "1"
    assert refused(body | {field: other_digits(written, zero)}).field == field


@pytest.mark.parametrize("zero", ["٠", "０"])
@pytest.mark.parametrize("field", ["at"])
def test_digits_of_other_scripts_are_refused_in_a_proof(zero: str, field: str) -> None:
    proof = CARD | {field: other_digits(str(CARD[field]), zero)}
    assert refused(PERSON | {"proof": proof}).field == f"proof.{field}"


@pytest.mark.parametrize("nir", ["25508Α4168025", "2550\u200b814168025", "255082А168025", "255082ª168025"])
def test_letters_and_marks_that_look_alike_are_refused(nir: str) -> None:
    assert refused(PERSON | {"nir": nir}).field == "nir"


# ------------------------------------------------------------------------------------ each field's refusal


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": None}, "purpose"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"nir": "255081416802"}, "nir"),
        ({"nir": "255131416802538"}, "nir"),
        ({"nir": NIR + "39"}, "nir"),
        ({"nir": 2550814168025}, "nir"),
        ({"nir": " " * 41}, "nir"),
        ({"nir": None}, "nir"),
        ({"amc": "00123456"}, "nir"),
        ({"birth_date": "1955-08"}, "birth_date"),
        ({"birth_date": None}, "birth_date"),
        ({"birth_date": 19550814}, "birth_date"),
        ({"birth_date": "1955-08-14" + " " * 20}, "birth_date"),
        ({"act_family": "magic"}, "act_family"),
        ({"proof": []}, "proof"),
        ({"proof": {}}, "proof.kind"),
        ({"proof": {"kind": "none"}}, "proof.kind"),
        ({"proof": {"kind": "present"}}, "proof.reason"),
        ({"proof": {"kind": "present", "reason": "Madame était là"}}, "proof.reason"),
        ({"proof": {"kind": "present", "reason": "newborn", "x": 1}}, "proof"),
        ({"proof": {"kind": "card"}}, "proof"),
        ({"proof": CARD | {"x": 1}}, "proof"),
        ({"proof": CARD | {"at": "2026-11-23 10:42:07"}}, "proof.at"),
        ({"proof": CARD | {"at": "2026-1-2T3:4:5Z"}}, "proof.at"),
        ({"proof": CARD | {"at": "2026-02-30T10:42:07Z"}}, "proof.at"),
        ({"proof": CARD | {"at": "2026-11-23T10:42:07Z\n"}}, "proof.at"),
        ({"proof": CARD | {"at": 5}}, "proof.at"),
        ({"proof": CARD | {"nonce": "AAAA"}}, "proof.nonce"),
        ({"proof": CARD | {"nonce": f"{CARD['nonce']}!!!!"}}, "proof.nonce"),
        ({"proof": CARD | {"nonce": f"{CARD['nonce']}=="[:-1] + "\n="}}, "proof.nonce"),
        ({"proof": CARD | {"nonce": "é" * 22}}, "proof.nonce"),
        ({"proof": CARD | {"nonce": ["A"] * 22}}, "proof.nonce"),
        ({"proof": CARD | {"signature": None}}, "proof.signature"),
        ({"proof": CARD | {"signature": CARD["nonce"]}}, "proof.signature"),
        ({"surname": "x"}, "surname"),
    ],
    ids=str,
)
def test_each_refusal_names_its_field(change: dict[str, Any], field: str) -> None:
    assert refused(PERSON | change).field == field


@pytest.mark.parametrize("missing", ["purpose", "birth_date", "nir"])
def test_what_is_missing_is_named(missing: str) -> None:
    assert refused({name: value for name, value in PERSON.items() if name != missing}).field == missing


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amc": "0012345"}, "amc"),
        ({"amc": 123456}, "amc"),
        ({"amc": "0012345678"}, "amc"),
        ({"member_number": ""}, "member_number"),
        ({"member_number": "A" * 21}, "member_number"),
        ({"member_number": "A-1"}, "member_number"),
        ({"member_number": 1}, "member_number"),
    ],
    ids=str,
)
def test_each_refusal_of_a_member_names_its_field(change: dict[str, Any], field: str) -> None:
    assert refused(MEMBER | change).field == field


def test_both_ways_of_naming_a_person_are_read() -> None:
    by_number, by_member = read(PERSON), read(MEMBER | {"member_number": "m1"})
    assert by_number.nir is not None
    assert by_number.nir.number == NIR
    assert by_member.member == ("00123456", "M1")


# ------------------------------------------------------------------------------------- idempotency key


@pytest.mark.parametrize("key", ["1234567", "a" * 129, "with space1", "tab\t12345", "été12345", "١٢٣٤٥٦٧٨"])
def test_an_idempotency_key_is_visible_ascii(key: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_repeat_key(key)
    assert (caught.value.field, key in str(caught.value)) == ("Idempotency-Key", False)


def test_no_idempotency_key_is_none() -> None:
    assert parse_repeat_key(None) is None
    assert parse_repeat_key("order-42") == "order-42"
