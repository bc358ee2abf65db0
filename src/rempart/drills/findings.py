"""What a replay prints: the same keys always, and in words for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rempart.drills.rules.bars import Bar, Group
from rempart.drills.tally import Tally

LIMITER = "throw-away stand-in, answers from memory; a per-address limiter in place of the gate"
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Findings:
    """One replay's result."""

    drill: str
    accounts: int
    tally: Tally
    bound: int
    history: int
    unjournaled: int
    seconds: float
    seen_before: int
    """Persons that these accounts saw in the hour before: a repeated replay finds its budgets spent."""
    bound_of_30_days: int
    """The same accounts' published bound for an attack that nobody ends for thirty days."""

    def report(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "drill": self.drill,
            "accounts": self.accounts,
            "lookups": self.tally.lookups,
            "persons_exposed": len(self.tally.exposed),
            "bound": self.bound,
            "history": self.history,
            "unjournaled": self.unjournaled,
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same bot at the same time, with a per-address limiter in place of the gate."""

    tally: Tally
    seconds: float
    bans: int
    history: int

    @property
    def an_hour(self) -> int:
        """Persons an hour at the pace measured."""
        return round(len(self.tally.exposed) / self.seconds * _HOUR) if self.seconds else 0

    def report(self) -> dict[str, Any]:
        """As `--json` prints it."""
        hours = self.history / self.an_hour if self.an_hour else None
        return {
            "label": LIMITER,
            "lookups": self.tally.lookups,
            "persons_exposed": len(self.tally.exposed),
            "seconds": round(self.seconds, 1),
            "bans": self.bans,
            "persons_per_hour": self.an_hour,
            "hours_to_history": round(hours, 1) if hours else None,
        }


def group(report: dict[str, Any]) -> Group:
    """The bars of one printed report."""
    year = report["drill"]
    bars = [Bar(f"Reported in {year}", report["history"], "reported")]
    if "limiter_only" in report:
        compared = report["limiter_only"]
        bars.append(Bar("Limiter only, in one hour*", compared["persons_per_hour"], "limiter"))
    bars.append(Bar("Rempart, replayed*", report["persons_exposed"], "rempart", report["bound"]))
    if "bound_30_days" in report:
        bars.append(Bar("Rempart, 30 days at most", report["bound_30_days"], "most"))
    titles = {
        "2022": f"2022: {report['accounts']} hijacked accounts, by program",
        "2024": "2024: one phished account, a bot on the pages",
    }
    return Group(titles.get(year, year), bars)


def footnotes(reports: Sequence[dict[str, Any]]) -> list[str]:
    """What the bars are, in a few lines."""
    lines = [
        "* Replayed, synthetic persons, one machine. Dashed: the bound that the published limits give.",
    ]
    for report in reports:
        lines.append(
            f"{report['drill']}: {report['persons_exposed']} persons in {report['seconds']:.0f} s,"
            f" {report['unjournaled']} of the answers missing from the journal."
        )
        if "limiter_only" in report:
            compared = report["limiter_only"]
            lines[-1] += (
                f" Limiter only: {compared['persons_exposed']} in {compared['seconds']:.0f} s,"
                f" {compared['bans']} bans; all of them in {_span(compared['hours_to_history'])}."
            )
    return lines


def describe(reports: Sequence[dict[str, Any]]) -> str:
    """The picture in words."""
    said = []
    for report in reports:
        words = f"{report['drill']}: {report['history']:,} persons reported"
        if "limiter_only" in report:
            words += (
                f"; {report['limiter_only']['persons_per_hour']:,} an hour with a per-address limiter only"
            )
        words += f"; {report['persons_exposed']:,} with Rempart, whose published bound is {report['bound']:,}"
        said.append(words + ".")
    return " ".join(said)


def _span(hours: float | None) -> str:
    if hours is None:
        return "no time at all: nothing came"
    if hours < 48:  # noqa: PLR2004  # two days: hours still mean something
        return f"{int(hours)} h {int(hours * 60) % 60:02d} min"
    return f"{hours / 24:.0f} days"
