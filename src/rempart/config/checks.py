"""Start-up checks: a misconfigured process does not start, and says what to do about it.

Each problem has an id, one sentence, and a hint that mends it. Every start of web and worker runs them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  # Django's word
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from rempart.access.card.trust import Authorities
from rempart.access.doors import door_of
from rempart.config import environment
from rempart.database.connect import dsn
from rempart.vocabulary.faults import Fault

_KEY = 50
_CARD_SECRET = 32
_ROLES = frozenset({"web", "worker", "owner"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


@register(Tags.security)
def settings_are_sound(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """All that can be known without asking the database."""
    return [
        *(Error(problem.message, hint=problem.hint, id=problem.id) for problem in environment.problems),
        *_secret_key(),
        *_database(),
        *_addresses(),
        *_demonstration(),
        *_leaks(),
        *_cards(),
        *_pro_sante_connect(),
    ]


@register(Tags.urls)
def every_page_has_a_door(app_configs: Any, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A view that says nothing about who may open it is open to nobody: tell the developer at once."""
    return [
        Error(
            f"The page {pattern} does not say who may open it.",
            hint="Mark the view with a door of rempart.access.doors, such as @signed_in.",
            id="rempart.E020",
        )
        for pattern, view in all_pages()
        if door_of(view) is None
    ]


def all_pages() -> Iterator[tuple[str, Any]]:
    """Every address pattern of the site with its view."""
    yield from _pages("", get_resolver().url_patterns)


