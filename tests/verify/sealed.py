"""A small sealed journal to tamper with: eleven thousand entries, three days, a checkpoint every 500."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.journal.log import Log
from rempart.journal.objects import Folder
from rempart.journal.signer import Signer
from rempart_verify.note import PublicKey
from tests.exposure.made import START, Entry, entry, lines

COUNT, EACH = 11_000, 500
SIGNER = Signer("rempart/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY: PublicKey = SIGNER.public


def entries(first: int, end: int) -> list[Entry]:
    return [
        entry(
            number,
            at=START + timedelta(seconds=17 * number),
            request=f"R-{number:012}",
            person=number % 997 + 1,
            account=number % 13 + 1,
            software="a\\\\b\\tc" if number % 11 == 0 else None,
            details='{"n": 1}' if number % 7 == 0 else None,
        )
        for number in range(first, end)
    ]


def seal(folder: Path, count: int = COUNT, signer: Signer = SIGNER, first: int = 0) -> Log:
    """Entries number `first` to `count`, sealed as an installation does."""
    log = Log(Folder(folder), signer)
    for start in range(first, count, EACH):
        end = min(start + EACH, count)
        now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=end)
        log.append(lines(entries(start, end)), f"1/{end - 1}/{end - 1}", now)
    return log
