"""What is sealed about a person, category by category, as plain values.

Each value is written to JSON before it is sealed and read back only inside the gate.
Dates are ISO strings as they came (`1955-00-00` is a valid incomplete birth date), amounts are
whole cents, rates are whole percents. No address, telephone or e-mail: there is no place for one.
"""

from dataclasses import dataclass, field
from typing import Self

import orjson


class _Sealed:
    """A category's plaintext: JSON bytes, keys as the field names."""

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        return cls(**orjson.loads(raw))


@dataclass(frozen=True, slots=True)
class CivilStatus(_Sealed):
    """Category `CIVIL_STATUS`."""

    family_name: str
    given_names: str
    birth_date: str
    """ISO, month and day may be 00 or past the calendar (lunar)."""
    sex: str
    """`1` or `2` as in the NIR, `U` when unknown."""
    birth_rank: int = 1


@dataclass(frozen=True, slots=True)
class Numbers(_Sealed):
    """Category `NIR`."""

    payment_nir: str
    """13 characters: the policyholder's number under which care is paid."""
    own_nir: str | None = None
    """13 characters: the person's own number where it is known and differs."""
    other_payment_nir: str | None = None
    """13 characters: the other parent's number, for a child whose care either parent may pay."""


@dataclass(frozen=True, slots=True)
class Rights(_Sealed):
    """Category `RIGHTS`: the compulsory scheme (AMO)."""

    state: str
    """`open`, `closed` or `unknown` as the source says; the dates below bound `open`."""
    open_from: str | None = None
    open_to: str | None = None
    scheme: str = ""
    """Code of the scheme, two characters (`01` general)."""
    fund: str = ""
    """Code of the fund (caisse), three characters."""
    alsace_moselle: bool = False
    ald_from: str | None = None
    """Start of a long illness (ALD): care linked to it is covered at 100 %. Never which illness."""
    ald_to: str | None = None
    c2s: str | None = None
    """`without` or `with` participation."""
    c2s_to: str | None = None
    ame_to: str | None = None
    declared_doctor: str | None = None
    """RPPS of the declared doctor."""
    quality: str = "policyholder"
    """`policyholder`, `spouse` or `child`."""


@dataclass(frozen=True, slots=True)
class Contract(_Sealed):
    """Category `CONTRACT`: the complementary insurer (AMC)."""

    amc_number: str
    """8 or 9 digits, leading zeros kept."""
    insurer_name: str
    member_number: str
    convention: str = ""
    routing: str = ""
    """CSR/DRE routing text shown to the professional."""
    valid_from: str | None = None
    valid_to: str | None = None
    third_party: bool = True
    responsible: bool = True
    guarantees: dict[str, int] = field(default_factory=dict)
    """Guarantee code → whole percents of BR or cents; codes in `tariffs/rules/guarantees.py`."""
    last_optics: str | None = None
    """Date of the last optical equipment paid."""
