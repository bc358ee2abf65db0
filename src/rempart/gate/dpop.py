"""Proofs of possession that come with software's tokens: each is taken once by this gate process.

What it remembers is in its memory. A proof that is older than the process is refused, so that a restart
forgets nothing; two gate processes side by side would each take the same proof once, which is one more
reason for a single one (docs/decisions/0001).
"""

import time
from collections.abc import Iterable
from dataclasses import replace

from rempart.gate.rules.reply import Reply
from rempart.vocabulary import dpop
from rempart.vocabulary.dpop import ProofError
from rempart.vocabulary.words import Reason

_GENERATION = 2 * dpop.FRESH
"""Seconds: from the first moment at which a proof may be taken to the last."""
_MOST = 1_000_000
"""Proofs remembered at once. Checking so many takes longer than they are remembered."""
_SCHEME = f'DPoP algs="{" ".join(dpop.ALGORITHMS)}"'
ASKED = f"Bearer, {_SCHEME}"
"""What a request without a credential may bring (RFC 9110, 11.6.1)."""


class Proofs:
    """The addresses that a proof may name, and the proofs that were taken of late."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        """`origins`: where clients reach the gate, `https://rempart.example`: the pages' and its own."""
        self._origins = tuple(origin.rstrip("/") for origin in origins if origin)
        self._began = time.time()
        self._new: set[bytes] = set()
        self._old: set[bytes] = set()
        self._turned = time.monotonic()

    def key_of(self, text: str, *, method: str, path: str, token: str) -> str:
        """The thumbprint of the key that signed this request. Raises ProofError."""
        urls = [origin + path for origin in self._origins]
        proof = dpop.read(text, method=method, urls=urls, now=time.time(), token=token)
        if proof.at <= self._began:
            raise ProofError("the proof is older than this service's start: send a new one")
        self._take(proof.once)
        return proof.key

    def _take(self, once: bytes) -> None:
        now = time.monotonic()
        if now - self._turned > _GENERATION:
            self._new, self._old, self._turned = set(), self._new, now
        if once in self._new or once in self._old:
            raise ProofError("the proof was used already")
        if len(self._new) >= _MOST:
            raise ProofError("too many proofs at once: send a new one in a moment")
        self._new.add(once)


def with_scheme(reply: Reply) -> Reply:
    """What a refusal says to whoever signs its requests (RFC 9449, 7.1; RFC 9470)."""
    reason = reply.body.get("reason")
    if reason == Reason.CREDENTIAL:
        return replace(reply, scheme=f'{_SCHEME}, error="invalid_token"')
    if reason == Reason.ASSURANCE:
        level = "level3" if "professional_card" in reply.body["how"] else "level2"
        more = f'error="insufficient_user_authentication", acr_values="{level}"'
        return replace(reply, scheme=f"{_SCHEME}, {more}")
    return reply


def without_proof(why: str) -> str:
    """The header of the refusal of a request whose proof is missing or worth nothing."""
    return f'{_SCHEME}, error="invalid_dpop_proof", error_description="{why}"'
