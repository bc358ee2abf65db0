"""Asks the demonstration's card reader to read a card: HTTP over its Unix socket."""

import json
import socket
from http.client import HTTPConnection, HTTPException
from typing import Any

from django.conf import settings

_TIMEOUT = 5.0


class TerminalError(Exception):
    """The reader did not answer, or has no terminal beside that account."""


class _Connection(HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_TIMEOUT)
        self.sock.connect(settings.REMPART_TERMINAL_SOCKET)


def present(login: str, person: dict[str, Any]) -> str:
    """The line that the reader types. Raises TerminalError."""
    asked = {"account_login": login, "nir": person["nir"], "birth_date": person["birth_date"]}
    if person.get("birth_rank"):
        asked["birth_rank"] = person["birth_rank"]
    connection = _Connection("terminal", timeout=_TIMEOUT)
    try:
        connection.request("POST", "/card", json.dumps(asked), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as fault:
        raise TerminalError from fault
    finally:
        connection.close()
    if "card_text" not in body:
        raise TerminalError
    return str(body["card_text"])
