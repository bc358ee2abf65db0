"""Reads settings from the environment: `NAME`, or `NAME_FILE` naming a file that holds the value.

Nothing here raises: what is missing or wrong is kept in `problems` and told, all at once and with
the way to mend it, by the start-up checks (`checks.py`).
"""

import os
from collections.abc import Container
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from rempart.database.connect import dsn
from rempart.vocabulary.faults import Fault

_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the environment: id of the check, what is wrong, how to mend it."""

    id: str
    message: str
    hint: str


problems: list[Problem] = []

_OPTIONS = {
    # A page that waits longer has lost its reader; a thread that waits longer is lost to the others.
    "web": "-c search_path=access -c statement_timeout=10s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=30s",
}


def text(name: str, default: str = "") -> str:
    """The value of REMPART_`name`, or the content of the file that REMPART_`name`_FILE names."""
    full = f"REMPART_{name}"
    if value := os.environ.get(full):
        return value
    file = os.environ.get(f"{full}_FILE")
    if not file:
        return default
    try:
        return Path(file).read_text("utf-8").strip()
    except OSError as fault:
        problems.append(
            Problem(
                "rempart.E001",
                f"{full}_FILE names a file that cannot be read ({fault.strerror}).",
                f"Check the path and the rights: ls -l {file}",
            )
        )
        return default


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or no: 1, true, yes, on; 0, false, no, off."""
    value = text(name, "1" if default else "0").lower()
    if value not in _YES | _NO:
        problems.append(
            Problem(
                "rempart.E002", f"REMPART_{name} is neither yes nor no.", f"Set REMPART_{name} to 1 or 0."
            )
        )
    return value in _YES


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name, str(default))
    if value.isdecimal():
        return int(value)
    problems.append(
        Problem(
            "rempart.E002", f"REMPART_{name} is no whole number.", f"Set REMPART_{name}, say to {default}."
        )
    )
    return default


def choice(name: str, default: str, allowed: Container[str], check: str) -> str:
    """One of the allowed words; the default, and a problem with this id, when it is another."""
    value = text(name, default)
    if value in allowed:
        return value
    problems.append(
        Problem(check, f"REMPART_{name} is not a value that is known.", f"Set REMPART_{name}={default}")
    )
    return default


def words(name: str, default: str = "") -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Addresses or networks (CIDR) separated by commas."""
    found = []
    for word in words(name):
        if word == "unix":
            continue  # the word for a peer on a Unix socket, which has no address
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            problems.append(
                Problem(
                    "rempart.E002",
                    f"REMPART_{name} holds something that is no address and no network.",
                    f"Write addresses or CIDR networks separated by commas: REMPART_{name}=10.0.0.2,fd00::/8",
                )
            )
    return found


def database(role: str, data: Path) -> dict[str, Any]:
    """Django's description of the database as `role` reaches it; empty NAME when it is unknown."""
    url = text("DSN") if text("ROLE", "web") == role else ""
    try:
        known = conninfo_to_dict(url or dsn(role, data))
    except (Fault, OSError):
        known = {}
    except ProgrammingError:
        problems.append(
            Problem(
                "rempart.E003",
                "REMPART_DSN is no database address.",
                "Write it as postgresql://role:secret@host:5432/rempart",
            )
        )
        known = {}
    named = {key: str(known.pop(key, None) or "") for key in ("dbname", "user", "password", "host", "port")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": named["dbname"],
        "USER": named["user"],
        "PASSWORD": named["password"],
        "HOST": named["host"],
        "PORT": named["port"],
        "OPTIONS": {
            **known,
            # Bound by the server: values reach neither pg_stat_activity nor the server's log.
            "server_side_binding": True,
            "prepare_threshold": 5,  # a page asks the same few questions each time: planned once
            "options": _OPTIONS.get(role, "-c search_path=access"),
            "connect_timeout": 5,
        },
    }


def secret_key(data: Path) -> str:
    """The key that signs cookies and seals second factors: from the environment or the data directory."""
    if key := text("SECRET_KEY"):
        return key
    try:
        return (data / "secrets" / "django").read_text("utf-8").strip()
    except OSError:
        return ""


def mail(data: Path) -> dict[str, Any]:
    """Django's e-mail settings from REMPART_SMTP_URL; without one, messages become files in DIR/mail.

    The URL: `smtp://host:25`, `smtp+tls://user:secret@host:587` (STARTTLS), `smtps://user:secret@host:465`.
    """
    url = text("SMTP_URL")
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(data / "mail"),
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        problems.append(
            Problem(
                "rempart.E004",
                "REMPART_SMTP_URL is no mail server's address.",
                "Write smtp://host:25, smtp+tls://user:secret@host:587 or smtps://user:secret@host:465",
            )
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtp+tls": 587, "smtps": 465}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }
