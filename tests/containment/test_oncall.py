"""Calls on real parts: a mail server, web servers, the worker's own role."""

import hmac
import json
import socket
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller

from rempart.access import post
from rempart.access.post import NotReachedError
from rempart.containment.oncall import senders
from rempart.containment.oncall.senders import webhook_key
from rempart.containment.oncall.words import Call, tell

KEY = "whsec_" + b64encode(b"k" * 32).decode()
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


class Sink:
    """A web server that keeps what it was sent and answers as told."""

    def __init__(self):
        self.requests, self.answer = [], (200, {})
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sink.requests.append((self.command, self.path, dict(self.headers), body))
                status, headers = sink.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_POST = do_PUT = _take  # noqa: N815  # the library's names

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def sink():
    made = Sink()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _call(kind, address, **changed):
    usual = {
        "number": 5,
        "alert": 12,
        "kind": kind,
        "address": address,
        "room": "!desk:example.org",
        "secret": KEY,
        "is_private": True,
        "language": "fr",
        "tries": 1,
        "risk": 130.0,
        "detectors": ["walk", "decoy"],
        "what": None,
        "opened_at": NOON,
    }
    return Call(**(usual | changed))


def _said(call):
    return tell(call, "https://rempart.example")


def test_a_webhook_is_signed_as_the_standard_says(sink):
    call = _call("webhook", f"{sink.url}/hook?x=1")
    assert senders.by_webhook(call, _said(call)) == "HTTP 200"
    ((method, path, headers, body),) = sink.requests
    assert (method, path) == ("POST", "/hook?x=1")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.digest(b"k" * 32, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    told = json.loads(body)
    assert (told["alert"], told["risk"], told["detectors"]) == (12, 130.0, ["walk", "decoy"])
    assert told["url"] == "https://rempart.example/exploitation/alertes/12"


def test_matrix_is_told_once_by_its_transaction(sink):
    call = _call("matrix", sink.url, secret="token")
    senders.by_matrix(call, _said(call))
    ((method, path, headers, body),) = sink.requests
    assert method == "PUT"
    assert path == "/_matrix/client/v3/rooms/%21desk%3Aexample.org/send/m.room.message/rempart-5"
    assert headers["Authorization"] == "Bearer token"
    assert json.loads(body)["msgtype"] == "m.text"


def test_mattermost_gets_its_text(sink):
    call = _call("mattermost", f"{sink.url}/hooks/abc")
    senders.by_mattermost(call, _said(call))
    assert "Fiche leurre" in json.loads(sink.requests[0][3])["text"]


def test_a_mail_goes_through_a_real_server(settings):
    kept = []

    class Box:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # the library's name
            kept.append(envelope.content.decode())
            return "250 taken"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        call = _call("email", "nuit@example.org")
        assert senders.by_mail(call, _said(call)) == "mailed"
    finally:
        controller.stop()
    assert "Message-ID: <call-5@" in kept[0]
    assert "nuit@example.org" in kept[0]


@pytest.mark.parametrize("status", [301, 302, 400, 500])
def test_all_but_a_success_is_a_failure_and_no_redirection_is_followed(sink, status):
    sink.answer = (status, {"Location": f"{sink.url}/elsewhere"})
    call = _call("webhook", sink.url)
    with pytest.raises(NotReachedError, match=str(status)):
        senders.by_webhook(call, _said(call))
    assert len(sink.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/hook",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://user:word@example.org/",
        "ftp://example.org",
        "https://",
        "javascript:alert(1)",
    ],
)
def test_an_inner_or_odd_address_is_refused_by_default(address):
    with pytest.raises(NotReachedError):
        post.send(post.Request(address, b"", {}))


def test_a_key_is_what_it_stands_for():
    assert webhook_key(KEY) == b"k" * 32
    assert webhook_key("plain") == b"plain"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("what", [None, "silence", "breaker"])
def test_a_call_names_an_alert_and_nobody(language, what):
    told = _said(_call("email", "a@b.example", language=language, what=what))
    assert "12" in told.title
    assert "https://rempart.example/exploitation/alertes/12" in told.text


# ---------------------------------------------------------------------------------------- in the database


