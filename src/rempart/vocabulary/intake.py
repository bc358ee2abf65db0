"""What an import says about a file: lines set aside, each with a reason that repeats nothing of the line."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """Why a line is set aside. Stable: scripts read these."""

    LINE_TOO_LONG = "line_too_long"
    NOT_TEXT = "not_text"
    """The bytes are no text in the file's encoding."""
    NOT_JSON = "not_json"
    WRONG_TYPE = "wrong_type"
    """A field is not of the type or shape that its format gives it."""
    WRONG_KEY = "wrong_key"
    """An identifier's own check digits do not fit."""
    WRONG_COLUMNS = "wrong_columns"
    """The line has more or fewer columns than its header."""
    MISSING = "missing"
    """Fields without which nothing can be imported."""
    UNTYPED_IDENTIFIER = "untyped_identifier"
    """NSS and INS share a system: without its type an identifier says neither."""
    INSURER_UNKNOWN = "insurer_unknown"
    """Add the insurer first: `rempart import insurer`."""
    INSURER_WITHOUT_KEY = "insurer_without_key"
    """The insurer withdrew its key."""
    DUPLICATE = "duplicate"
    """The file has another person with the same number, birth date and birth rank."""
    AMBIGUOUS = "ambiguous"
    """The numbers lead to two persons already held."""
    POLICYHOLDER_MISSING = "policyholder_missing"
    """The policyholder is neither held nor in this file, or was set aside."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line that was not imported. `line` counts from 1; `fields` are names, never values."""

    line: int
    why: Why
    fields: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """`missing: nir, scheme`."""
        return f"{self.why}: {', '.join(self.fields)}" if self.fields else str(self.why)


@dataclass(slots=True)
class Report:
    """How an import ended: counts only."""

    source: str
    read: int = 0
    loaded: int = 0
    updated: int = 0
    set_aside: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Reason of what was set aside → how often."""
    warnings: Counter[str] = field(default_factory=Counter)
    """What was imported all the same, and deserves a look."""
    ignored: Counter[str] = field(default_factory=Counter)
    """What the file has besides and no import reads, by kind."""
    others: Counter[str] = field(default_factory=Counter)
    """Counts of what came with the main thing: organisations, activities."""

    def put_aside(self, item: SetAside) -> None:
        self.set_aside += 1
        self.reasons[item.reason] += 1

    def to_details(self) -> dict[str, object]:
        """Counts for the journal and for `--json`; the twenty commonest reasons."""
        return {
            "source": self.source,
            "read": self.read,
            "loaded": self.loaded,
            "updated": self.updated,
            "set_aside": self.set_aside,
            "reasons": dict(self.reasons.most_common(20)),
            "warnings": dict(self.warnings.most_common(20)),
            "ignored": dict(self.ignored.most_common(20)),
            "others": dict(self.others),
        }