def _pages(prefix: str, patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        path = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _pages(path, entry.url_patterns)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def _secret_key() -> Iterator[CheckMessage]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's way to say that it is empty
        key = ""
    if not key:
        yield Error(
            "There is no secret key to sign cookies with.",
            hint="Name a file that holds one: REMPART_SECRET_KEY_FILE=/etc/rempart/django "
            "(made by: openssl rand -base64 48), or set up the data directory: rempart database migrate",
            id="rempart.E010",
        )
    elif len(key) < _KEY:
        yield Error(
            f"The secret key is shorter than {_KEY} characters.",
            hint="Make another: openssl rand -base64 48",
            id="rempart.E011",
        )


def _database() -> Iterator[CheckMessage]:
    if settings.REMPART_ROLE not in _ROLES:
        yield Error(
            "REMPART_ROLE is none of web, worker and owner.",
            hint="Leave it unset: `rempart serve` gives each process its own.",
            id="rempart.E012",
        )
        return
    if settings.DATABASES["default"]["NAME"]:
        return
    try:
        dsn(settings.REMPART_ROLE, settings.REMPART_DATA)
    except (Fault, OSError) as fault:
        yield Error(
            f"The database of role {settings.REMPART_ROLE} is not known: {fault}",
            hint=getattr(fault, "remedy", "")
            or "Set REMPART_DSN_FILE, or REMPART_DATA to a set-up directory.",
            id="rempart.E013",
        )


def _addresses() -> Iterator[CheckMessage]:
    parts = urlsplit(settings.REMPART_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield Error(
            "REMPART_URL is no web address.",
            hint="Write the address that browsers use: REMPART_URL=https://rempart.example",
            id="rempart.E014",
        )
    elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        yield Error(
            "REMPART_URL is http on a name that others can reach: cookies would travel in clear.",
            hint="Serve https in front of it and write REMPART_URL=https://…",
            id="rempart.E015",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "REMPART_HOSTS allows any host name.",
            hint="Name the hosts: REMPART_HOSTS=rempart.example",
            id="rempart.E016",
        )
    elif parts.hostname and not _allowed(parts.hostname):
        yield Warning(
            "REMPART_HOSTS does not hold the host of REMPART_URL: every page would be refused.",
            hint=f"REMPART_HOSTS={parts.hostname}",
            id="rempart.W001",
        )


def _pro_sante_connect() -> Iterator[CheckMessage]:
    if not settings.REMPART_PSC_URL:
        return
    parts = urlsplit(settings.REMPART_PSC_URL)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        yield Error(
            "REMPART_PSC_URL is no https address: whoever sits in between would sign anybody in.",
            hint="Write the issuer's address: REMPART_PSC_URL=https://…, or unset it",
            id="rempart.E025",
        )
    if not settings.REMPART_PSC_CLIENT_ID or not settings.REMPART_PSC_SECRET:
        yield Error(
            "Pro Santé Connect is on without its client number or secret.",
            hint="Set REMPART_PSC_CLIENT_ID and REMPART_PSC_SECRET_FILE: "
            "docs/how-to/connect-pro-sante-connect.md",
            id="rempart.E026",
        )


def _allowed(host: str) -> bool:
    return any(
        host == name.strip("[]") or (name.startswith(".") and host.endswith(name))
        for name in settings.ALLOWED_HOSTS
    )


def _demonstration() -> Iterator[CheckMessage]:
    if not settings.REMPART_DEMO:
        return
    if urlsplit(settings.REMPART_URL).hostname not in _LOOPBACK:
        yield Error(
            "The demonstration shows every code and must not leave this machine.",
            hint="Unset REMPART_DEMO, or set REMPART_URL to http://localhost:PORT.",
            id="rempart.E019",
        )
    elif not Path(settings.REMPART_DEMO_FILE).exists():
        yield Warning(
            "The demonstration's accounts are not there yet.", hint="rempart demo", id="rempart.W002"
        )


def _cards() -> Iterator[CheckMessage]:
    if not settings.REMPART_CARD_URL:
        return
    here, door = urlsplit(settings.REMPART_URL), urlsplit(settings.REMPART_CARD_URL)
    if (door.scheme, door.hostname, door.path) != (here.scheme, here.hostname, ""):
        yield Error(
            "REMPART_CARD_URL is not on the host of REMPART_URL: a session begun there would not hold here.",
            hint=f"The same host, another port: REMPART_CARD_URL={here.scheme}://{here.hostname}:8443",
            id="rempart.E021",
        )
    if not (settings.REMPART_TRUSTED_PROXIES or settings.REMPART_TRUST_SOCKET):
        yield Error(
            "Cards are taken, but no proxy is named whose word on them is believed.",
            hint="REMPART_TRUSTED_PROXIES=127.0.0.1, or unix",
            id="rempart.E022",
        )
    if len(settings.REMPART_CARD_SECRET) < _CARD_SECRET:
        yield Error(
            f"The proxy's secret for cards is missing, or shorter than {_CARD_SECRET} characters.",
            hint="openssl rand -hex 32 makes one: REMPART_CARD_SECRET_FILE here, the same in nginx's file",
            id="rempart.E023",
        )
    try:
        authorities = Path(settings.REMPART_CARD_AUTHORITIES).read_bytes()
        lists = Path(settings.REMPART_CARD_REVOCATION).read_bytes()
        found = Authorities.of(authorities, lists)
    except (OSError, ValueError):
        found = None
    if found is None or not found.lists:
        yield Error(
            "The authorities of cards, or their lists of revoked cards, cannot be read.",
            hint="REMPART_CARD_AUTHORITIES and REMPART_CARD_REVOCATION name PEM files: "
            "docs/how-to/accept-professional-cards.md",
            id="rempart.E024",
        )


def _leaks() -> Iterator[CheckMessage]:
    if not settings.REMPART_LEAKS_URL:
        return
    parts = urlsplit(settings.REMPART_LEAKS_URL)
    schemes = {"https", "http"} if parts.hostname in _LOOPBACK else {"https"}
    if parts.hostname and parts.scheme in schemes:
        return
    yield Error(
        "REMPART_LEAKS_URL is no https address.",
        hint="REMPART_LEAKS_URL=https://api.pwnedpasswords.com/range, or leave it unset",
        id="rempart.E030",
    )
