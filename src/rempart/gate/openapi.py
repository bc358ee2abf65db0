"""The API's description (OpenAPI 3.1), built from the same words that the code reads."""

from functools import cache
from typing import Any

from rempart.gate.rules.advice import HOW, HOW_ON_A_PAGE, HOW_TO_STEP_UP, OWN_CARD
from rempart.gate.rules.answer_schema import ANSWER_SCHEMA
from rempart.gate.rules.request import MAX_BODY, PresentReason
from rempart.vocabulary.words import ActFamily, Meter, Proof, Purpose, Reason, RestrictionKind, Scope, Window


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
        "security": [{"bearer": []}, {"dpop": []}],
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
                },
                "dpop": {
                    "type": "http",
                    "scheme": "dpop",
                    "description": (
                        "A vendor's software: bound to account, software and workstation; each request "
                        "carries a proof of the workstation's key in the header `DPoP` (RFC 9449)."
                    ),
                },
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
                "description": "The language of `advice`: English if it begins with `en`, else French.",
                "schema": {"type": "string"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [_ref("LookupByNumber"), _ref("LookupByMember")]},
                    "examples": _examples(),
                }
            },
        },
        "responses": {
            "200": _answer("Granted", "The person's cover, as this profession may see it."),
            "401": _answer(
                "Challenged", "Confirm: `how` lists the ways. Or the token is unknown or revoked."
            ),
            "403": _answer("Refused", "Not for this account, purpose or person; or nobody matches."),
            "429": _answer("Refused", "A limit is reached; `retry_after` is in seconds."),
            "409": _answer("Conflict", "The Idempotency-Key was used for another request."),
            "422": _answer("Malformed", "The request cannot be read; `field` says where."),
            "503": _answer(
                "Refused", "Closed or unavailable, nothing was disclosed; `retry_after` is in seconds."
            ),
            **_plain_errors(),
        },
    }


def _plain_errors() -> dict[str, Any]:
    return {
        "400": _answer("Error", "A header stands twice, or the connection is unusable."),
        "408": _answer("Error", "The body came too slowly."),
        "413": _answer("Error", "The body is too large."),
        "415": _answer("Error", "Send application/json."),
        "431": _answer("Error", "The headers are too large."),
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
        "LookupByNumber": _lookup_schema(nir=_NIR),
        "LookupByMember": _lookup_schema(amc=_AMC, member_number=_MEMBER),
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
        "Conflict": _object(
            error={"const": "conflict"}, field={"type": "string"}, message={"type": "string"}
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


_WAYS = sorted(
    {
        way
        for ways in (*HOW.values(), *HOW_ON_A_PAGE.values(), *HOW_TO_STEP_UP.values(), OWN_CARD)
        for way in ways
    }
)
_MOMENT = {"type": ["string", "null"], "format": "date-time"}
_TEXT = {"type": ["string", "null"]}


def _refusal_schema(verdicts: list[str]) -> dict[str, Any]:
    made = _object(
        verdict={"enum": verdicts},
        reason={"enum": list(Reason)},
        advice={"type": "string"},
    )
    made["properties"] |= {
        "reference": _REFERENCE,
        "how": {"type": "array", "items": {"enum": _WAYS}},
        "retry_after": {"type": ["integer", "null"]},
        "limit": _object(
            scope={"enum": [scope.name.lower() for scope in Scope]},
            meter={"enum": [meter.name.lower() for meter in Meter]},
            window={"enum": [window.name.lower() for window in Window]},
            limit={"type": "integer"},
        ),
        "restriction": _object(
            number={"type": "integer"},
            kind={"enum": list(RestrictionKind)},
            scope={"enum": [scope.name.lower() for scope in Scope]},
            since=_MOMENT,
            until=_MOMENT,
            why=_TEXT,
            message=_TEXT,
            reopens_at=_MOMENT,
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


# The patterns are exact where they can be: what fits them is not told 422. More is read than is promised:
# a NIR with its key and spaces, a birth date as the French write it.
_MONTH = "(0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9])"
_NIR = {
    "type": "string",
    "pattern": f"^[1-8][0-9]{{2}}{_MONTH}([0-9]{{2}}|2[AB])[0-9]{{6}}$",
    "description": "13 characters; the 15 with the key, and spaces between them, are read as well.",
}
_AMC = {"type": "string", "pattern": "^[0-9]{8,9}$", "description": "The insurer's AMC number."}
_MEMBER = {"type": "string", "pattern": "^[A-Za-z0-9]{1,20}$"}
_BIRTH_DATE = {
    "type": "string",
    "pattern": "^(18[89][0-9]|19[0-9]{2}|20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}$",
    "description": "YYYY-MM-DD; month or day may be 00 or past the calendar, as on the card.",
}
_LONG, _SHORT = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])", "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_FEBRUARY, _LEAP = "02-(0[1-9]|1[0-9]|2[0-8])", "20([02468][048]|[13579][26])-02-29"
_DAY = f"(20[0-9]{{2}}-({_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP})"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"


def _lookup_schema(**whom: Any) -> dict[str, Any]:
    made = _object(
        purpose={"enum": list(Purpose), "description": "The everyday purpose is `rights`."}, **whom
    )
    made["properties"] |= {
        "birth_date": _BIRTH_DATE,
        "birth_rank": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
        "act_family": {"enum": [*ActFamily, None]},
        "proof": {"anyOf": [_card_schema(), _present_schema(), {"type": "null"}]},
    }
    made["required"].append("birth_date")
    return made


def _card_schema() -> dict[str, Any]:
    return _object(
        kind={"const": "card"},
        terminal={"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
        at={"type": "string", "pattern": f"^{_DAY}T{_TIME}Z$", "description": "UTC"},
        nonce={"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$", "description": "16 bytes, base64url"},
        signature={
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{86}$",
            "description": "Ed25519, 64 bytes, base64url",
        },
    )


def _present_schema() -> dict[str, Any]:
    return _object(kind={"const": "present"}, reason={"enum": list(PresentReason)})


def _examples() -> dict[str, Any]:
    return {
        "everyday": {
            "summary": "Rights of a person, without a card",
            "value": {"purpose": "rights", "nir": "2550814168025", "birth_date": "1955-08-14"},
        },
        "present": {
            "summary": "The patient is there, the card is not",
            "value": {
                "purpose": "rights",
                "nir": "2550814168025",
                "birth_date": "1955-08-14",
                "proof": {"kind": "present", "reason": "card_forgotten"},
            },
        },
    }