@pytest.fixture
def desk(connect, fresh):
    owner = connect("owner")

    def contact(kind="webhook", after=0, least_risk=60.0, role="operations"):
        return owner.execute(
            "insert into containment.contact (name, kind, role, address, after, least_risk)"
            " values (%s, %s, %s, 'https://example.org', %s, %s) returning id",
            (fresh("contact"), kind, role, timedelta(minutes=after), least_risk),
        ).fetchone()[0]

    def alert(risk=100.0, ago=0):
        at = datetime.now(UTC) - timedelta(minutes=ago)
        account = owner.execute(
            "insert into access.access_account (login, password, profession)"
            " values (%s, '!', 'pharmacist') returning id",
            (fresh("compte"),),
        ).fetchone()[0]
        return owner.execute(
            "insert into detection.alert (account, opened_at, last_at, risk)"
            " values (%s, %s, %s, %s) returning id",
            (account, at, at, risk),
        ).fetchone()[0]

    made = []

    def remember(make):
        def call(*given, **named):
            made.append((make.__name__, make(*given, **named)))
            return made[-1][1]

        return call

    yield remember(contact), remember(alert)
    for kind, number in made:
        if kind == "contact":
            owner.execute("update containment.contact set ended_at = now() where id = %s", (number,))
        else:
            owner.execute("update detection.alert set state = 'closed' where id = %s", (number,))


def _due(worker, now=None):
    rows = worker.execute(
        "select call, alert, tries from containment.due_calls(%s, 1000)", (now or datetime.now(UTC),)
    ).fetchall()
    return {(alert, call): tries for call, alert, tries in rows}


def _contact_of(owner, alert):
    rows = owner.execute("select contact from containment.call where alert = %s", (alert,)).fetchall()
    return {row[0] for row in rows}


def test_the_next_is_called_only_while_nobody_has_taken_it(connect, desk):
    owner, worker, web = connect("owner"), connect("worker"), connect("web")
    contact, alert = desk
    first, second = contact(after=0), contact(after=10)
    young, old, taken = alert(), alert(ago=11), alert(ago=11)
    web.execute("select detection.take(%s, 'exploitation')", (taken,))
    _due(worker)
    assert {first} <= _contact_of(owner, young)
    assert second not in _contact_of(owner, young)
    assert {first, second} <= _contact_of(owner, old)
    assert _contact_of(owner, taken) == set()


def test_a_slight_alert_wakes_nobody(connect, desk):
    contact, alert = desk
    mine = contact(least_risk=60)
    number = alert(risk=20)
    _due(connect("worker"))
    assert mine not in _contact_of(connect("owner"), number)


def test_taking_it_stops_what_was_still_to_be_called(connect, desk):
    owner, worker = connect("owner"), connect("worker")
    contact, alert = desk
    contact()
    number = alert()
    _due(worker)
    connect("web").execute("select detection.take(%s, 'exploitation')", (number,))
    assert all(one != number for one, _call in _due(worker, datetime.now(UTC) + timedelta(minutes=5)))
    outcome = owner.execute(
        "select distinct outcome from containment.call where alert = %s", (number,)
    ).fetchall()
    assert outcome == [("taken",)]


def test_a_killed_worker_s_call_is_made_again_later_and_less_often(connect, desk):
    worker = connect("worker")
    contact, alert = desk
    contact()
    number = alert()
    now = datetime.now(UTC)
    assert [tries for (one, _), tries in _due(worker, now).items() if one == number]
    assert all(one != number for one, _ in _due(worker, now + timedelta(seconds=5))), "not twice at once"
    again = [tries for (one, _), tries in _due(worker, now + timedelta(seconds=16)).items() if one == number]
    assert again
    assert set(again) == {2}


def test_what_became_of_a_call_is_told_at_the_alert(connect, desk):
    owner, worker = connect("owner"), connect("worker")
    contact, alert = desk
    contact()
    number = alert()
    calls = [call for (one, call) in _due(worker) if one == number]
    for call in calls:
        worker.execute("select containment.called(%s, true, 'HTTP 200', now())", (call,))
        worker.execute("select containment.called(%s, false, 'late', now())", (call,))
    told = owner.execute(
        "select what from detection.alert_event where alert = %s and author = 'worker'", (number,)
    ).fetchall()
    assert set(told) == {("called",)}
    assert len(told) == len(calls)


def test_the_pages_role_reads_no_secret_and_no_address(connect):
    web = connect("web")
    web.execute("select id, name, kind from containment.contact")
    for column in ("secret", "address", "room"):
        with pytest.raises(Exception, match="permission denied"):
            web.execute(f"select {column} from containment.contact")
    with pytest.raises(Exception, match="permission denied"):
        web.execute("select containment.due_calls(now(), 1)")
