"""A stolen import role: it brings persons in, and must not bring any out.

Has the role's password and the machine that imports run on. Tries to read what it sealed, to reach keys, to
make itself an insurer whose private key it knows, to open an account, and to write what others decide by.
"""

from typing import Any

from rempart.drills.inside.tries import Connect, statements, went_through


def run(connect: Connect) -> dict[str, Any]:
    """What the import role could do of it: nothing may be in `went_through`."""
    tried = statements("import_role")
    done = went_through(connect("intake"), tried)
    return {"drill": "stolen_import_role", "tried": len(tried), "went_through": done}
