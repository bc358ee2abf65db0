"""The figures over HTTP, on this machine only and away from the doors: /metrics, /livez, /readyz."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from rempart.events.metrics import Figures, figures, keep_fresh
from rempart.vocabulary.faults import Fault

HOST = "127.0.0.1"
_PATIENCE = 5.0


class _Handler(BaseHTTPRequestHandler):
    """Answers GET alone; the figures hold no secret, and nothing can be changed here."""

    timeout = _PATIENCE
    server: "_Server"

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, generate_latest(self.server.kept.registry), CONTENT_TYPE_PLAIN_0_0_4)
        elif self.path == "/livez":
            self._answer(200, b"alive\n")
        elif self.path == "/readyz":
            up = self.server.kept.registry.get_sample_value("rempart_database_up") == 1
            self._answer(200 if up else 503, b"ready\n" if up else b"the database does not answer\n")
        else:
            self._answer(404, b"/metrics, /livez, /readyz\n")

    def _answer(self, status: int, content: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """A scrape is no event."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    kept: Figures


def export(data: Path, port: int, asked: threading.Event) -> None:
    """Serve the figures from now on, beside what the process does, until asked to stop. Raises Fault."""
    try:
        server = _Server((HOST, port), _Handler)
    except OSError:
        raise Fault(f"Port {port} of {HOST} is busy.", "choose another --metrics-port") from None
    disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs has no types
    server.kept = figures()
    threading.Thread(target=keep_fresh, args=(data, server.kept, asked), daemon=True).start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
