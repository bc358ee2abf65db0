"""Where a role finds its database: one libpq URL."""

import os
from pathlib import Path
from urllib.parse import quote, urlencode

from rempart.database import directory
from rempart.database.errors import NotSetUpError

SUPERUSER = "superuser"
"""The embedded server's own administrator; never given to a child process."""


def role_name(role: str) -> str:
    """The name that PostgreSQL knows a role by."""
    return "postgres" if role == SUPERUSER else f"rempart_{role}"


def dsn(role: str, data_dir: Path) -> str:
    """A libpq URL for `role`: superuser, or one of those in docs/reference/roles-and-grants.md.

    A child process has its own role's URL in REMPART_DSN and can read no secret file; commands run by
    the installation's owner read `secrets/<role>`. Raises NotSetUpError where there is neither.
    """
    given = os.environ.get("REMPART_DSN")
    if given and os.environ.get("REMPART_ROLE") == role:
        return given
    address = directory.read_address(data_dir)
    path = data_dir / "secrets" / role
    if not path.exists():
        raise NotSetUpError(
            f"No secret for the role {role} in {data_dir}.", f"rempart database migrate --data {data_dir}"
        )
    return url(address, role_name(role), path.read_text("utf-8").strip(), database=address["name"])


def url(address: dict[str, object], user: str, password: str, *, database: object) -> str:
    """A libpq URL; everything in it is escaped."""
    options = address.get("options") or {}
    tail = f"?{urlencode(options)}" if isinstance(options, dict) and options else ""
    host = quote(str(address["host"]), safe="")
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{who}@{host}:{address['port']}/{quote(str(database), safe='')}{tail}"
