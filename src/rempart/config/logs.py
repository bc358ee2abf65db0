"""Structured logs: one JSON object a line on standard error, without personal data.

A line holds time, level, logger and message. No query, no body, no cookie. Of an exception only its
kind and places are kept, never its text: a database error quotes the row that it refused. Anything
long enough to be a social security number is masked, wherever it came from.
"""

import logging
import logging.config
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson

_LONG_NUMBER = re.compile(r"\d(?:[\s.+-]|%20)?(?:\d[ABab]?(?:[\s.+-]|%20)*){11,}")
_QUERY = re.compile(r"\?\S+")


def mask(message: str) -> str:
    """The message without query strings and long numbers."""
    return _LONG_NUMBER.sub("…", _QUERY.sub("?…", message))


def places(trace: Any) -> list[str]:
    """`file:line function` of each frame, outermost first."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
            line["places"] = places(record.exc_info[2])[-12:]
        return orjson.dumps(line).decode()


class Stderr(logging.StreamHandler[Any]):
    """Writes to what standard error is now, not to what it was at the start."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(settings: dict[str, str]) -> None:
    """Set up logging; `settings["level"]` is the level of everything but noisy libraries."""
    # A handler that fails would print the record it could not write, with the text that we keep out.
    logging.raiseExceptions = False
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonLines}},
            "handlers": {"err": {"()": Stderr, "formatter": "json"}},
            "root": {"handlers": ["err"], "level": settings["level"]},
            "loggers": {
                # A page that is not found is no event; a flood of them would fill the disk.
                "django.request": {"level": "ERROR"},
                "django.security.csrf": {"level": "ERROR"},
                "django.security.DisallowedHost": {"level": "CRITICAL"},
                "procrastinate": {"level": "WARNING"},
            },
        }
    )
