"""Real receivers on this machine: a syslog server framed by RFC 6587, a web server. Both can fail."""

import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Syslog:
    """Takes what is framed by octet counting; `moods` says, connection by connection, how it behaves."""

    def __init__(self, moods=(), context=None):
        self.messages = []
        self._moods = list(moods)
        self._context = context
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._door.close()

    def _serve(self):
        while True:
            try:
                inside, _ = self._door.accept()
            except OSError:
                return
            self.connections += 1
            mood = self._moods.pop(0) if self._moods else "well"
            try:
                self._read(inside, mood)
            except OSError:
                inside.close()

    def _read(self, inside, mood):
        if mood == "reset":  # killed with something unread
            inside.recv(10)
            inside.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            inside.close()
            return
        if self._context:
            inside = self._context.wrap_socket(inside, server_side=True)
        with inside, inside.makefile("rb") as stream:
            while head := _until_blank(stream):
                self.messages.append(stream.read(int(head)))
            if mood == "silent":  # reads everything and never closes
                threading.Event().wait(2)
            if self._context:
                inside.unwrap()


def _until_blank(stream):
    head = b""
    while (one := stream.read(1)) not in (b"", b" "):
        head += one
    return head


@dataclass
class Web:
    """Answers each POST as `answers` says: a status, a body, or `hang`; then 200."""

    answers: list = field(default_factory=list)
    bodies: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    context: ssl.SSLContext | None = None

    def __post_init__(self):
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = web.answers.pop(0) if web.answers else 200
                if answer == "cut":
                    self.connection.close()
                    return
                if answer == "hang":
                    web.stopped.wait(5)
                    return
                status, content = answer if isinstance(answer, tuple) else (answer, None)
                web.headers.append(dict(self.headers))
                if status == 200:
                    web.bodies.append(body)
                content = json.dumps(content if content is not None else web.answer_to(body)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.stopped = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.context:
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @staticmethod
    def answer_to(body):
        """As a FHIR server: each part of a batch has its own status."""
        given = json.loads(body) if body[:1] == b"{" and b"\n{" not in body else None
        if isinstance(given, dict) and given.get("resourceType") == "Bundle":
            parts = [{"response": {"status": "201 Created"}} for _ in given["entry"]]
            return {"resourceType": "Bundle", "type": "batch-response", "entry": parts}
        return {}

    def close(self):
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
