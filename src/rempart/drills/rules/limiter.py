"""The usual defence: requests counted for each address by a leaky bucket, and a ban when it overflows.

As CrowdSec's crawl scenario sets it (`crowdsecurity/http-crawl-non_statics`: capacity 40, one leak
every 0.5 s), and kinder: every look-up counts, even where the scenario would see one address of a page.
"""

from dataclasses import dataclass, field

CAPACITY = 40
LEAK_SECONDS = 0.5
BAN_SECONDS = 4 * 3600.0
PACE = 1.9
"""Requests a second from one address that never fill the bucket: what an attacker learns to keep to."""


@dataclass(slots=True)
class _Bucket:
    level: float = 0.0
    at: float = 0.0
    banned_until: float = float("-inf")


@dataclass(slots=True)
class AddressLimiter:
    """One bucket for each address. Time is passed in, in seconds."""

    buckets: dict[str, _Bucket] = field(default_factory=dict)
    bans: int = 0

    def allows(self, address: str, now: float) -> bool:
        """Count one request; False while the address is banned."""
        bucket = self.buckets.setdefault(address, _Bucket(at=now))
        if now < bucket.banned_until:
            return False
        bucket.level = max(0.0, bucket.level - (now - bucket.at) / LEAK_SECONDS) + 1.0
        bucket.at = now
        if bucket.level > CAPACITY:
            bucket.banned_until = now + BAN_SECONDS
            bucket.level = 0.0
            self.bans += 1
            return False
        return True
