"""From named fields, whatever the file was, to a checked PersonRecord. One place decides what is fit."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from rempart.registry.rules.records import PersonRecord, insurer_without_contract
from rempart.vocabulary import nir as nirs
from rempart.vocabulary.amc import parse_amc
from rempart.vocabulary.births import parse_birth_date
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.intake import Why
from rempart.vocabulary.rpps import parse_rpps

_Value = TypeVar("_Value")
_SCHEME = re.compile(r"[0-9A-Z]{2}")
_FUND = re.compile(r"[0-9A-Z]{1,4}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_AMO_INSURER = re.compile(r"AMO-[0-9A-Z]{2}")
_FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_RANKS = range(1, 10)
_AMOUNTS = range(10_000_000)
_NAME, _SHORT, _LONG = 100, 40, 120
_TRUE = frozenset({"1", "true", "yes", "y", "oui", "o", "vrai"})
_FALSE = frozenset({"0", "false", "no", "n", "non", "faux"})

REQUIRED = ("family_name", "birth_date", "payment_nir")
"""Without these nobody is imported; and an insurer, or a scheme, or a contract that names one."""


class UnfitError(Exception):
    """The record is set aside: why, and the names of the fields. Never their values."""

    def __init__(self, why: Why, *fields: str) -> None:
        super().__init__(why, fields)
        self.why = why
        self.fields = fields


def build(
    fields: Mapping[str, Any],
    *,
    line: int,
    insurer: str | None,
    guarantees: frozenset[str] | None = None,
    warnings: tuple[str, ...] = (),
) -> PersonRecord:
    """A record from fields named as in `docs/reference/import-formats.md`; empty text means absent.

    `insurer` answers for the whole file when given; else the contract's AMC number, else the scheme.
    `guarantees` are the codes known; others are kept and warned about. Raises UnfitError.
    """
    given = _Fields(fields)
    contract = _contract(given)
    rights = _rights(given)
    answerable = _insurer(insurer, contract, rights)
    missing = [name for name in REQUIRED if not given.has(name)] + ([] if answerable else ["insurer"])
    if missing:
        raise UnfitError(Why.MISSING, *missing)
    assert answerable  # noqa: S101  # for the type checker: a missing one was raised above
    warned = list(warnings) + given.warnings
    if contract and guarantees is not None and contract.guarantees.keys() - guarantees:
        warned.append("guarantee_unknown")
    return PersonRecord(
        line=line,
        insurer=answerable,
        civil=_civil(given),
        numbers=_numbers(given),
        rights=rights,
        contract=contract,
        policyholder=_policyholder(given),
        warnings=tuple(warned),
    )


def _insurer(given: str | None, contract: Contract | None, rights: Rights) -> str | None:
    if given:
        if not _AMO_INSURER.fullmatch(given):
            parse_amc(given)
        return given
    if contract:
        return contract.amc_number
    return insurer_without_contract(rights.scheme) if rights.scheme else None


def _civil(given: "_Fields") -> CivilStatus:
    return CivilStatus(
        family_name=given.text("family_name", _NAME),
        given_names=given.text("given_names", _NAME),
        birth_date=given.parsed("birth_date", parse_birth_date) or "",
        sex=given.one_of("sex", ("1", "2", "U")) or "U",
        birth_rank=given.whole("birth_rank", _RANKS, 1),
    )


def _numbers(given: "_Fields") -> Numbers:
    payment = given.nir("payment_nir") or ""
    own, other = given.nir("own_nir"), given.nir("other_payment_nir")
    return Numbers(payment, own if own != payment else None, other if other != payment else None)


def _rights(given: "_Fields") -> Rights:
    return Rights(
        state=given.one_of("state", ("open", "closed", "unknown")) or "unknown",
        open_from=given.day("open_from"),
        open_to=given.day("open_to"),
        scheme=given.shaped("scheme", _SCHEME) or "",
        fund=given.shaped("fund", _FUND) or "",
        alsace_moselle=given.flag("alsace_moselle", default=False),
        ald_from=given.day("ald_from"),
        ald_to=given.day("ald_to"),
        c2s=given.one_of("c2s", ("without", "with")),
        c2s_to=given.day("c2s_to"),
        ame_to=given.day("ame_to"),
        declared_doctor=given.doctor("declared_doctor"),
        quality=given.one_of("quality", ("policyholder", "spouse", "child")) or "policyholder",
    )


def _contract(given: "_Fields") -> Contract | None:
    if not given.has("amc_number"):
        return None
    if not given.has("member_number"):
        raise UnfitError(Why.MISSING, "member_number")
    return Contract(
        amc_number=given.parsed("amc_number", parse_amc) or "",
        insurer_name=given.text("insurer_name", _LONG),
        member_number=given.text("member_number", _SHORT),
        convention=given.text("convention", _SHORT),
        routing=given.text("routing", _LONG),
        valid_from=given.day("valid_from"),
        valid_to=given.day("valid_to"),
        third_party=given.flag("third_party", default=True),
        responsible=given.flag("responsible", default=True),
        guarantees=given.guarantees("guarantees"),
        last_optics=given.day("last_optics"),
    )


def _policyholder(given: "_Fields") -> tuple[str, int] | None:
    """None when the record names nobody, or the person themselves."""
    birth_date = given.parsed("policyholder_birth_date", parse_birth_date)
    rank = given.whole("policyholder_birth_rank", _RANKS, 1)
    oneself = (given.parsed("birth_date", parse_birth_date), given.whole("birth_rank", _RANKS, 1))
    if birth_date is None or (birth_date, rank) == oneself:
        return None
    return birth_date, rank


class _Fields:
    """Reads fields strictly: a value of the wrong shape is an error that names the field."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        self.warnings: list[str] = []

    def has(self, name: str) -> bool:
        return self._fields.get(name) not in (None, "")

    def text(self, name: str, longest: int) -> str:
        """Text in Unicode's composed form, without control, format or private characters."""
        value = self._fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise UnfitError(Why.WRONG_TYPE, name)
        value = value.strip()
        if not value.isascii():
            value = unicodedata.normalize("NFC", value.replace("\u00a0", " "))
        if len(value) > longest or not value.isprintable():
            raise UnfitError(Why.WRONG_TYPE, name)
        return value

    def parsed(self, name: str, parse: Callable[[str], _Value]) -> _Value | None:
        if self._fields.get(name) is None:
            return None
        value = self.text(name, _LONG)
        try:
            return parse(value) if value else None
        except ValueError:
            raise UnfitError(Why.WRONG_TYPE, name) from None

    def shaped(self, name: str, shape: re.Pattern[str]) -> str | None:
        value = self.text(name, _SHORT)
        if value and not shape.fullmatch(value):
            raise UnfitError(Why.WRONG_TYPE, name)
        return value or None

    def one_of(self, name: str, words: tuple[str, ...]) -> str | None:
        if self._fields.get(name) is None:
            return None
        value = self.text(name, _SHORT)
        if value and value not in words:
            raise UnfitError(Why.WRONG_TYPE, name)
        return value or None

    def nir(self, name: str) -> str | None:
        """13 characters; a key that is given must be right."""
        value = self.text(name, _SHORT)
        if not value:
            return None
        try:
            return nirs.parse(value).number
        except nirs.NirError as error:
            raise UnfitError(Why.WRONG_KEY if error.code == "key" else Why.WRONG_TYPE, name) from None

    def doctor(self, name: str) -> str | None:
        """An RPPS; one that cannot be read is left out with a warning, for it is no one's identity here."""
        value = self.text(name, _SHORT)
        try:
            return parse_rpps(value, check_key=False) if value else None
        except ValueError:
            self.warnings.append(f"{Why.WRONG_TYPE}: {name}")
            return None

    def day(self, name: str) -> str | None:
        """A complete date, `2026-11-23` or `23/11/2026`."""
        return self.parsed(name, _day)

    def whole(self, name: str, allowed: range, default: int) -> int:
        value = self._fields.get(name)
        if value in (None, ""):
            return default
        number = _whole(value)
        if number is None or number not in allowed:
            raise UnfitError(Why.WRONG_TYPE, name)
        return number

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._fields.get(name)
        if isinstance(value, bool):
            return value
        word = self.text(name, _SHORT).lower()
        if word and word not in _TRUE | _FALSE:
            raise UnfitError(Why.WRONG_TYPE, name)
        return word in _TRUE if word else default

    def guarantees(self, name: str) -> dict[str, int]:
        """`{code: amount}`, or the same as text: `consultation=100 optics_frame=10000`."""
        value = self._fields.get(name) or {}
        if isinstance(value, str):
            value = dict(part.partition("=")[::2] for part in value.split())
        if not isinstance(value, Mapping) or not all(
            isinstance(c, str) and _CODE.fullmatch(c) for c in value
        ):
            raise UnfitError(Why.WRONG_TYPE, name)
        return {code: _amount(amount, name) for code, amount in value.items()}


def _amount(value: Any, name: str) -> int:
    number = _whole(value)
    if number is None or number not in _AMOUNTS:
        raise UnfitError(Why.WRONG_TYPE, name)
    return number


def _whole(value: Any) -> int | None:
    if type(value) is int:  # a bool is none
        return value
    if isinstance(value, str) and value.isascii() and (digits := value.strip()).isdigit():
        return int(digits[:20])
    return None


def _day(text: str) -> str:
    if "/" in text and (found := _FRENCH_DATE.fullmatch(text)):
        text = "-".join(reversed(found.groups()))
    return date.fromisoformat(text).isoformat()
