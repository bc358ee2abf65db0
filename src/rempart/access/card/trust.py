"""Whether a card's certificate is good: known authority, in time, meant for signing in, not revoked.

nginx has checked the same. It is checked again because one wrong line in its file would otherwise open
every account. The authorities and the lists of revoked cards are files that nginx reads as well; a new
file is read at the next card. Where a list is missing or out of date no card opens anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from rempart.access.card.header import Presented

_LONGEST = 16 * 1024


class Fault(StrEnum):
    """Why a card opens nothing: words of the journal."""

    NO_CARD = "no_card"
    UNREADABLE = "card_unreadable"
    NOT_YET = "card_not_yet_valid"
    EXPIRED = "card_expired"
    USAGE = "card_wrong_usage"
    AUTHORITY = "card_other_authority"
    REVOKED = "card_revoked"
    LIST = "card_revocation_unknown"
    PROXY = "card_refused_by_proxy"
    SUBJECT = "card_subject"


class CardError(Exception):
    """The card opens nothing. `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who issues cards, and which cards they took back."""

    roots: list[x509.Certificate]
    between: list[x509.Certificate]
    lists: list[x509.CertificateRevocationList]

    @classmethod
    def of(cls, certificates: bytes, lists: bytes) -> "Authorities":
        """From two PEM bundles. Raises ValueError when one holds no certificate, or no root, or rubbish."""
        known = x509.load_pem_x509_certificates(certificates)
        roots = [one for one in known if one.subject == one.issuer]
        if not roots:
            raise ValueError("no root among the authorities")
        between = [one for one in known if one.subject != one.issuer]
        return cls(roots, between, [x509.load_pem_x509_crl(part) for part in _parts(lists)])


def check(presented: Presented, authorities: Authorities, now: datetime) -> x509.Certificate:
    """The certificate of a card that is good. Raises CardError."""
    if not presented.pem:
        raise CardError(Fault.NO_CARD)
    card = _read(presented.pem)
    _in_time(card, now)
    _meant_for_signing_in(card)
    chain = _chain(card, authorities, now)
    for link, issuer in pairwise(chain):
        _not_revoked(link, issuer, authorities.lists, now)
    if presented.verdict != "SUCCESS":
        raise CardError(Fault.PROXY)
    return card


def _read(pem: str) -> x509.Certificate:
    if len(pem) > _LONGEST:
        raise CardError(Fault.UNREADABLE)
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise CardError(Fault.UNREADABLE) from None


def _in_time(card: x509.Certificate, now: datetime) -> None:
    if now < card.not_valid_before_utc:
        raise CardError(Fault.NOT_YET)
    if now > card.not_valid_after_utc:
        raise CardError(Fault.EXPIRED)


def _meant_for_signing_in(card: x509.Certificate) -> None:
    """A card holds a second certificate, for signing documents: that one opens nothing."""
    try:
        usages = card.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        key = card.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        raise CardError(Fault.USAGE) from None
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usages or not key.digital_signature:
        raise CardError(Fault.USAGE)


def _chain(card: x509.Certificate, authorities: Authorities, now: datetime) -> list[x509.Certificate]:
    """The card, who issued it, and so on to a root."""
    # A card's certificate need not name an alternative subject, which the web's own policy asks for.
    leaf = ExtensionPolicy.permit_all().may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
    verifier = (
        PolicyBuilder()
        .store(Store(authorities.roots))
        .time(now)
        .extension_policies(ee_policy=leaf, ca_policy=ExtensionPolicy.webpki_defaults_ca())
        .build_client_verifier()
    )
    try:
        return verifier.verify(card, authorities.between).chain
    except VerificationError:
        raise CardError(Fault.AUTHORITY) from None


def _not_revoked(
    card: x509.Certificate,
    issuer: x509.Certificate,
    lists: Iterable[x509.CertificateRevocationList],
    now: datetime,
) -> None:
    current = [one for one in lists if one.issuer == issuer.subject and _is_current(one, issuer, now)]
    if not current:
        raise CardError(Fault.LIST)
    if any(one.get_revoked_certificate_by_serial_number(card.serial_number) for one in current):
        raise CardError(Fault.REVOKED)


def _is_current(listed: x509.CertificateRevocationList, issuer: x509.Certificate, now: datetime) -> bool:
    end = listed.next_update_utc
    try:
        signed = listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # what signs is a key
    except (InvalidSignature, TypeError, ValueError):
        return False
    return signed and listed.last_update_utc <= now and end is not None and now <= end


def _parts(pem: bytes) -> list[bytes]:
    end = b"-----END X509 CRL-----"
    return [part + end for part in pem.split(end) if b"-----BEGIN X509 CRL-----" in part]


@dataclass
class Files:
    """The two bundles on disk, read again when one of them changes."""

    certificates: Path
    lists: Path
    _read: tuple[tuple[int, int], Authorities] | None = field(default=None, repr=False)

    def authorities(self) -> Authorities:
        """As they are now. Raises OSError or ValueError when they cannot be read."""
        stamp = (self.certificates.stat().st_mtime_ns, self.lists.stat().st_mtime_ns)
        if self._read is None or self._read[0] != stamp:
            made = Authorities.of(self.certificates.read_bytes(), self.lists.read_bytes())
            self._read = (stamp, made)
        return self._read[1]


def utc_now() -> datetime:
    """The moment at which a card is judged."""
    return datetime.now(UTC)
