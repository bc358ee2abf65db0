"""The API's description as the documentation page shows it: no script, no outside address.

Reads the OpenAPI 3.1 document that the gate serves, so that the page cannot say anything else.
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a schema."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A named object of the API."""

    name: str
    fields: tuple[Field, ...]
    source: str

    @property
    def explains(self) -> bool:
        """Does it say anything of any field?"""
        return any(field.description for field in self.fields)


@dataclass(frozen=True, slots=True)
class Response:
    """One status of an operation."""

    status: str
    description: str
    schema: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    anchor: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    responses: tuple[Response, ...]
    examples: tuple[tuple[str, str], ...]


def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation, in the document's order."""
    return [
        _operation(method, path, found)
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    ]


def schemas(document: dict[str, Any]) -> list[Schema]:
    """Every named schema."""
    found = document["components"]["schemas"]
    return [Schema(name, _fields(schema), _json(schema)) for name, schema in found.items()]


def _operation(method: str, path: str, found: dict[str, Any]) -> Operation:
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        method=method.upper(),
        path=path,
        anchor=found["operationId"],
        summary=found.get("summary", ""),
        description=found.get("description", ""),
        parameters=tuple(_parameter(one) for one in found.get("parameters", ())),
        responses=tuple(_response(status, one) for status, one in sorted(found["responses"].items())),
        examples=tuple((one["summary"], _json(one["value"])) for one in body.get("examples", {}).values()),
    )


def _parameter(found: dict[str, Any]) -> Field:
    return Field(
        found["name"], _kind(found["schema"]), bool(found.get("required")), found.get("description", "")
    )


def _response(status: str, found: dict[str, Any]) -> Response:
    schema = found.get("content", {}).get("application/json", {}).get("schema", {})
    return Response(status, found.get("description", ""), schema.get("$ref", "").rpartition("/")[2])


def _fields(schema: dict[str, Any]) -> tuple[Field, ...]:
    if "properties" not in schema:
        inner = (one for one in schema.get("anyOf", schema.get("oneOf", ())) if "properties" in one)
        return next((_fields(one) for one in inner), ())
    required = set(schema.get("required", ()))
    return tuple(
        Field(name, _kind(one), name in required, one.get("description", ""))
        for name, one in schema["properties"].items()
    )


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join("null" if word is None else str(word) for word in schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(_kind(one) for one in schema[union]))
    kind = schema.get("type", "object")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
