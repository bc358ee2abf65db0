"""Pipelines, smuggling, noise: what hostile bytes get from the gate's doors, and who reaches the socket."""

import socket

import httpx
import pytest

from tests.gate.doors import BODY, TOKEN, Doors, is_alive, post, read_answers
from tests.gate.house import House

# ----------------------------------------------------------------------------------------- hostile bytes


def test_pipelined_requests_are_answered_in_order_and_apart(door: Doors) -> None:
    _, got = door.send(post() + post(b"{") + post() + b"GET /live HTTP/1.1\r\n\r\n", answers=4)
    statuses = [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 422, 200, 200]
    assert len(door.gate.asked) == 2


SMUGGLED = b"POST /api/v1/lookups HTTP/1.1\r\nContent-Type: application/json\r\n" + TOKEN


@pytest.mark.parametrize(
    "ask",
    [
        SMUGGLED + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + post(),
        SMUGGLED + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + BODY,
        SMUGGLED + b"Content-Length: -1\r\n\r\n" + BODY,
        SMUGGLED + b"Content-Length: 5, 5\r\n\r\n" + BODY,
        SMUGGLED + b"Content-Length: 99999999999999999999999\r\n\r\n" + BODY,
        SMUGGLED + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + post(),
        SMUGGLED + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + post(),
        SMUGGLED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + post(),
        SMUGGLED + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + post(),
        SMUGGLED + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + post(),
        SMUGGLED + b"X-Folded: a\r\n Content-Length: 5\r\n\r\n",
        SMUGGLED + b"X-Nul: a\x00b\r\n\r\n",
    ],
    ids=lambda ask: ask.removeprefix(SMUGGLED)[:40].decode("ascii", "replace"),
)
def test_a_request_that_two_readers_would_end_differently_is_refused(door: Doors, ask: bytes) -> None:
    status, _ = door.send(ask)
    assert status in {400, 408}
    assert door.gate.asked == []


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x00" * 300,
        b"\xff" * 300,
        b"GET\r\n\r\n",
        b"GET /\x80 HTTP/1.1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"GET /live HTTP/9.9\r\n\r\n",
        b"CONNECT gate:443 HTTP/1.1\r\n\r\n",
        b"GET /live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello",
        b"\r\n" * 400,
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
    ids=lambda noise: repr(noise[:16]),
)
@pytest.mark.parametrize("on_socket", [True, False], ids=["socket", "port"])
def test_noise_is_answered_shortly_and_harms_nobody(door: Doors, noise: bytes, on_socket: bool) -> None:  # noqa: FBT001
    status, _ = door.send(noise, on_socket=on_socket)
    assert status in {0, 200, 400, 404, 405}
    assert door.gate.asked == []
    assert is_alive(door)


def test_malformed_requests_write_no_line_into_the_log(house: House) -> None:
    log = house.data_dir / "log" / "gate.log"
    before = log.stat().st_size
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", house.port), 5) as wire:
            wire.sendall(b"\x00noise\r\n\r\n")
            read_answers(wire, 1)
        httpx.post(house.url + "/api/v1/lookups", content=b"{", headers={"Content-Type": "application/json"})
    assert log.stat().st_size == before


def test_only_its_own_user_reaches_the_socket(house: House) -> None:
    assert house.socket.parent.stat().st_mode & 0o077 == 0
