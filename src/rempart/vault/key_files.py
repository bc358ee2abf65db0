"""Secret files: private, whole or not there, and never replaced by accident."""

import os
from collections.abc import Callable
from pathlib import Path


def write_once(path: Path, make: Callable[[], bytes]) -> None:
    """Write a secret file unless it exists; of two processes at once, the first one's stands."""
    if path.exists():
        return
    draft = _draft(path, make())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def replace(path: Path, content: bytes) -> None:
    """Replace a secret file in one step: a reader sees the old or the new one, never half."""
    _draft(path, content).replace(path)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
