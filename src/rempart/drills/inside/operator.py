"""A stolen operator's account, and the pages' whole role: raise limits, lift restrictions, blind the watch.

Has the operator's session without a fresh factor and, worse than any account, runs any statement as the role
of the pages. Loosening takes a fresh factor; limits and the platform's restrictions take two keepers.
"""

from typing import Any

from rempart.drills.inside.tries import Connect, statements, went_through


def run(connect: Connect) -> dict[str, Any]:
    """What the role of the pages could do of it: nothing may be in `went_through`."""
    tried = statements("operator")
    done = went_through(connect("web"), tried)
    return {"drill": "stolen_operator", "tried": len(tried), "went_through": done}
