"""From planned look-ups to `gate.ask`, and back from decisions to numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from rempart.detection.entries import GRANTED, REASONS, VERDICTS
from rempart.drills.honest.asks import (
    ACTS,
    CHANNELS,
    DEPARTMENTS,
    PRESENT,
    PURPOSES,
    Asks,
    Ints,
    blank,
    mixed,
    name_numbers,
)
from rempart.drills.world_rows import People

DECISION = np.dtype(
    [("verdict", "i1"), ("reason", "i1"), ("disclosed", "?"), ("person", "i8"), ("retry_after", "i8")]
)
"""`verdict`, `reason`: numbers of `detection.entries`. `person`: place in the population (-1: nobody).

`retry_after`: seconds; -1 where the gate named none.
"""
Decisions = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Card:
    """How the card proofs of a look-up differ from honest ones. For attacks."""

    genuine: bool = True
    """Signed by the terminal."""
    nonce: int | None = None
    """None: a fresh one. The same again is a replay."""
    age: float = 0.0
    """Seconds before the look-up; less than 0: a clock ahead."""
    terminal: int | None = None
    """Place of the organisation whose terminal signed; None: the account's own."""


HONEST = Card()

_QUERY = """
select d.verdict, coalesce(d.reason, ''), d.person, coalesce(d.retry_after, -1)
  from gate.look_ups(array(select row(
       timestamptz 'epoch' + at * interval '1 microsecond', 'W-' || serial,
       case when channel = 0 then encode(sha256(int8send(account) || int8send(device)), 'hex') end,
       case when channel = 1 then sha256(int8send(account + 1)) end,
       case when channel = 0 then 'd' || device end,
       network::inet, ({channels})[channel + 1], ({purposes})[purpose + 1], ({acts})[act + 1],
       array[substr(sha256(int8send(case when person >= 0 then person else miss end)), 1, 16)], miss, 1,
       department, birth_month, prefix_month, prefix_commune,
       proof, case when proof = 1 then 'w-' || account + 1 end, case when proof = 1 then terminal + 1 end,
       case when proof = 1 then int8send(nonce) end,
       case when proof = 1 then timestamptz 'epoch' + signed * interval '1 microsecond' end, genuine,
       case when proof = 2 then ({present})[present + 1] end,
       case when repeat <> 0 then repeat::text end, int8send(miss), true)::gate.ask
  from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::integer[],
              %s::integer[], %s::integer[], %s::bigint[], %s::bigint[], %s::text[], %s::smallint[],
              %s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::boolean[], %s::integer[], %s::bigint[])
       with ordinality as t(at, serial, account, device, network, channel, purpose, act, person, miss,
              department, birth_month, prefix_month, prefix_commune, proof, terminal, nonce, signed, genuine,
              present, repeat, n)
 order by n)) d
"""


def _texts(words: tuple[str, ...]) -> str:
    return "array[" + ", ".join(f"'{word}'" for word in words) + "]::text[]"


_SENT = _QUERY.format(
    channels=_texts(CHANNELS), purposes=_texts(PURPOSES), acts=_texts(ACTS), present=_texts(PRESENT)
).encode()


class Clerk:
    """Turns rows into calls. `networks` gives the address of each place of a network."""

    def __init__(self, people: People) -> None:
        self._numbers = {int(number): place for place, number in enumerate(people.ids)}
        population, decoys = people.plan.population, people.decoys
        misses = misses_of(decoys)
        order = np.argsort(misses)
        self._decoy_misses, self._decoy_places = misses[order], population.size + order
        self._organisation = people.plan.cast.organisation
        self.sent = 0

    def ask(self, gate: psycopg.Connection[Any], asks: Asks, card: Card = HONEST) -> Decisions:
        """One call of `gate.look_ups` for these rows."""
        rows = gate.execute(_SENT, self._columns(asks, card)).fetchall()
        self.sent += len(asks)
        found = np.zeros(len(rows), DECISION)
        for place, (verdict, reason, person, retry) in enumerate(rows):
            found[place] = (
                VERDICTS[verdict],
                REASONS.get(reason, 0),
                VERDICTS[verdict] == GRANTED,
                -1 if person is None else self._numbers[person],
                retry,
            )
        return found

    def _columns(self, asks: Asks, card: Card) -> list[list[Any]]:
        serial = np.arange(self.sent, self.sent + len(asks))
        whose = (
            self._organisation[asks["account"]]
            if card.terminal is None
            else np.full(len(asks), card.terminal)
        )
        nonce = serial if card.nonce is None else np.full(len(asks), card.nonce)
        return [
            *(asks["at"].tolist(), serial.tolist(), asks["account"].tolist(), asks["device"].tolist()),
            [address(int(network)) for network in asks["network"]],
            *(asks[name].tolist() for name in ("channel", "purpose", "act")),
            *(self.persons(asks).tolist(), asks["miss"].tolist()),
            [DEPARTMENTS[place] for place in asks["department"]],
            *(asks[name].tolist() for name in ("birth_month", "prefix_month", "prefix_commune", "proof")),
            *(whose.tolist(), nonce.tolist(), (asks["at"] - round(card.age * 1e6)).tolist()),
            [card.genuine] * len(asks),
            *(asks["present"].tolist(), asks["repeat"].tolist()),
        ]

    def persons(self, asks: Asks) -> Ints:
        """Whom the rows find: a number that nobody bears may be a decoy's."""
        place = np.searchsorted(self._decoy_misses, asks["miss"])
        place = np.minimum(place, len(self._decoy_misses) - 1)
        is_decoy = (asks["person"] < 0) & (self._decoy_misses[place] == asks["miss"])
        return np.where(is_decoy, self._decoy_places[place], asks["person"])


def misses_of(numbers: NDArray[np.void]) -> Ints:
    """What the gate counts a look-up of each number under when nobody bears it."""
    found: Ints = name_numbers(blank(len(numbers)), numbers)["miss"]
    return found


def address(network: int) -> str:
    """An address for each place of a network, scattered over carriers, the same at every run."""
    number = int(mixed(np.array([network]))[0])
    return (
        f"{11 + number % 100}.{number // 100 % 256}.{number // 25_600 % 256}.{1 + number // 6_553_600 % 250}"
    )
