"""The doors themselves: sizes, times, methods, headers; who is believed about what; garbage."""

import json
import socket
import time
from contextlib import ExitStack, suppress

import httpx
import pytest

from rempart.gate.look_up import digest_of
from rempart.gate.protocol import MAX_HEAD
from rempart.gate.rules.request import MAX_BODY
from tests.gate.doors import (
    BODY,
    TOKEN,
    Doors,
    is_alive,
    padded,
    post,
    status_of,
)
from tests.gate.house import Account, House, Person

# ----------------------------------------------------------------------------------------------- size


def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not(door: Doors) -> None:
    assert door.send(post(padded(MAX_BODY)))[0] == 200
    assert door.send(post(padded(MAX_BODY + 1)))[0] == 413
    assert len(door.gate.asked) == 1


def test_a_body_in_chunks_is_read_and_has_the_same_limit(door: Doors) -> None:
    head = post().partition(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(BODY[i : i + 7]), BODY[i : i + 7]) for i in range(0, len(BODY), 7)
    )
    assert door.send(head, chunks, b"0\r\n\r\n")[0] == 200
    assert door.gate.asked[0].body == BODY
    endless = b"100\r\n" + b" " * 256 + b"\r\n"
    assert door.send(head, endless * 80)[0] == 413


def test_a_megabyte_of_body_is_told_413_and_read_no_further(door: Doors) -> None:
    assert door.send(post(b" " * 1_000_000))[0] == 413
    assert is_alive(door)


@pytest.mark.parametrize("size", [MAX_HEAD + 100, 3_000_000])
def test_a_huge_header_is_refused(door: Doors, size: int) -> None:
    status, _ = door.send(post(headers=TOKEN + b"X-Filler: " + b"a" * size + b"\r\n"))
    assert status in {431, 0}  # a client that goes on sending may lose the answer to a reset
    assert door.gate.asked == []
    assert is_alive(door)


def test_a_head_that_never_ends_is_cut_off_and_not_kept_in_memory(door: Doors) -> None:
    with door.connect() as wire:
        wire.sendall(b"GET /live HTTP/1.1\r\nX-Filler: ")
        sent = 0
        with suppress(OSError):  # reset or broken pipe
            while sent < 20_000_000:
                sent += wire.send(b"a" * 65536)
    assert sent < 10_000_000  # what the kernel held in between


def test_a_thousand_small_headers_are_refused(door: Doors) -> None:
    many = b"".join(b"X-%d: 0123456789\r\n" % n for n in range(2000))
    assert door.send(post(headers=TOKEN + many))[0] in {431, 0}
    assert door.gate.asked == []


# ----------------------------------------------------------------------------------------------- time


def test_a_slow_body_is_told_408(door: Doors) -> None:
    with door.connect() as wire:
        wire.sendall(post(b"", length=b"100"))
        started = time.monotonic()
        assert status_of(wire.recv(65536)) == 408
        assert 0.3 < time.monotonic() - started < 3


def test_a_body_that_drips_is_told_408_too(door: Doors) -> None:
    with door.connect() as wire:
        wire.sendall(post(b"", length=b"100"))
        wire.settimeout(0.05)
        got = b""
        for _ in range(60):
            with suppress(TimeoutError):
                got = wire.recv(65536)
                break
            wire.sendall(b" ")
    assert status_of(got) == 408


def closes_in_time(wire: socket.socket, drip: bytes) -> bool:
    """Does the other side close though a byte keeps coming?"""
    wire.settimeout(0.05)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if wire.recv(65536) == b"":
                return True
        except TimeoutError:
            pass
        except OSError:
            return True
        try:
            wire.sendall(drip)
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (b"", b"\n"),
        (b"GET /live HTTP/1.1\r\nX-Slow: ", b"a"),
        (b"GET /live HTTP/1.1\r\n\r\n", b"\n"),
        (b"GET /live HTTP/1.1\r\n\r\nGET /live", b"e"),
        (post(b"", length=b"90000"), b" "),
        (post(b" " * 9000, length=b"90000"), b" "),
        (b"GET /live HTTP/1.1\r\nContent-Length: 90000\r\n\r\n", b" "),
    ],
    ids=[
        "silence",
        "newlines",
        "header",
        "newlines after",
        "second head",
        "body",
        "refused body",
        "body of GET",
    ],
)
def test_no_connection_is_held_by_dripping(door: Doors, first: bytes, drip: bytes) -> None:
    with door.connect() as wire:
        wire.sendall(first)
        assert closes_in_time(wire, drip)


