"""`python -m rempart.cli.demo_terminals`: the demonstration's card terminals, over a Unix socket.

POST /card {"account_login", "terminal"?, "nir", "birth_date", "birth_rank"?} answers
{"proof": {…}, "card_text": "RP1|…"}. It stands for the reader on the counter: anybody who reaches the
socket can play any patient, which is why it exists in the demonstration only.
"""

import argparse
import json
import os
import socketserver
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from rempart.cli.demo_cards import Card, Terminal, card_text, for_login, load
from rempart.vocabulary.births import parse_birth_date
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.nir import parse

_LARGEST = 4096


def answer(terminals: list[Terminal], request: dict[str, Any]) -> dict[str, Any]:
    """Sign for one card. Raises ValueError or KeyError for a malformed request, Fault without a terminal."""
    login = str(request["account_login"])
    rank = request.get("birth_rank")
    card = Card(
        nir=parse(str(request["nir"])).number,
        birth_date=parse_birth_date(str(request["birth_date"])),
        birth_rank=None if rank in {None, ""} else int(rank),
    )
    wanted = request.get("terminal")
    chosen = [terminal for terminal in terminals if wanted is None or terminal.id == wanted]
    proof = for_login(chosen, login).sign(login, card, datetime.now(UTC))
    return {"proof": proof, "card_text": card_text(proof, card)}


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    terminals: list[Terminal]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if self.path != "/card" or not 0 < size <= _LARGEST:
            self._reply(HTTPStatus.NOT_FOUND, {"error": "POST /card"})
            return
        try:
            self._reply(HTTPStatus.OK, answer(self.server.terminals, json.loads(self.rfile.read(size))))
        except Fault as fault:
            self._reply(HTTPStatus.NOT_FOUND, {"error": str(fault)})
        except (KeyError, TypeError, ValueError):
            self._reply(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "malformed"})

    def _reply(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def address_string(self) -> str:
        return "card"

    def log_message(self, *_: object) -> None:
        """Nothing is logged: a request is a person."""


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="The demonstration's card terminals.")
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    chosen = parser.parse_args()
    os.umask(0o077)
    chosen.socket.unlink(missing_ok=True)
    with _Server(str(chosen.socket), _Handler) as server:
        server.terminals = load(chosen.keys)
        server.serve_forever()


if __name__ == "__main__":
    main()
