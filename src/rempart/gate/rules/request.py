"""Read one look-up's request, strictly: unknown fields, duplicate keys and odd types are refused."""

import json
import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from rempart.vocabulary import nir as nirs
from rempart.vocabulary.births import parse_birth_date
from rempart.vocabulary.words import ActFamily, Purpose

Word = TypeVar("Word", bound=StrEnum)

MAX_BODY = 16_384
"""Bytes of a request's body."""

_FIELDS = frozenset(
    {"purpose", "nir", "amc", "member_number", "birth_date", "birth_rank", "act_family", "proof"}
)
_CARD_FIELDS = frozenset({"kind", "terminal", "at", "nonce", "signature"})
_AMC = re.compile(r"[0-9]{8,9}")
_MEMBER = re.compile(r"[A-Za-z0-9]{1,20}")
_REPEAT_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_FIELD_NAME = re.compile(r"[a-z_]{1,40}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,100}={0,2}")
_MAX_RANK = 9
_NONCE_BYTES = 16
_SIGNATURE_BYTES = 64
_MAX_TERMINAL = 2**63 - 1
_EXACT = 2**53 - 1


class PresentReason(StrEnum):
    """Why no card could be read though the patient is there."""

    CARD_FORGOTTEN = "card_forgotten"
    CARD_UNREADABLE = "card_unreadable"
    READER_BROKEN = "reader_broken"
    NEWBORN = "newborn"
    EMERGENCY = "emergency"
    OTHER = "other"


class MalformedError(ValueError):
    """The request cannot be read. `field` names where; the value itself is never repeated."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, repr=False)
class CardProof:
    """A card terminal's attestation, as received."""

    terminal: int
    at: datetime
    at_text: str
    nonce: bytes
    nonce_text: str
    signature: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """One person looked up. Exactly one of `nir` and `member` is set."""

    purpose: Purpose
    birth_date: str
    """ISO; month and day may be 00 or past the calendar."""
    nir: nirs.Nir | None = None
    member: tuple[str, str] | None = None
    """AMC number and member number."""
    birth_rank: int | None = None
    act_family: ActFamily | None = None
    card: CardProof | None = None
    present: PresentReason | None = None


def parse(body: bytes) -> Lookup:
    """Read the JSON body of a look-up. Raises MalformedError."""
    found = _object(body)
    if unknown := set(found) - _FIELDS:
        name = min(unknown)
        # Only what looks like a field's name is said back: a number in a key's place is not.
        raise MalformedError(name if _FIELD_NAME.fullmatch(name) else "body", "unknown field")
    card, present = _proof(found.get("proof"))
    nir, member = _whom(found)
    return Lookup(
        purpose=_word(Purpose, found.get("purpose"), "purpose"),
        birth_date=_birth_date(found.get("birth_date")),
        nir=nir,
        member=member,
        birth_rank=_rank(found.get("birth_rank")),
        act_family=_act_family(found.get("act_family")),
        card=card,
        present=present,
    )


def parse_repeat_key(text: str | None) -> str | None:
    """Read an Idempotency-Key header: 8 to 128 visible ASCII characters."""
    if text is not None and not _REPEAT_KEY.fullmatch(text):
        raise MalformedError("Idempotency-Key", "8 to 128 visible ASCII characters")
    return text


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(items)
    if len(made) != len(items):
        raise MalformedError("body", "a key stands twice")
    return made