def test_a_client_that_hangs_up_in_its_body_leaves_nothing_behind(door: Doors) -> None:
    for _ in range(20):
        with door.connect() as wire:
            wire.sendall(post(BODY[:20], length=b"100"))
    assert is_alive(door)
    assert door.gate.asked == []


def test_a_kept_connection_is_served_again_after_a_while(door: Doors) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{door.port}") as client:
        for _ in range(3):
            assert client.get("/live").status_code == 200
            time.sleep(0.5)
        assert len(client._transport._pool.connections) == 1  # type: ignore[attr-defined]


def test_200_idle_connections_stop_nobody(door: Doors) -> None:
    with ExitStack() as stack:
        for number in range(200):
            wire = stack.enter_context(door.connect(on_socket=number % 2 == 1))
            wire.sendall(b"POST /api/v1/lookups HTTP/1.1\r\nX-Sl"[: number % 30])
        started = time.monotonic()
        assert door.send(post())[0] == 200
        assert door.send(post(), on_socket=True)[0] == 400  # no network named: answered at once all the same
        assert time.monotonic() - started < 1


# ------------------------------------------------------------------------------- methods, paths, types


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_another_method_is_told_405_and_what_is_allowed(door: Doors, method: str) -> None:
    reply = httpx.request(method, f"http://127.0.0.1:{door.port}/api/v1/lookups")
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1/lookups/",
        "/api/v1/lookups/1",
        "//api/v1/lookups",
        "/API/V1/LOOKUPS",
        "/api/v1/../v1/lookups",
        "/api/v1/lookups;x",
        "/api/v1/lookups%00",
        "/internal",
        "/internal/explain",
    ],
)
def test_another_path_is_told_404(door: Doors, path: str) -> None:
    assert door.send(post(path=path.encode()))[0] == 404
    assert door.gate.asked == []


def test_explaining_is_for_pages_only(door: Doors) -> None:
    ask = post(b'{"login":"x"}', TOKEN + b"X-Rempart-Network: 127.0.0.1\r\n", path=b"/internal/explain")
    assert (door.send(ask)[0], b"no_such_account" in door.send(ask)[1]) == (404, False)
    assert b"no_such_account" in door.send(ask, on_socket=True)[1]
    assert door.send(b"GET /internal/explain HTTP/1.1\r\n\r\n")[0] == 404


@pytest.mark.parametrize("kind", ["", "text/plain", "application/jsonp", "multipart/form-data", "*/*"])
def test_another_content_type_is_told_415(door: Doors, kind: str) -> None:
    url = f"http://127.0.0.1:{door.port}/api/v1/lookups"
    reply = httpx.post(url, content=BODY, headers={"Content-Type": kind, "Authorization": "Bearer rmp_x"})
    assert reply.status_code == 415


def test_the_content_type_may_name_its_charset(door: Doors) -> None:
    assert door.send(post().replace(b"application/json", b"Application/JSON; charset=utf-8"))[0] == 200


def test_a_query_is_never_looked_at(door: Doors) -> None:
    assert door.send(post(path=b"/api/v1/lookups?nir=1&token=x"))[0] == 200
    assert door.gate.asked[0].body == BODY


@pytest.mark.parametrize(
    "header",
    [b"", b"Authorization: Basic eDp5\r\n", b"Authorization: Bearer\r\n", b"Authorization: Bearer  \r\n"],
)
def test_without_a_bearer_token_nothing_is_read(door: Doors, header: bytes) -> None:
    status, got = door.send(post(b"not even json", header))
    assert status == 401
    assert b"www-authenticate: Bearer" in got


def test_every_answer_is_private_json(door: Doors) -> None:
    asks = [post(), post(b"{"), post(padded(5000)), post(path=b"/nowhere"), post(headers=b"")]
    for ask in [*asks, b"GET /api/v1/limits HTTP/1.1\r\n" + TOKEN + b"\r\n"]:
        _, got = door.send(ask)
        head, _, body = got.partition(b"\r\n\r\n")
        assert b"cache-control: no-store" in head
        assert b"content-type: application/json" in head
        assert b"x-content-type-options: nosniff" in head
        assert b"server:" not in head
        assert isinstance(json.loads(body), dict)


# --------------------------------------------------------------------------------------------- headers

KNOWN = [
    b"Authorization: Bearer rmp_y",
    b"Content-Type: application/json",
    b"Idempotency-Key: 12345678",
    b"Accept-Language: en",
    b"X-Forwarded-For: 192.0.2.1",
    b"X-Rempart-Session: s",
    b"X-Rempart-Network: 192.0.2.1",
    b"X-Rempart-Device: d",
]


