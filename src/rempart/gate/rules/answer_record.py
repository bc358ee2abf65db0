"""A person's own record, whole, for the officer who answers their request of access."""

from dataclasses import asdict
from typing import Any

from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights


def record(
    rights: Rights | None, contract: Contract | None, civil: CivilStatus | None, numbers: Numbers | None
) -> dict[str, Any]:
    """Every field that is held, category by category; None for a category not opened or not held."""
    return {
        "civil_status": _fields(civil),
        "numbers": _fields(numbers),
        "rights_record": _fields(rights),
        "contract": _fields(contract),
    }


def _fields(value: CivilStatus | Numbers | Rights | Contract | None) -> dict[str, Any] | None:
    return None if value is None else asdict(value)