def _constant(_text: str) -> NoReturn:
    raise MalformedError("body", "NaN and Infinity are no JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = _JSON.decode(body.decode("utf-8"))
    except MalformedError:
        raise
    except (ValueError, RecursionError):
        raise MalformedError("body", "not a JSON document in UTF-8") from None
    if not isinstance(found, dict):
        raise MalformedError("body", "a JSON object is expected")
    return found


def _whom(found: dict[str, Any]) -> tuple[nirs.Nir | None, tuple[str, str] | None]:
    if "nir" in found:
        if "amc" in found or "member_number" in found:
            raise MalformedError("nir", "either nir, or amc and member_number")
        return _nir(found["nir"]), None
    amc, member = found.get("amc"), found.get("member_number")
    if amc is None and member is None:
        raise MalformedError("nir", "required (or amc and member_number)")
    if not isinstance(amc, str) or not _AMC.fullmatch(amc):
        raise MalformedError("amc", "8 or 9 digits")
    if not isinstance(member, str) or not _MEMBER.fullmatch(member):
        raise MalformedError("member_number", "1 to 20 letters or digits")
    return None, (amc, member.upper())


_NIR_MESSAGES = {
    "shape": "13 characters, or 15 with the key",
    "month": "characters 4 and 5 are no month",
    "key": "the key does not match the number",
}


def _nir(value: Any) -> nirs.Nir:
    if not isinstance(value, str) or len(value) > 40:  # noqa: PLR2004  # 15 characters and generous spaces
        raise MalformedError("nir", _NIR_MESSAGES["shape"])
    try:
        return nirs.parse(value)
    except nirs.NirError as fault:
        raise MalformedError("nir", _NIR_MESSAGES[fault.code]) from None


def _birth_date(value: Any) -> str:
    try:
        if not isinstance(value, str) or len(value) > 20:  # noqa: PLR2004  # JJ / MM / AAAA with spaces
            raise ValueError  # noqa: TRY301  # one way out for every bad date
        return parse_birth_date(value)
    except ValueError:
        raise MalformedError("birth_date", "YYYY-MM-DD (month or day may be 00)") from None


def _rank(value: Any) -> int | None:
    return None if value is None else _whole(value, _MAX_RANK, "birth_rank", "a whole number from 1 to 9")


def _whole(value: Any, highest: int, field: str, message: str) -> int:
    """1.0 is whole, as in JSON Schema; past 2**53 a float no longer says which number it was."""
    if isinstance(value, float) and abs(value) <= _EXACT and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
        raise MalformedError(field, message)
    return value


def _word(words: type[Word], value: Any, field: str) -> Word:
    try:
        return words(value)
    except ValueError:
        raise MalformedError(field, "one of: " + ", ".join(words)) from None


def _act_family(value: Any) -> ActFamily | None:
    return None if value is None else _word(ActFamily, value, "act_family")


def _proof(value: Any) -> tuple[CardProof | None, PresentReason | None]:
    if value is None:
        return None, None
    if not isinstance(value, dict):
        raise MalformedError("proof", "an object is expected")
    if value.get("kind") == "present":
        if set(value) - {"kind", "reason"}:
            raise MalformedError("proof", "kind and reason only")
        return None, _word(PresentReason, value.get("reason"), "proof.reason")
    if value.get("kind") != "card":
        raise MalformedError("proof.kind", "one of: card, present")
    return _card(value), None


def _card(value: dict[str, Any]) -> CardProof:
    if set(value) != _CARD_FIELDS:
        raise MalformedError("proof", "kind, terminal, at, nonce and signature")
    at, nonce = value["at"], value["nonce"]
    return CardProof(
        terminal=_whole(value["terminal"], _MAX_TERMINAL, "proof.terminal", "a positive whole number"),
        at=_instant(at),
        at_text=at,
        nonce=_bytes(nonce, _NONCE_BYTES, "proof.nonce"),
        nonce_text=nonce,
        signature=_bytes(value["signature"], _SIGNATURE_BYTES, "proof.signature"),
    )


def _instant(value: Any) -> datetime:
    try:
        if not _INSTANT.fullmatch(value):
            raise ValueError  # noqa: TRY301  # one way out for every bad instant
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise MalformedError("proof.at", "YYYY-MM-DDTHH:MM:SSZ") from None


def _bytes(value: Any, length: int, field: str) -> bytes:
    try:
        # The decoder passes over what is no letter of its alphabet; a signed text has one spelling.
        raw = urlsafe_b64decode(value + "=" * (-len(value) % 4)) if _BASE64URL.fullmatch(value) else b""
    except (TypeError, ValueError, Base64Error):
        raw = b""
    if len(raw) != length:
        raise MalformedError(field, f"{length} bytes in base64url")
    return raw
