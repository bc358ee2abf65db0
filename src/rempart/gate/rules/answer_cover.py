"""Is the person covered on that day, is third-party payment accepted, is payment guaranteed?

Three-valued throughout: what a source does not say is `unknown`, and unknown is never shown as no.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rempart.tariffs.rules.ages import within
from rempart.tariffs.rules.insured import Insured, insured_on
from rempart.tariffs.rules.renewal import renewal_from
from rempart.vocabulary.cover import Contract, Rights


class Known(StrEnum):
    """An answer to a closed question."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """What was opened about a person, read on one day. None means not opened, or not held."""

    on: date
    rights: Rights | None
    contract: Contract | None
    state: Known
    """Compulsory rights open on that day."""
    third_party: Known
    """The complementary insurer, or C2S or AME in its place, pays the professional directly."""
    insured: Insured | None
    """What the tariffs need; None unless rights are open."""
    valid_until: str | None
    """Last day on which the answer holds, or None when no end is known or nothing is open."""
    birth_date: str | None

    @property
    def payable(self) -> Insured | None:
        """The person as sums may be computed: None while it is unknown who pays beside the scheme."""
        return None if self.third_party is Known.UNKNOWN else self.insured

    @property
    def renewal_from(self) -> str | None:
        """First day of a new pair of spectacles; None when no pair is known of."""
        day = renewal_from(self.contract.last_optics, self.birth_date) if self.contract else None
        return day.isoformat() if day else None


def standing(
    rights: Rights | None,
    contract: Contract | None,
    birth_date: str | None,
    on: date,
    *,
    contract_opened: bool,
) -> Standing:
    """Read what was opened. `contract_opened` tells a person without contract from one not looked at."""
    state = rights_state(rights, on)
    insured = insured_on(rights, contract, birth_date, on) if rights and state is Known.YES else None
    paid = third_party(insured, contract, on, contract_opened=contract_opened)
    until = _until(rights, contract, insured, paid) if rights and insured else None
    return Standing(on, rights, contract, state, paid, insured, until, birth_date)


def _until(rights: Rights, contract: Contract | None, insured: Insured, paid: Known) -> str | None:
    """The first end among the scheme's rights and whoever pays beside it."""
    payer = None
    if paid is Known.YES:
        beside = contract.valid_to if contract else None
        payer = rights.ame_to if insured.ame else rights.c2s_to if insured.c2s else beside
    if rights.open_to and payer:
        return min(rights.open_to, payer)
    return rights.open_to or payer


def rights_state(rights: Rights | None, on: date) -> Known:
    """Open only as the source says *and* inside the dates; a date that cannot be read is unknown."""
    if rights is None:
        return Known.UNKNOWN
    if rights.state == "closed":
        return Known.NO
    return _known(within(on, rights.open_from, rights.open_to)) if rights.state == "open" else Known.UNKNOWN


def third_party(
    insured: Insured | None, contract: Contract | None, on: date, *, contract_opened: bool
) -> Known:
    """C2S and AME always pay directly; a contract does inside its dates, where it says so."""
    if insured is not None and (insured.ame or insured.c2s):
        return Known.YES
    if contract is None:
        return Known.NO if contract_opened else Known.UNKNOWN
    if not contract.third_party:
        return Known.NO
    return _known(within(on, contract.valid_from, contract.valid_to))


def _known(holds: bool | None) -> Known:  # noqa: FBT001  # it is the value that is read
    if holds is None:
        return Known.UNKNOWN
    return Known.YES if holds else Known.NO
