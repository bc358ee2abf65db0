"""Whose card it is, read from the certificate's subject. Nothing is guessed: what is unclear opens nothing.

A professional's card (CPS) carries the national identifier as its common name: `8` and the eleven digits
of the RPPS (FR Core, identifier type IDNPS). An employee's card of an establishment (CPE) carries the
establishment's number behind its type and, after a slash, the number that the establishment gave the
employee: `3` FINESS, `4` SIREN, `5` SIRET. This form is an assumption of ours from the published rules of
the national identifier; a card that reads otherwise is refused, not interpreted.
"""

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from rempart.access.card.trust import CardError, Fault
from rempart.access.identities import Kind, Proof

_CPS = re.compile(r"8[0-9]{11}")
_CPE = re.compile(r"(3[0-9][0-9AB][0-9]{7}|4[0-9]{9}|5[0-9]{14})/[0-9A-Za-z._-]{1,40}")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a card says its holder is."""

    kind: Kind
    national_id: str
    issuer: str
    """The issuer's distinguished name (RFC 4514)."""

    @property
    def rpps(self) -> str:
        """The eleven digits; only of a professional's card."""
        return self.national_id[1:]

    @property
    def proof(self) -> Proof:
        """What the session and the account remember the card by."""
        return Proof(self.kind, self.issuer, self.national_id)


def read(card: x509.Certificate) -> Holder:
    """The holder of a card that was checked. Raises CardError for a subject that is not of a card."""
    names = [str(one.value) for one in card.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(names) != 1:
        raise CardError(Fault.SUBJECT)
    number = names[0]
    if _CPS.fullmatch(number):
        return Holder("cps", number, card.issuer.rfc4514_string())
    if _CPE.fullmatch(number):
        return Holder("cpe", number, card.issuer.rfc4514_string())
    raise CardError(Fault.SUBJECT)
