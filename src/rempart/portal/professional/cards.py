"""The line that a card reader types into the page, as a keyboard would: `RP1|terminal|at|nonce|…`."""

from dataclasses import dataclass
from typing import Any

MARK = "RP1|"
_PARTS = 8
LONGEST = 400
"""Characters: a signature is 86, a nonce 22; the rest is short."""


@dataclass(frozen=True, slots=True, repr=False)
class CardText:
    """What the line says. Nothing here is believed: the gate checks the signature over all of it."""

    terminal: str
    at: str
    nonce: str
    nir: str
    birth_date: str
    birth_rank: int | None
    signature: str

    def proof(self) -> dict[str, Any]:
        """The proof as the gate takes it."""
        return {
            "kind": "card",
            "terminal": int(self.terminal),
            "at": self.at,
            "nonce": self.nonce,
            "signature": self.signature,
        }


def looks_like_card(text: str) -> bool:
    """Whether a reader typed this, rather than a person."""
    return text.strip().upper().startswith(MARK)


def read(text: str) -> CardText:
    """Read the line. Raises ValueError, without repeating it, when it is cut short or garbled."""
    parts = text.strip().split("|")
    if len(parts) != _PARTS or not parts[1].isdecimal() or (parts[6] and not parts[6].isdecimal()):
        raise ValueError("card text")
    _mark, terminal, at, nonce, nir, birth_date, rank, signature = parts
    return CardText(terminal, at, nonce, nir, birth_date, int(rank) if rank else None, signature)
