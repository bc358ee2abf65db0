"""A throw-away authority of cards: root, what stands between, cards good and bad, lists of revoked ones."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)


def name(common: str | None, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATION_NAME, "AUTORITE-D-ESSAI"), *more]
    if common is not None:
        parts.append((NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


@dataclass
class Card:
    """A certificate and its key, as a card and its code give them."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def write(self, folder: Path, called: str) -> tuple[str, str]:
        """Files of certificate and key."""
        folder.mkdir(parents=True, exist_ok=True)
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{called}.pem").write_text(self.pem)
        (folder / f"{called}.key").write_bytes(private)
        return str(folder / f"{called}.pem"), str(folder / f"{called}.key")


@dataclass
class Authority:
    """An authority that issues certificates and takes them back."""

    name: x509.Name
    issuer: "Authority | None" = None
    revoked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        above = self.issuer or self
        builder = _certificate(self.name, above, self.key, NOW - 30 * DAY, NOW + 3650 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(_key_usage(signs=False), critical=True)
        self.certificate = builder.sign(above.key, SHA256())

    def card(
        self,
        common: str | None,
        *,
        usages: list[x509.ObjectIdentifier] | None = None,
        signs: bool = True,
        begins: dt.datetime = NOW - DAY,
        ends: dt.datetime = NOW + 365 * DAY,
        more: tuple[tuple[x509.ObjectIdentifier, str], ...] = (),
    ) -> Card:
        key = ec.generate_private_key(ec.SECP256R1())
        more = ((NameOID.SURNAME, "TANGUY"), (NameOID.GIVEN_NAME, "LUCIE"), *more)
        builder = _certificate(name(common, *more), self, key, begins, ends)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        if usages is None:
            usages = [Usage.CLIENT_AUTH, Usage.SMARTCARD_LOGON]
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        builder = builder.add_extension(_key_usage(signs=signs, ca=False), critical=True)
        return Card(builder.sign(self.key, SHA256()), key)

    def revoke(self, card: Card) -> None:
        self.revoked.append(card.certificate.serial_number)

    def crl(
        self, *, ends: dt.datetime = NOW + 7 * DAY, key: ec.EllipticCurvePrivateKey | None = None
    ) -> bytes:
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self.name, last_update=NOW - 2 * DAY, next_update=ends
        )
        for serial in self.revoked:
            row = x509.RevokedCertificateBuilder(serial, NOW - DAY).build()
            builder = builder.add_revoked_certificate(row)
        return builder.sign(key or self.key, SHA256()).public_bytes(Encoding.PEM)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


class Issuers:
    """The two levels that cards have: a root, and the authority that issues them."""

    def __init__(self, called: str = "ESSAI") -> None:
        self.root = Authority(name(f"RACINE {called}"))
        self.cards = Authority(name(f"CARTES {called}"), self.root)

    def bundle(self) -> bytes:
        return self.root.pem + self.cards.pem

    def lists(self) -> bytes:
        return self.root.crl() + self.cards.crl()

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The two files that nginx and the application read."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "authorities.pem").write_bytes(self.bundle())
        (folder / "revoked.pem").write_bytes(self.lists())
        return folder / "authorities.pem", folder / "revoked.pem"


def server(host: str) -> Card:
    """A server's own certificate, for nginx."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 30 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    )
    return Card(builder.sign(key, SHA256()), key)


def _certificate(
    subject: x509.Name,
    issuer: Authority,
    key: ec.EllipticCurvePrivateKey,
    begins: dt.datetime,
    ends: dt.datetime,
) -> x509.CertificateBuilder:
    above = issuer.key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    )


def _key_usage(*, signs: bool, ca: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=not signs and not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
