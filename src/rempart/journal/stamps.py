"""RFC 3161 time stamps over checkpoints: somebody else's word for when a journal was what it is. Optional.

The signing key's holder could date a checkpoint as they like; a stamp's authority could not know what to
date. A stamp is verified before it is kept, as `stamps/SIZE.tsr`.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from rempart.journal.objects import Objects
from rempart.vocabulary.faults import Fault
from rempart_verify.layout import CHECKPOINT, spans, stamp_name
from rempart_verify.note import notes_in, read

URL, ROOTS = "REMPART_STAMP_URL", "REMPART_STAMP_ROOTS"
EVERY, AGAIN = 3600.0, 600.0
"""Seconds between two stamps; after one that failed."""
_PATIENCE = 10.0
_log = logging.getLogger("rempart.journal")


class StampFault(Fault):
    """No stamp was had, or one that proves nothing."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who stamps: its address, and the certificates that its own must lead to."""

    url: str
    roots: list[Certificate]

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "Authority | None":
        """As the settings name it; None where they name none. Raises StampFault."""
        url, roots = settings.get(URL), settings.get(ROOTS)
        if not url:
            return None
        try:
            return cls(url, load_pem_x509_certificates(Path(roots or "").read_bytes()))
        except (OSError, ValueError):
            raise StampFault(
                "The certificates of the time stamps' authority cannot be read.", f"{ROOTS}=FILE.pem"
            ) from None

    def stamp(self, note: bytes) -> bytes:
        """A stamp over a checkpoint's note, DER, verified. Raises StampFault."""
        asked = TimestampRequestBuilder().data(note).cert_request(cert_request=True).build()
        try:
            answer = httpx.post(
                self.url,
                content=asked.as_bytes(),
                headers={"Content-Type": "application/timestamp-query"},
                timeout=_PATIENCE,
            ).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise StampFault(
                f"The authority of time stamps gave none ({type(fault).__name__}).", f"look at {URL}"
            ) from None
        self.verified(answer.content, note, asked.nonce)
        return answer.content

    def verified(self, stamp: bytes, note: bytes, nonce: int | None = None) -> datetime:
        """When a stamp says that the note existed. Raises StampFault."""
        verifier = VerifierBuilder(roots=self.roots, nonce=nonce).build()
        try:
            decoded = decode_timestamp_response(stamp)
            verifier.verify_message(decoded, note)
        except (VerificationError, ValueError):
            raise StampFault(
                "A time stamp does not prove the checkpoint: another's, or of an authority not trusted.",
                f"look at {ROOTS}",
            ) from None
        return decoded.tst_info.gen_time


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp that is kept. `fault` is empty where it proves the checkpoint of that size."""

    size: int
    at: datetime | None
    fault: str = ""


def stamp(objects: Objects, authority: Authority) -> int:
    """Have the newest checkpoint stamped, unless it is; its size. Raises StampFault."""
    note = objects.get(CHECKPOINT)
    if note is None:
        raise StampFault("Nothing is sealed yet.", "rempart journal status")
    size = read(note.decode()).size
    if objects.get(stamp_name(size)) is None:
        objects.put(stamp_name(size), authority.stamp(note))
    return size


def kept(objects: Objects, authority: Authority) -> Iterator[Stamp]:
    """Every stamp there is, verified against its checkpoint, oldest first."""
    notes = {
        read(note).size: note.encode()
        for span in spans(objects.names("checkpoints"))
        for note in notes_in((objects.get(span.name) or b"").decode())
    }
    for name in sorted(objects.names("stamps")):
        yield _looked_at(int(Path(name).stem), objects.get(name) or b"", notes, authority)


def _looked_at(size: int, stamp: bytes, notes: Mapping[int, bytes], authority: Authority) -> Stamp:
    if size not in notes:
        return Stamp(size, None, "There is no checkpoint of that size.")
    try:
        return Stamp(size, authority.verified(stamp, notes[size]))
    except StampFault as fault:
        return Stamp(size, None, str(fault))


def follow(objects: Objects, authority: Authority, asked: threading.Event) -> None:
    """One stamp an hour until asked to stop; sealing goes on whatever becomes of it."""
    while not asked.is_set():
        wait = EVERY
        try:
            stamp(objects, authority)
        except (Fault, OSError, ValueError) as fault:
            wait = AGAIN
            said = f"{fault} {fault.remedy}" if isinstance(fault, Fault) else type(fault).__name__
            _log.warning("no time stamp: %s; again in %.0f s", said, wait)
        asked.wait(wait)
