"""Every way out, to real receivers that fail, hang and cut: taken is taken, and what is not taken is told."""

import json
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from events.receivers import Syslog, Web
from events.samples import PLACE, SAMPLES
from rempart.access.post import NotReachedError
from rempart.events import config
from rempart.events.config import EventsFault
from rempart.events.sinks import deliver

ALL = list(SAMPLES.values())
IDS = [one.id for one in ALL]


def _sink(to, form="jsonl", **more):
    made = config.sink("test", {"to": to, "as": form, "private": True} | more)
    return replace(made, patience=0.5)


@pytest.fixture
def syslog():
    made = []

    def start(*moods, context=None):
        made.append(Syslog(moods, context))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def web():
    made = []

    def start(*answers, context=None):
        made.append(Web(list(answers), context=context))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of its own authority for `localhost`: (context of a server, PEM file)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem, secret = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem


# ------------------------------------------------------------------------------------------- lines


def test_lines_are_added_and_a_file_that_was_rotated_away_is_left_alone(tmp_path):
    path = tmp_path / "events.jsonl"
    sink = _sink(f"file://{path}")
    deliver(sink, ALL[:2], PLACE)
    path.rename(tmp_path / "events.jsonl.1")
    deliver(sink, ALL[2:], PLACE)
    old, new = (tmp_path / "events.jsonl.1").read_text(), path.read_text()
    assert [json.loads(line)["id"] for line in (old + new).splitlines()] == IDS
    assert len(old.splitlines()) == 2


def test_a_line_that_was_left_unfinished_spoils_no_other(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"id": "tor')
    deliver(_sink(f"file://{path}"), ALL, PLACE)
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()[1:]] == IDS


def test_a_file_that_cannot_be_written_is_told_without_its_name(tmp_path):
    with pytest.raises(NotReachedError, match=r"^FileNotFoundError$"):
        deliver(_sink(f"file://{tmp_path}/nowhere/events.jsonl"), ALL, PLACE)


# ------------------------------------------------------------------------------------------ syslog


def test_messages_come_framed_and_in_order(syslog):
    server = syslog()
    deliver(_sink(f"syslog+tcp://127.0.0.1:{server.port}", "syslog"), ALL, PLACE)
    assert [one for sent in IDS for one in server.messages if sent.encode() in one] == server.messages
    assert len(server.messages) == len(ALL)


def test_a_receiver_that_dies_with_something_unread_has_not_taken_it(syslog):
    server = syslog("reset")
    sink = _sink(f"syslog+tcp://127.0.0.1:{server.port}", "syslog")
    with pytest.raises(NotReachedError):
        deliver(sink, ALL * 200, PLACE)
    deliver(sink, ALL, PLACE)
    assert len(server.messages) == len(ALL)


def test_a_receiver_that_never_closes_is_told_apart_and_can_be_done_without(syslog):
    server = syslog("silent", "well")
    sink = _sink(f"syslog+tcp://127.0.0.1:{server.port}", "syslog")
    with pytest.raises(NotReachedError, match="confirm = false"):
        deliver(sink, ALL, PLACE)
    deliver(replace(sink, confirm=False), ALL, PLACE)


def test_tls_is_checked_against_the_authority_that_was_named(syslog, certificate):
    context, pem = certificate
    server = syslog(context=context)
    url = f"syslog+tls://localhost:{server.port}"
    with pytest.raises(NotReachedError, match="SSLCertVerificationError"):
        deliver(_sink(url, "ocsf"), ALL, PLACE)
    deliver(_sink(url, "ocsf", authority=str(pem)), ALL, PLACE)
    assert len(server.messages) == len(ALL)
    assert json.loads(server.messages[0].split(b"\xef\xbb\xbf")[1])["class_uid"] == 6005


def test_datagrams_hold_one_message_each():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        deliver(_sink(f"syslog+udp://127.0.0.1:{server.getsockname()[1]}", "syslog"), ALL, PLACE)
        for sent in IDS:
            assert sent.encode() in server.recv(65536)


# -------------------------------------------------------------------------------------------- HTTP


