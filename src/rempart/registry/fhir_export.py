"""Write records as NDJSON, to try the import with, or another service."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson

from rempart.registry.rules.fhir_write import resources
from rempart.registry.rules.records import PersonRecord


def to_ndjson(records: Iterable[PersonRecord]) -> Iterator[bytes]:
    """One line for each resource. A policyholder must come before those they cover, next to them."""
    heads: dict[tuple[str, str, int], str] = {}
    for record in records:
        identifier = str(uuid5(NAMESPACE_OID, f"rempart:{record.line}"))
        head: str | None = None
        if record.policyholder:
            head = heads.get((record.numbers.payment_nir, *record.policyholder))
        else:
            heads = _remember(heads, record, identifier)
        yield from (_line(resource) for resource in resources(record, identifier, head))


def _remember(
    heads: dict[tuple[str, str, int], str], record: PersonRecord, identifier: str
) -> dict[tuple[str, str, int], str]:
    """The last few policyholders: a household's members stand together."""
    kept = dict(list(heads.items())[-3:])
    kept[record.numbers.payment_nir, record.civil.birth_date, record.civil.birth_rank] = identifier
    return kept


def _line(resource: dict[str, Any]) -> bytes:
    return orjson.dumps(resource) + b"\n"
