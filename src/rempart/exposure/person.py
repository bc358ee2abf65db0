"""Who was shown one person's data: everybody, in order of time."""

from datetime import datetime

from rempart.exposure.answer import Engine, Row, choose, rows
from rempart.exposure.selection import Selection
from rempart.exposure.statements import SEEN


def seen(
    engine: Engine, person: int, start: datetime | None = None, end: datetime | None = None
) -> list[Row]:
    """Each disclosure of this person's data, oldest first; columns as `statements.SEEN` names them."""
    choose(engine, Selection(persons=(person,), start=start, end=end))
    return rows(engine, SEEN)
