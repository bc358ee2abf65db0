"""How a batch of entries reaches a system. Returned from: the other side has them. Raises NotReachedError."""

import os
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from rempart.access.post import NotReachedError, Request, exchange, place_of, reach, secured
from rempart.events.audit_event import audit_event
from rempart.events.config import Sink
from rempart.events.entry import Entry
from rempart.events.forms import FORMS, as_line, as_message
from rempart.events.syslog import framed

_LONGEST_ANSWER = 8 << 20
_PRIVATE_FILE = 0o640
Entries = Sequence[Entry]


def deliver(sink: Sink, entries: Entries, place: str) -> None:
    """Hand over a batch, in order. `place` is the installation's address."""
    told = [sink.told(entry) for entry in entries]
    try:
        _WAYS[sink.to.scheme](sink, told, place)
    except OSError as fault:  # says the kind alone: its text may hold a name
        raise NotReachedError(type(fault).__name__) from None


# ------------------------------------------------------------------------------------------- lines


def _to_file(sink: Sink, entries: Entries, place: str) -> None:
    """Opened anew for each batch, so that a file which was rotated away is left alone."""
    path = Path(unquote(sink.to.path))
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _PRIVATE_FILE)
    try:
        size = os.fstat(descriptor).st_size
        # A line that a full disk or a power cut left unfinished is ended, so that it spoils no other.
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        content = memoryview(b"\n" * torn + _lines(sink, entries, place))
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_stdout(sink: Sink, entries: Entries, place: str) -> None:
    sys.stdout.buffer.write(_lines(sink, entries, place))
    sys.stdout.buffer.flush()


def _lines(sink: Sink, entries: Entries, place: str) -> bytes:
    return b"".join(as_line(entry, sink.form, place) + b"\n" for entry in entries)


# ------------------------------------------------------------------------------------------ syslog


def _by_stream(sink: Sink, entries: Entries, place: str) -> None:
    """One connection a batch. Syslog has no receipt: the other side's own closing stands for one.

    It closes once it has read to our end; a receiver that was killed with something unread resets the
    connection instead, and the batch is sent again.
    """
    host = sink.to.hostname or ""
    reached = reach(host, sink.to.port or 0, is_private=sink.private, patience=sink.patience)
    if sink.to.scheme == "syslog+tls":
        reached = secured(reached, host, sink.authority)
    with reached:
        reached.sendall(b"".join(framed(as_message(entry, sink.form, place)) for entry in entries))
        if sink.confirm:
            _await_closing(reached)


def _await_closing(reached: socket.socket) -> None:
    try:
        if isinstance(reached, ssl.SSLSocket):
            reached.unwrap()
        else:
            reached.shutdown(socket.SHUT_WR)
            while reached.recv(4096):
                pass
    except ssl.SSLEOFError:
        pass  # closed without a farewell, and without a reset: it had read everything
    except TimeoutError:
        raise NotReachedError("the receiver does not close: if it never does, say confirm = false") from None


def _by_datagram(sink: Sink, entries: Entries, place: str) -> None:
    """One datagram a message. Nobody says whether it came."""
    host, port = sink.to.hostname or "", sink.to.port or 0
    where = place_of(host, port, is_private=sink.private)
    family = socket.AF_INET6 if ":" in where else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for entry in entries:
            sender.sendto(as_message(entry, sink.form, place), (where, port))


# -------------------------------------------------------------------------------------------- HTTP


def _by_post(sink: Sink, entries: Entries, place: str) -> None:
    if sink.form == "fhir":
        _post_bundle(sink, entries, place)
        return
    made = [FORMS[sink.form](entry, place) for entry in entries]
    kind, body = _BODIES[sink.body](made, entries)
    exchange(_request(sink, body, kind), _LONGEST_ANSWER)


def _array(made: list[dict[str, Any]], _: Entries) -> tuple[str, bytes]:
    return "application/json", orjson.dumps(made)


def _json_lines(made: list[dict[str, Any]], _: Entries) -> tuple[str, bytes]:
    return "application/x-ndjson", b"".join(orjson.dumps(one) + b"\n" for one in made)


def _splunk(made: list[dict[str, Any]], entries: Entries) -> tuple[str, bytes]:
    """Splunk's HTTP Event Collector: an envelope an event, one after the other."""
    pairs = zip(made, entries, strict=True)
    wrapped = [{"time": entry.at.timestamp(), "source": "rempart", "event": one} for one, entry in pairs]
    return _json_lines(wrapped, entries)


_BODIES: dict[str, Callable[[list[dict[str, Any]], Entries], tuple[str, bytes]]] = {
    "array": _array,
    "lines": _json_lines,
    "splunk": _splunk,
}


def _post_bundle(sink: Sink, entries: Entries, place: str) -> None:
    """IHE ITI-20, “Send Audit Bundle”. A server that knows an event's tag already makes no second one."""
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [
            {
                "resource": audit_event(entry, place),
                "request": {
                    "method": "POST",
                    "url": "AuditEvent",
                    "ifNoneExist": f"_tag={place}/event|{entry.id}",
                },
            }
            for entry in entries
        ],
    }
    request = _request(sink, orjson.dumps(bundle), "application/fhir+json")
    request.headers["Prefer"] = "return=minimal"
    _check_each(exchange(request, _LONGEST_ANSWER)[1], len(entries))


def _check_each(answer: bytes, count: int) -> None:
    """A batch is answered with 200 even where none of it was taken: each part has its own status."""
    try:
        parts = orjson.loads(answer)["entry"]
        statuses = [str(part["response"]["status"]) for part in parts]
    except (ValueError, KeyError, TypeError):
        raise NotReachedError("the answer is no Bundle of responses") from None
    refused = [status[:3] for status in statuses if not status.startswith("2")]
    if refused or len(statuses) != count:
        raise NotReachedError(f"HTTP {refused[0]} for a part" if refused else "parts without an answer")


def _request(sink: Sink, body: bytes, kind: str) -> Request:
    headers = {"Content-Type": kind, "Accept": kind, "User-Agent": "rempart"}
    if sink.authorization_file:
        headers["Authorization"] = sink.authorization_file.read_text("utf-8").strip()
    url = sink.to.geturl()
    return Request(
        url, body, headers, is_private=sink.private, authority=sink.authority, patience=sink.patience
    )


_WAYS: dict[str, Callable[[Sink, Entries, str], None]] = {
    "file": _to_file,
    "stdout": _to_stdout,
    "syslog+tls": _by_stream,
    "syslog+tcp": _by_stream,
    "syslog+udp": _by_datagram,
    "https": _by_post,
    "http": _by_post,
}