@pytest.mark.parametrize("header", KNOWN, ids=lambda header: header.partition(b":")[0].decode())
@pytest.mark.parametrize("on_socket", [True, False], ids=["socket", "port"])
def test_a_header_that_stands_twice_is_refused(door: Doors, header: bytes, on_socket: bool) -> None:  # noqa: FBT001
    twice = header + b"\r\n" + header.upper().partition(b":")[0] + b":" + header.partition(b":")[2] + b"\r\n"
    status, got = door.send(
        post(headers=TOKEN + b"X-Rempart-Network: 127.0.0.1\r\n" + twice), on_socket=on_socket
    )
    assert status == 400
    assert b"stands twice" in got
    assert door.gate.asked == []


FORGED = (
    b"X-Rempart-Session: secret\r\nX-Rempart-Network: 192.0.2.66\r\nX-Rempart-Device: forged\r\n"
    b"X-Rempart-Channel: page\r\nX-Forwarded-For: 192.0.2.66\r\n"
    b"Forwarded: for=192.0.2.66\r\nX-Real-IP: 192.0.2.66\r\n"
)


def test_on_the_port_nobody_says_who_or_where_they_are(door: Doors) -> None:
    assert door.send(post(headers=TOKEN + FORGED))[0] == 200
    who = door.gate.asked[0].who
    assert (who.session, who.device, who.network, who.channel) == (None, None, "127.0.0.1", "api")
    assert door.send(post(headers=FORGED))[0] == 401


def test_on_the_socket_a_page_says_who_and_where(door: Doors) -> None:
    assert door.send(post(headers=FORGED), on_socket=True)[0] == 200
    who = door.gate.asked[0].who
    assert (who.session, who.token) == (digest_of("secret").hex(), None)
    assert (who.device, who.network, who.channel) == ("forged", "192.0.2.66", "page")


@pytest.mark.parametrize("spelling", [b"X_Rempart_Session", b"X_REMPART_SESSION", b"X-Rempart_Session"])
def test_the_other_spelling_of_a_header_is_another_header(door: Doors, spelling: bytes) -> None:
    other = spelling + b": secret\r\nX-Rempart-Network: 192.0.2.1\r\nX_Rempart_Network: 192.0.2.66\r\n"
    assert door.send(post(headers=other), on_socket=True)[0] == 401
    assert door.send(post(headers=TOKEN + other), on_socket=True)[0] == 200
    assert (door.gate.asked[0].who.session, door.gate.asked[0].who.network) == (None, "192.0.2.1")


def test_a_trusted_proxy_is_believed_about_the_last_address_only(door: Doors) -> None:
    door.application._trusted_proxy = "127.0.0.1"
    try:
        for said, known in {
            b"192.0.2.1": "192.0.2.1",
            b"203.0.113.9, 192.0.2.1": "192.0.2.1",
            b"garbage, 2001:db8::1": "2001:db8::1",
            b"2001:0DB8:0:0::1": "2001:db8::1",
            b"::ffff:192.0.2.1": "192.0.2.1",
        }.items():
            assert door.send(post(headers=TOKEN + b"X-Forwarded-For: " + said + b"\r\n"))[0] == 200
            assert door.gate.asked[-1].who.network == known
        for said in (b"", b"192.0.2.1, ", b"unknown", b"192.0.2.1:80", b"fe80::1%eth0", b"10.0.0.0/8"):
            assert door.send(post(headers=TOKEN + b"X-Forwarded-For: " + said + b"\r\n"))[0] == 400
        assert door.send(post())[0] == 400
        door.application._trusted_proxy = "192.0.2.99"
        assert door.send(post(headers=TOKEN + b"X-Forwarded-For: 192.0.2.1\r\n"))[0] == 200
        assert door.gate.asked[-1].who.network == "127.0.0.1"
    finally:
        door.application._trusted_proxy = None


def test_the_real_gate_ignores_what_software_says_of_itself(
    house: House, pharmacist: Account, person: Person
) -> None:
    other = house.session(house.account().id)
    headers = {"X-Rempart-Session": other, "X-Rempart-Network": "192.0.2.66", "X-Forwarded-For": "192.0.2.66"}
    more = {"X-Rempart-Device": "forged", "X-Rempart-Channel": "page"}
    assert house.look_up(pharmacist, person.ask(), **headers, **more).status_code == 200
    (entry,) = house.entries(pharmacist)
    assert (entry["network"], entry["device"], entry["channel"]) == ("127.0.0.1", None, "api")
    assert entry["session"] is None
