"""A person as an import brings one: four categories of data, and how to find the policyholder."""

from dataclasses import dataclass
from typing import Self

import orjson

from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights


@dataclass(frozen=True, slots=True, repr=False)
class PersonRecord:
    """One insured person of one source. A record replaces all that is held of the person."""

    line: int
    """Where it stands in its source, from 1."""
    insurer: str
    """Who answers for the data: an AMC number, or `AMO-<scheme>` for persons without a contract."""
    civil: CivilStatus
    numbers: Numbers
    rights: Rights
    contract: Contract | None = None
    policyholder: tuple[str, int] | None = None
    """Birth date and birth rank of the policyholder, where another person of the same insurer: with
    `numbers.payment_nir` they find the one. None for a policyholder, or where the source names none."""
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"PersonRecord(line {self.line})"

    def to_bytes(self) -> bytes:
        """For sealed staging only."""
        return orjson.dumps(self)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        fields = orjson.loads(raw)
        return cls(
            line=fields["line"],
            insurer=fields["insurer"],
            civil=CivilStatus(**fields["civil"]),
            numbers=Numbers(**fields["numbers"]),
            rights=Rights(**fields["rights"]),
            contract=Contract(**fields["contract"]) if fields["contract"] else None,
            policyholder=tuple(fields["policyholder"]) if fields["policyholder"] else None,
            warnings=tuple(fields["warnings"]),
        )


def insurer_without_contract(scheme: str) -> str:
    """Who answers for a person of a compulsory scheme only, in place of an AMC number."""
    return f"AMO-{scheme}"