def test_a_batch_is_an_array_or_lines_or_envelopes_with_the_secret_of_a_file(web, tmp_path):
    server, secret = web(), tmp_path / "token"
    secret.write_text("Splunk 0000-1111\n")
    url = f"http://127.0.0.1:{server.port}/in"
    for body in ("array", "lines", "splunk"):
        deliver(_sink(url, "ocsf", body=body, authorization_file=str(secret)), ALL, PLACE)
    array, lines, splunk = server.bodies
    assert [one["metadata"]["uid"] for one in json.loads(array)] == IDS
    assert [json.loads(one)["metadata"]["uid"] for one in lines.splitlines()] == IDS
    assert [json.loads(one)["event"]["metadata"]["uid"] for one in splunk.splitlines()] == IDS
    assert {one["Authorization"] for one in server.headers} == {"Splunk 0000-1111"}


@pytest.mark.parametrize("answer", [500, 429, 301, "cut", "hang"])
def test_what_was_not_taken_is_told(web, answer):
    server = web(answer)
    with pytest.raises(NotReachedError):
        deliver(_sink(f"http://127.0.0.1:{server.port}/in", "ocsf"), ALL, PLACE)
    assert server.bodies == []


def test_a_fhir_server_is_sent_a_batch_and_each_part_must_have_been_taken(web):
    refused = {
        "entry": [{"response": {"status": "201"}}] * (len(ALL) - 1) + [{"response": {"status": "422 No"}}]
    }
    server = web((200, refused), (200, {"entry": []}), (200, {"issue": []}))
    sink = _sink(f"http://127.0.0.1:{server.port}/fhir", "fhir")
    with pytest.raises(NotReachedError, match="HTTP 422 for a part"):
        deliver(sink, ALL, PLACE)
    with pytest.raises(NotReachedError, match="without an answer"):
        deliver(sink, ALL, PLACE)
    with pytest.raises(NotReachedError, match="no Bundle"):
        deliver(sink, ALL, PLACE)
    deliver(sink, ALL, PLACE)
    bundle = json.loads(server.bodies[-1])
    assert [one["request"]["ifNoneExist"] for one in bundle["entry"]] == [
        f"_tag={PLACE}/event|{n}" for n in IDS
    ]


def test_an_address_inside_our_own_network_is_refused_unless_it_is_allowed(web, certificate):
    context, pem = certificate
    server = web(context=context)
    table = {"to": f"https://localhost:{server.port}/in", "as": "ocsf", "authority": str(pem)}
    with pytest.raises(NotReachedError, match="private network"):
        deliver(config.sink("test", table), ALL, PLACE)
    deliver(config.sink("test", table | {"private": True}), ALL, PLACE)
    assert len(server.bodies) == 1


def test_whom_no_persons_are_told_is_told_none(web):
    server = web()
    deliver(_sink(f"http://127.0.0.1:{server.port}/in", "fhir", persons=False), ALL, PLACE)
    assert b"4611686018427387904" not in server.bodies[0]
    assert b"PatientRead" not in server.bodies[0]


# ------------------------------------------------------------------------------------------ config


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"as": "ocsf"}, "to is missing"),
        ({"to": "https://siem.example"}, "as is missing"),
        ({"to": "https://siem.example", "as": "cef"}, "ocsf"),
        ({"to": "ftp://siem.example", "as": "ocsf"}, "no way that is known"),
        ({"to": "https://me:secret@siem.example", "as": "ocsf"}, "authorization_file"),
        ({"to": "http://siem.example", "as": "ocsf"}, "not encrypted"),
        ({"to": "syslog+tls://siem.example", "as": "syslog"}, "port"),
        ({"to": "https://siem.example", "as": "syslog"}, "is syslog"),
        ({"to": "file:events.jsonl", "as": "jsonl"}, "file:///"),
        ({"to": "https://siem.example", "as": "ocsf", "only": "gate:"}, "only"),
        ({"to": "https://siem.example", "as": "ocsf", "only": [1]}, "only"),
        ({"to": "https://siem.example", "as": "ocsf", "privat": True}, "privat"),
        ({"to": "https://siem.example", "as": "ocsf", "confirm": "no"}, "confirm"),
    ],
)
def test_a_table_that_is_wrong_is_refused_in_words_that_help(table, said):
    with pytest.raises(EventsFault, match=said) as caught:
        config.sink("siem", table)
    assert caught.value.remedy
    assert "secret" not in str(caught.value)
