"""The API's description (OpenAPI 3.1), built from the same words that the code reads."""

from functools import cache
from typing import Any

from rempart.gate.rules.answer_schema import ANSWER_SCHEMA
from rempart.gate.rules.request import MAX_BODY, PresentReason
from rempart.vocabulary.words import ActFamily, Meter, Proof, Purpose, Reason, Scope, Window


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rempart",
            "version": "1",
            "description": (
                "Look up what an insured person is covered for. Every answer spends from a budget of "
                "distinct persons and is journaled before it is opened. "
                f"Bodies are at most {MAX_BODY} bytes of JSON."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": {
            "/api/v1/lookups": {"post": _lookups()},
            "/api/v1/limits": {"get": _limits()},
            "/api/openapi.json": {"get": _self()},
        },
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Bound to one account; revocable.",
                }
            },
            "schemas": _schemas(),
        },
    }


def _lookups() -> dict[str, Any]:
    return {
        "operationId": "lookUp",
        "summary": "Look up one person",
        "description": (
            "Give `nir` and `birth_date`, or `amc`, `member_number` and `birth_date`. A card terminal's "
            "attestation makes the look-up cheap; without one it spends the unproven budget."
        ),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "A retry with the same key and body counts once, answers the same: 24 hours.",
                "schema": {"type": "string", "pattern": "^[!-~]{8,128}$"},
            },
            {
                "name": "Accept-Language",
                "in": "header",
                "required": False,
                "description": "`fr` (default) or `en`: the language of `advice`.",
                "schema": {"type": "string", "enum": ["fr", "en"]},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("Lookup"), "examples": _examples()}},
        },
        "responses": {
            "200": _answer("Granted", "The person's cover, as this profession may see it."),
            "401": _answer(
                "Challenged", "Confirm: `how` lists the ways. Or the token is unknown or revoked."
            ),
            "403": _answer("Refused", "Not for this account, purpose or person; or nobody matches."),
            "429": _answer("Refused", "A limit is reached; `retry_after` is in seconds."),
            "422": _answer("Malformed", "The request cannot be read; `field` says where."),
            "503": _answer("Refused", "Nothing was disclosed; try again."),
            **_plain_errors(),
        },
    }


def _plain_errors() -> dict[str, Any]:
    return {
        "400": _answer("Error", "A header stands twice, or the connection is unusable."),
        "408": _answer("Error", "The body came too slowly."),
        "413": _answer("Error", "The body is too large."),
        "415": _answer("Error", "Send application/json."),
    }


def _limits() -> dict[str, Any]:
    return {
        "operationId": "limits",
        "summary": "What this account has left",
        "responses": {
            "200": _answer("Limits", "Each limit of the account, and what is spent of it."),
            "400": _answer("Error", "A header stands twice."),
            "401": _answer("Challenged", "The token is unknown or revoked."),
            "503": _answer("Refused", "Try again."),
        },
    }


def _self() -> dict[str, Any]:
    return {
        "operationId": "describe",
        "summary": "This document",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _answer(schema: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    return {
        "Lookup": _lookup_schema(),
        "Answer": ANSWER_SCHEMA,
        "Granted": _object(
            verdict={"const": "granted"},
            answer=_ref("Answer"),
            reference=_REFERENCE,
            checked_at={"type": "string", "format": "date-time"},
            proof={"enum": [proof.name.lower() for proof in Proof]},
            left={"anyOf": [_left_schema(), {"type": "null"}]},
        ),
        "Challenged": _refusal_schema(["challenged", "refused"]),
        "Refused": _refusal_schema(["refused"]),
        "Malformed": _object(
            error={"const": "malformed"}, field={"type": "string"}, message={"type": "string"}
        ),
        "Error": _object(error={"type": "string"}),
        "Limits": _object(meters={"type": "array", "items": _meter_schema()}),
    }


_REFERENCE = {"type": "string", "pattern": "^R(-[0-9A-HJKMNP-TV-Z]{4}){3}$"}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _refusal_schema(verdicts: list[str]) -> dict[str, Any]:
    made = _object(
        verdict={"enum": verdicts},
        reason={"enum": list(Reason)},
        advice={"type": "string"},
    )
    made["properties"] |= {
        "reference": _REFERENCE,
        "how": {"type": "array", "items": {"enum": ["card", "present", "second_factor", "birth_rank"]}},
        "retry_after": {"type": ["integer", "null"]},
        "limit": _object(
            scope={"enum": [scope.name.lower() for scope in Scope]},
            meter={"enum": [meter.name.lower() for meter in Meter]},
            window={"enum": [window.name.lower() for window in Window]},
            limit={"type": "integer"},
        ),
        "error": {"type": "string"},
    }
    # A missing bearer token is told before anything of the body is read.
    return {"anyOf": [made, _object(error={"type": "string"})]}


def _left_schema() -> dict[str, Any]:
    return _object(
        meter={"enum": [meter.name.lower() for meter in Meter]},
        window={"enum": [window.name.lower() for window in Window]},
        spent={"type": "integer"},
        limit={"type": "integer"},
    )


def _meter_schema() -> dict[str, Any]:
    made = _left_schema()
    more = {
        "scope": {"enum": [scope.name.lower() for scope in Scope]},
        "frees_at": {"type": ["string", "null"], "format": "date-time"},
    }
    return _object(**(made["properties"] | more))


def _lookup_schema() -> dict[str, Any]:
    properties = {
        "purpose": {"enum": list(Purpose), "description": "The everyday purpose is `rights`."},
        "nir": {"type": "string", "description": "13 characters, or 15 with the key; spaces allowed."},
        "amc": {"type": "string", "pattern": "^[0-9]{8,9}$", "description": "The insurer's AMC number."},
        "member_number": {"type": "string", "pattern": "^[A-Za-z0-9]{1,20}$"},
        "birth_date": {
            "type": "string",
            "description": "YYYY-MM-DD; month or day may be 00 or past the calendar, as on the card.",
        },
        "birth_rank": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
        "act_family": {"enum": [*ActFamily, None]},
        "proof": {"anyOf": [_card_schema(), _present_schema(), {"type": "null"}]},
    }
    return {
        "type": "object",
        "required": ["purpose", "birth_date"],
        "properties": properties,
        "additionalProperties": False,
        "oneOf": [{"required": ["nir"]}, {"required": ["amc", "member_number"]}],
    }


def _card_schema() -> dict[str, Any]:
    return _object(
        kind={"const": "card"},
        terminal={"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
        at={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"},
        nonce={"type": "string", "description": "16 bytes, base64url"},
        signature={"type": "string", "description": "Ed25519, 64 bytes, base64url"},
    )


def _present_schema() -> dict[str, Any]:
    return _object(kind={"const": "present"}, reason={"enum": list(PresentReason)})


def _examples() -> dict[str, Any]:
    return {
        "everyday": {
            "summary": "Rights of a person, without a card",
            "value": {"purpose": "rights", "nir": "255081416802538", "birth_date": "1955-08-14"},
        },
        "present": {
            "summary": "The patient is there, the card is not",
            "value": {
                "purpose": "rights",
                "nir": "255081416802538",
                "birth_date": "1955-08-14",
                "proof": {"kind": "present", "reason": "card_forgotten"},
            },
        },
    }
