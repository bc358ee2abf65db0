"""What is wrong with a journal, said so that the place can be found, and what was looked at."""

from dataclasses import asdict, dataclass, field
from typing import Any

CHANGED, REMOVED, INSERTED, REORDERED = "changed", "removed", "inserted", "reordered"
TRUNCATED, ROLLED_BACK, FORKED = "truncated", "rolled back", "forked"
OTHER_KEY, DATES, UNREADABLE = "signed with another key", "wrong dates", "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    what: str
    """One of the words above."""
    file: str
    more: str
    """A sentence."""
    entry: int | None = None
    """The first bad entry: its number in the journal, from 0."""

    def __str__(self) -> str:
        where = "" if self.entry is None else f", entry {self.entry}"
        return f"{self.what}: {self.file}{where}. {self.more}"


@dataclass(slots=True)
class Report:
    """A whole verification. `intact` where nothing is wrong."""

    key: str
    size: int = 0
    root: str = ""
    """Of the newest checkpoint, hexadecimal."""
    time: str = ""
    checkpoints: int = 0
    segments: int = 0
    entries: int = 0
    """Read and hashed again."""
    absent: int = 0
    """Covered by the checkpoint, and not part of a partial export."""
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings

    def found(self, what: str, file: str, more: str, entry: int | None = None) -> None:
        finding = Finding(what, file, more, entry)
        if finding not in self.findings[-1:]:  # a file of many checkpoints, signed with another key
            self.findings.append(finding)

    def as_json(self) -> dict[str, Any]:
        return {"intact": self.intact, **asdict(self)}
