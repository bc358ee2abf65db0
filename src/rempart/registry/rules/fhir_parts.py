"""What is kept of a Patient and of a Coverage while the rest of the file is read. Nothing else is."""

from dataclasses import dataclass
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True, repr=False)
class _Part:
    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        return cls(**orjson.loads(raw))


@dataclass(frozen=True, slots=True, repr=False)
class PatientPart(_Part):
    """A Patient: fields for `build`, and who it is in the file."""

    id: str
    fields: dict[str, Any]
    payment_nirs: list[str]
    own_nir: str | None
    warnings: list[str]


@dataclass(frozen=True, slots=True, repr=False)
class CoveragePart(_Part):
    """A Coverage, compulsory (`amo`) or complementary (`amc`)."""

    kind: str
    beneficiary: str
    """Id of the Patient covered."""
    subscriber: str | None
    """Id of the Patient through whom; None when it is the beneficiary or not said."""
    active: bool
    start: str | None
    subscriber_id: str | None
    fields: dict[str, Any]
