"""The attacker's own list: whom it learnt something about, and under which references."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A real person on the attacker's list."""

    nir: str
    birth_date: str
    birth_rank: int | None = None

    def asked(self) -> dict[str, object]:
        """The everyday look-up of this person, as the API takes it."""
        body: dict[str, object] = {"purpose": "rights", "nir": self.nir, "birth_date": self.birth_date}
        return body if self.birth_rank is None else body | {"birth_rank": self.birth_rank}


@dataclass(slots=True)
class Tally:
    """What one replay asked and got. Nothing here is believed that the attacker did not receive."""

    lookups: int = 0
    exposed: set[Person] = field(default_factory=set)
    references: dict[str, str] = field(default_factory=dict)
    """Reference of an answer → login that received it."""
    proofs: Counter[str] = field(default_factory=Counter)
    """How answers were paid for: `none`, `present`, `known`."""
    refusals: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    """Questions whose answer never came."""
    granted_at: float = 0.0
    """When something was last received, on the run's clock."""

    def received(self, login: str, person: Person, reference: str, proof: str, now: float) -> None:
        self.exposed.add(person)
        self.references[reference] = login
        self.proofs[proof] += 1
        self.granted_at = now
