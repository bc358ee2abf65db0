"""Time stamps by an authority made with openssl, on loopback: kept once they prove the checkpoint."""

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificates

from rempart.cli import journal_stamps
from rempart.journal import stamps
from rempart.journal.objects import Folder
from rempart_verify.layout import CHECKPOINT, stamp_name
from tests.verify.sealed import seal

_CONFIGURATION = """
[tsa]
default_tsa = one
[one]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
default_policy = 1.2.3.4.1
digests = sha256, sha512
signer_digest = sha256
"""


def _openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


def _made(folder: Path, name: str) -> Path:
    """An authority: a root, and a certificate that may stamp."""
    folder.mkdir()
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    root = ("-keyout", f"{folder}/root.key", "-out", f"{folder}/root.pem", "-subj", f"/CN={name}")
    _openssl("req", "-x509", *key, *root, "-days", "2")
    own = ("-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr", "-subj", f"/CN={name} stamps")
    _openssl("req", *key, *own)
    (folder / "extensions").write_text("extendedKeyUsage = critical,timeStamping\n")
    signing = ("-CA", f"{folder}/root.pem", "-CAkey", f"{folder}/root.key", "-CAcreateserial")
    extensions = ("-extfile", f"{folder}/extensions", "-days", "2")
    _openssl("x509", "-req", "-in", f"{folder}/tsa.csr", *signing, *extensions, "-out", f"{folder}/tsa.pem")
    (folder / "serial").write_text("01")
    (folder / "configuration").write_text(_CONFIGURATION.format(folder=folder))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return _made(tmp_path_factory.mktemp("authority") / "one", "Autorite")


@pytest.fixture(scope="module")
def answers() -> dict[str, bytes]:
    """What the authority says in place of a stamp."""
    return {}


@pytest.fixture(scope="module")
def url(folder, answers) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "query").write_bytes(answers.get("query", query))
            reply = ("-reply", "-queryfile", f"{folder}/query", "-config", f"{folder}/configuration")
            said = answers["says"] if "says" in answers else _openssl("ts", *reply, "-section", "one")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def authority(url, folder, answers) -> stamps.Authority:
    answers.clear()
    return stamps.Authority(url, load_pem_x509_certificates((folder / "root.pem").read_bytes()))


@pytest.fixture
def objects(tmp_path) -> Folder:
    seal(tmp_path / "sealed", 700)
    return Folder(tmp_path / "sealed")


def test_the_newest_checkpoint_is_stamped_once_and_openssl_agrees(objects, authority, folder, tmp_path):
    assert stamps.stamp(objects, authority) == 700
    first = objects.get(stamp_name(700))
    assert stamps.stamp(objects, authority) == 700
    assert objects.get(stamp_name(700)) == first
    (found,) = stamps.kept(objects, authority)
    assert (found.size, found.fault) == (700, "")
    (tmp_path / "note").write_bytes(objects.get(CHECKPOINT))
    (tmp_path / "stamp").write_bytes(first)
    what = ("-data", f"{tmp_path}/note", "-in", f"{tmp_path}/stamp")
    _openssl("ts", "-verify", *what, "-CAfile", f"{folder}/root.pem")


def test_a_stamp_of_something_else_is_not_kept(objects, authority, answers, tmp_path):
    (tmp_path / "other").write_bytes(b"another checkpoint")
    answers["query"] = _openssl("ts", "-query", "-data", f"{tmp_path}/other", "-sha256", "-cert")
    with pytest.raises(stamps.StampFault, match="does not prove"):
        stamps.stamp(objects, authority)
    assert not list(objects.names("stamps"))


def test_a_stamp_of_an_authority_not_trusted_is_not_kept(objects, authority, tmp_path):
    other = _made(tmp_path / "other", "Autre")
    stranger = replace(authority, roots=load_pem_x509_certificates((other / "root.pem").read_bytes()))
    with pytest.raises(stamps.StampFault, match="does not prove"):
        stamps.stamp(objects, stranger)
    assert not list(objects.names("stamps"))


def test_garbage_and_silence_are_told_in_a_line(objects, authority, answers):
    answers["says"] = b"garbage"
    with pytest.raises(stamps.StampFault, match="does not prove"):
        stamps.stamp(objects, authority)
    with pytest.raises(stamps.StampFault, match="gave none"):
        stamps.stamp(objects, replace(authority, url="http://127.0.0.1:9"))
    assert not list(objects.names("stamps"))


def test_a_stamp_that_was_exchanged_or_is_of_no_checkpoint_is_named(objects, authority):
    stamps.stamp(objects, authority)
    seal(Path(objects.url), 900, first=700)
    stamps.stamp(objects, authority)
    objects.put(stamp_name(900), objects.get(stamp_name(700)))
    objects.put(stamp_name(901), objects.get(stamp_name(700)))
    assert [(one.size, bool(one.fault)) for one in stamps.kept(objects, authority)] == [
        (700, False),
        (900, True),
        (901, True),
    ]


def test_a_failure_holds_nothing_up_and_is_tried_again(objects, authority, caplog):
    asked = threading.Event()
    worker = threading.Thread(
        target=stamps.follow, args=(objects, replace(authority, url="http://127.0.0.1:9"), asked)
    )
    worker.start()
    while "no time stamp" not in caplog.text:
        assert worker.is_alive()
    asked.set()
    worker.join(10)
    assert not worker.is_alive()


def test_the_commands_and_their_settings(objects, url, folder, answers, tmp_path, monkeypatch, capsys):
    answers.clear()
    monkeypatch.setattr("rempart.database.directory.existing", lambda data: data)
    monkeypatch.setenv("REMPART_SEALED", objects.url)
    with pytest.raises(stamps.StampFault, match="named"):
        journal_stamps.stamp(data=tmp_path)
    monkeypatch.setenv(stamps.URL, url)
    with pytest.raises(stamps.StampFault, match="cannot be read"):
        journal_stamps.stamp(data=tmp_path)
    monkeypatch.setenv(stamps.ROOTS, str(folder / "root.pem"))
    journal_stamps.stamp(data=tmp_path)
    assert journal_stamps.stamps(data=tmp_path, json=True) == 0
    assert '"size": 700' in capsys.readouterr().out
    objects.put(stamp_name(700), b"garbage")
    assert journal_stamps.stamps(data=tmp_path) == 1
