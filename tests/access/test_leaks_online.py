"""The range service: what leaves, what counts as an answer, and that its silence shuts nobody out."""

import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rempart.access.leaks import online, passwords
from rempart.access.leaks.online import RangeService

WORD = "a password that is in no corpus"
DIGEST = hashlib.sha1(WORD.encode(), usedforsecurity=False).digest()
PREFIX, SUFFIX = DIGEST.hex().upper()[:5], DIGEST.hex().upper()[5:]


@pytest.fixture
def service():
    """A real server on this machine: `service.answer = …`, and what it was asked in `service.asked`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            server.asked.append((self.path, dict(self.headers)))
            server.answer(self)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answer = [], says("")
    server.url = f"http://127.0.0.1:{server.server_port}/range"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def says(body, status=200, **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (f"{'0' * 35}:4\r\n{SUFFIX}:12\r\n{'F' * 35}:0\r\n", True),
        (f"{SUFFIX.lower()}:1", True),
        (f"{SUFFIX}:0\r\n", False),
        (f"{'0' * 35}:4\r\n", False),
        ("", False),
    ],
    ids=["among others", "small letters", "padding", "others only", "nothing"],
)
def test_the_answer_is_compared_here(service, body, known):
    service.answer = says(body)
    assert RangeService(service.url).holds(DIGEST) is known


def test_five_digits_leave_and_nothing_else_and_padding_is_asked(service):
    RangeService(service.url + "/").holds(DIGEST)
    ((path, headers),) = service.asked
    assert path == f"/range/{PREFIX}"
    assert headers["Add-Padding"] == "true"
    said = str(headers)
    assert SUFFIX[:8] not in said.upper()
    assert WORD not in said


def slowly(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b"0" * 10)
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize(
    "answer",
    [
        says("no", 503),
        says("", 302, Location="http://127.0.0.1:1/elsewhere"),
        says("0" * (2**20 + 70_000)),
        says(f"{SUFFIX}:many"),
        slowly,
        lambda handler: handler.wfile.write(b"rubbish\r\n\r\n"),
        lambda handler: handler.connection.close(),
    ],
    ids=["error", "redirect", "too much", "no count", "drips", "no HTTP", "hangs up"],
)
def test_a_service_that_does_not_answer_is_a_warning_and_soon_over(service, answer, caplog, monkeypatch):
    monkeypatch.setattr(online, "TIMEOUT", 0.3)
    service.answer = answer
    asked = RangeService(service.url)
    begun = time.monotonic()
    assert asked.holds(DIGEST) is False
    assert time.monotonic() - begun < 2
    (line,) = [record for record in caplog.records if record.name == "rempart.access"]
    assert line.levelname == "WARNING"
    assert PREFIX not in line.getMessage()


def test_after_a_failure_it_is_left_alone_for_a_while_and_then_asked_again(service, monkeypatch):
    monkeypatch.setattr(online, "PAUSE", 0.2)
    asked = RangeService(service.url)
    service.answer = says("", 500)
    assert [asked.holds(DIGEST) for _ in range(5)] == [False] * 5
    assert len(service.asked) == 1
    time.sleep(0.25)
    service.answer = says(f"{SUFFIX}:1")
    assert asked.holds(DIGEST)


def test_it_is_asked_only_where_it_is_named(service, settings, db):
    service.answer = says(f"{SUFFIX}:1")
    settings.REMPART_LEAKS_URL = ""
    assert not passwords.is_leaked(WORD)
    assert service.asked == []
    settings.REMPART_LEAKS_URL = service.url
    assert passwords.is_leaked(WORD)


def test_a_sign_in_asks_it_and_a_silent_one_keeps_nobody_out(service, settings, person):
    service.answer = says("", 503)
    settings.REMPART_LEAKS_URL = service.url
    client = person().sign_in()
    assert len(service.asked) == 1
    assert client.get("/compte").status_code == 200
