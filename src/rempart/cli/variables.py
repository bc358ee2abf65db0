"""Every variable of the environment that an operator may set: what it means and which process receives it.

`rempart config show` prints them; the supervisor gives each process those that it needs and no other.
"""

import os
from dataclasses import dataclass

PAGES = frozenset({"web", "worker"})
GATE = frozenset({"gate"})
COMMAND = frozenset({"command"})
DETECTOR = frozenset({"detector"})
EVENTS = frozenset({"events"})
SEALER = frozenset({"sealer"})
_WEB = frozenset({"web"})


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting. A secret may also be given as a file: the same name with `_FILE` at its end."""

    name: str
    meaning: str
    default: str = ""
    processes: frozenset[str] = PAGES
    secret: bool = False


VARIABLES = (
    Variable("REMPART_DATA", "the data directory", "var", COMMAND),
    Variable("REMPART_PORT", "port of the pages", "8000", COMMAND),
    Variable("REMPART_METRICS_PORT", "port of figures for Prometheus, on this machine alone", "", COMMAND),
    Variable("REMPART_READY_FILE", "file that `rempart demo` writes once it serves", "", COMMAND),
    Variable("DATABASE_URL", "administrator's address of an external PostgreSQL", "", COMMAND, secret=True),
    Variable(
        "REMPART_URL",
        "address under which clients reach the pages",
        "http://localhost:8000",
        PAGES | GATE | EVENTS,
    ),
    Variable("REMPART_HOSTS", "host names that are answered", "localhost,127.0.0.1,[::1]"),
    Variable("REMPART_TRUSTED_PROXIES", "proxies whose X-Forwarded-For the pages believe"),
    Variable("REMPART_SUPPORT", "whom a professional calls: a number, as it is shown", "", _WEB),
    Variable("REMPART_STATUS_URL", "address of the page that tells the service's state", "", _WEB),
    Variable("REMPART_PSC_URL", "Pro Santé Connect's issuer", "", _WEB),
    Variable("REMPART_PSC_CLIENT_ID", "this installation's number at Pro Santé Connect", "", _WEB),
    Variable("REMPART_PSC_SECRET", "the secret that goes with that number", "", _WEB, secret=True),
    Variable("REMPART_CARD_URL", "address at which the proxy asks for professionals' cards", "", _WEB),
    Variable("REMPART_CARD_AUTHORITIES", "file (PEM) of the authorities that issue cards", "", _WEB),
    Variable("REMPART_CARD_REVOCATION", "file (PEM) of the lists of revoked cards", "", _WEB),
    Variable("REMPART_CARD_SECRET", "the proxy's secret, which vouches for its word", "", _WEB, secret=True),
    Variable("REMPART_TRUSTED_PROXY", "the proxy whose X-Forwarded-For the gate believes", "", GATE),
    Variable("REMPART_SECRET_KEY", "key of cookies and second factors", "DIR/secrets/django", secret=True),
    Variable("REMPART_SECRET_KEY_FALLBACKS", "earlier keys that are still accepted", "", secret=True),
    Variable("REMPART_MASTER_KEY_URI", "master key in a KMS in place of DIR/keys/master.json", "", GATE),
    Variable("REMPART_SMTP_URL", "mail server; without it mail is written to DIR/mail", "", secret=True),
    Variable("REMPART_MAIL_FROM", "sender of mail", "rempart@localhost"),
    Variable("REMPART_TIME_ZONE", "time zone of pages", "Europe/Paris"),
    Variable("REMPART_LOG_LEVEL", "least level that is logged", "INFO", PAGES | GATE),
    Variable("REMPART_LEAKS_URL", "service that is asked whether a password is leaked, besides the corpus"),
    Variable(
        "REMPART_SEALED",
        "where sealed journal files go: a folder, or s3://bucket/prefix",
        "DIR/sealed",
        SEALER | COMMAND,
        secret=True,
    ),
    Variable(
        "REMPART_JOURNAL_DAYS", "days that `rempart journal retain` leaves in the table", "400", COMMAND
    ),
    Variable("REMPART_ERASED_DAYS", "days that the link to an erased person is kept", "400", COMMAND),
    Variable("REMPART_STAMP_URL", "RFC 3161 authority that stamps checkpoints", "", SEALER | COMMAND),
    Variable("REMPART_STAMP_ROOTS", "PEM file that its certificate leads to", "", SEALER | COMMAND),
    Variable("REMPART_POOL", "database connections of the web process", "8", _WEB),
)

_KMS = ("AWS_", "GOOGLE_", "CLOUDSDK_")
"""Beginnings of the variables by which a key-management service's own client finds its credentials."""


def given_to(process: str) -> dict[str, str]:
    """What the operator has set for a process, `_FILE` forms included."""
    names = [variable.name for variable in VARIABLES if process in variable.processes]
    wanted = {*names, *(f"{name}_FILE" for name in names)}
    given = {name: value for name, value in os.environ.items() if name in wanted}
    if "REMPART_MASTER_KEY_URI" in given:
        given |= {name: value for name, value in os.environ.items() if name.startswith(_KMS)}
    return given
