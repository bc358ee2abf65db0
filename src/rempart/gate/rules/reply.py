"""From a decision of the database to what leaves the gate: a status and a JSON body."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rempart.gate.rules.advice import TIGHTENED, advice, how
from rempart.gate.rules.held import Held, told
from rempart.vocabulary.words import Meter, Proof, Reason, Scope, Verdict, Window

_THROTTLED = frozenset(
    {Reason.LIMIT_ACCOUNT, Reason.LIMIT_ORGANISATION, Reason.LIMIT_NETWORK, Reason.BREAKER}
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and the body that goes with it.

    `allow` names a path's methods, with 405 only; `scheme` how to come back, with 401 only.
    """

    status: int
    body: dict[str, Any]
    allow: str | None = None
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the database decided, without any sealed field."""

    verdict: str
    reason: str | None
    rule: str | None
    retry_after: int | None
    reference: str
    checked_at: datetime
    proof: int
    meter: int | None
    spent: int | None
    lim: int | None


def granted(decision: Decision, answer: dict[str, Any]) -> Reply:
    body = {
        "verdict": Verdict.GRANTED,
        "answer": answer,
        "reference": decision.reference,
        "checked_at": _iso(decision.checked_at),
        "proof": Proof(decision.proof).name.lower(),
        "left": _left(decision, Window.DAY),
    }
    return Reply(200, body)


def not_granted(
    decision: Decision, language: str, held: Held | None = None, *, software: bool = True
) -> Reply:
    """401 for a challenge or a credential, 429 for a limit, 503 for what is closed, 403 for other refusals.

    `held`: the restriction that decided. `software`: it came with a token, and nobody sits before it.
    """
    reason = Reason(decision.reason or Reason.UNAVAILABLE)
    level = _level(decision.rule)
    body: dict[str, Any] = {
        "verdict": decision.verdict,
        "reason": reason,
        "advice": advice(reason, language, level, _message(held)),
        "reference": decision.reference,
    }
    if ways := how(reason, level, page=not software, own_card=bool(held and held.by_detector)):
        body["how"] = list(ways)
    if held:
        body["restriction"] = told(held, language)
    if decision.verdict == Verdict.CHALLENGED:
        return Reply(401, body)
    body["retry_after"] = decision.retry_after
    if decision.rule and decision.rule.startswith("limit:"):
        scope, meter, window, limit, *tightened = decision.rule.split(":")[1:]
        body["limit"] = {
            "scope": Scope(int(scope)).name.lower(),
            "meter": Meter(int(meter)).name.lower(),
            "window": Window(int(window)).name.lower(),
            "limit": int(limit),
        }
        if tightened:
            body["advice"] += " " + TIGHTENED["en" if language == "en" else "fr"]
    if reason == Reason.CREDENTIAL:
        return Reply(401, body)
    if reason == Reason.CLOSED:
        return Reply(503, body)
    return Reply(429 if reason in _THROTTLED else 403, body)


def _message(held: Held | None) -> str:
    return held.message or "" if held else ""


def _level(rule: str | None) -> int:
    """The level that the matrix asked, of a rule like `matrix:assurance:3`; 0 for any other rule."""
    return int(rule.rpartition(":")[2]) if rule and rule.startswith("matrix:assurance:") else 0


def unavailable(language: str) -> Reply:
    reason = Reason.UNAVAILABLE
    body = {
        "verdict": Verdict.REFUSED,
        "reason": reason,
        "retry_after": 2,
        "advice": advice(reason, language),
    }
    return Reply(503, body)


def malformed(field: str, message: str) -> Reply:
    return Reply(422, {"error": "malformed", "field": field, "message": message})


def conflict(field: str, message: str) -> Reply:
    return Reply(409, {"error": "conflict", "field": field, "message": message})


def _left(decision: Decision, window: Window) -> dict[str, Any] | None:
    if decision.meter is None:
        return None
    return {
        "meter": Meter(decision.meter).name.lower(),
        "window": window.name.lower(),
        "spent": decision.spent,
        "limit": decision.lim,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
