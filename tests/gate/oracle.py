"""Distinct persons in sliding windows, written the slow and obvious way: the truth that SQL is held to."""

from dataclasses import dataclass, field

WIDTHS = (5, 300, 3600, 86400)
BUCKETS = (12, 12, 24, 30)


@dataclass
class Oracle:
    """One meter: when was each person last counted?"""

    limits: tuple[int, int, int, int]
    last: dict[int, int] = field(default_factory=dict)
    at: int = 0

    def fits(self, person: int, now: int) -> bool:
        now = max(now, self.at)
        for width, buckets, limit in zip(WIDTHS, BUCKETS, self.limits, strict=True):
            inside = {who for who, seen in self.last.items() if now // width - seen // width < buckets}
            if person not in inside and len(inside) >= limit:
                return False
        return True

    def put(self, person: int, now: int) -> None:
        self.last[person] = self.at = max(now, self.at)

    def spend(self, person: int, now: int) -> bool:
        if not self.fits(person, now):
            return False
        self.put(person, now)
        return True

    def counts(self, now: int) -> list[int]:
        now = max(now, self.at)
        return [
            sum(1 for seen in self.last.values() if now // width - seen // width < buckets)
            for width, buckets in zip(WIDTHS, BUCKETS, strict=True)
        ]
