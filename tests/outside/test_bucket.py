"""The sealed journal in a bucket, beside moto's server: sealed, gone on with, verified, refused."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import fs

from rempart.cli.exposure import sealed
from rempart.journal.log import Log
from rempart.journal.objects import ObjectsFault, open_objects
from rempart_verify.main import main
from rempart_verify.place import Place
from rempart_verify.verify import verify
from tests.exposure.made import lines
from tests.verify.sealed import KEY, SIGNER, entries

MOTO = Path(sys.prefix) / "outside" / "bin" / "moto_server"
pytestmark = pytest.mark.skipif(not MOTO.exists(), reason="no moto on this machine: make outside")
ID, SECRET = "AKIDTEST", "notToBeTold"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    """Its port; it holds one bucket, `kept`."""
    port = _free()
    command = [str(MOTO), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            fs.S3FileSystem(
                access_key=ID,
                secret_key=SECRET,
                endpoint_override=f"127.0.0.1:{port}",
                scheme="http",
                allow_bucket_creation=True,
            ).create_dir("kept")
            yield port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def url(port: int, where: str, more: str = "") -> str:
    return f"s3://{ID}:{SECRET}@{where}?endpoint_override=127.0.0.1:{port}&scheme=http{more}"


def add(log: Log, first: int, end: int) -> None:
    log.append(lines(entries(first, end)), f"1/{end - 1}/{end - 1}", NOW)


def test_a_journal_in_a_bucket_goes_on_after_reopening_and_verifies(service):
    where = url(service, "kept/good")
    add(Log(open_objects(where), SIGNER), 0, 300)
    add(Log(open_objects(where), SIGNER), 300, 700)
    report = verify(Place(where), KEY)
    assert (report.intact, report.size, report.checkpoints) == (True, 700, 2)


def test_a_segment_removed_from_the_bucket_is_found_out(service):
    where = url(service, "kept/short")
    objects = open_objects(where)
    add(Log(objects, SIGNER), 0, 300)
    for name in list(objects.names("segments")):
        objects.remove(name)
    assert not verify(Place(where), KEY).intact


def test_a_bucket_that_is_not_there_is_no_empty_journal(service):
    with pytest.raises(ObjectsFault, match="no bucket wrong") as fault:
        open_objects(url(service, "wrong/good"))
    assert SECRET not in f"{fault.value} {fault.value.remedy}"


def test_a_service_that_does_not_answer_is_told_in_a_line():
    with pytest.raises(ObjectsFault, match="kept cannot be used: NETWORK_CONNECTION") as fault:
        open_objects(url(_free(), "kept/good"))
    assert SECRET not in f"{fault.value} {fault.value.remedy}"


@pytest.mark.parametrize("broken", ["&no_such=1", "&scheme=[ "])
def test_no_key_stands_in_what_is_said_of_a_wrong_address(broken, capsys):
    where = url(9, "kept/good", broken)
    with pytest.raises(ObjectsFault) as fault:
        open_objects(where)
    assert main([where]) != 0
    said = "".join(capsys.readouterr())
    assert "s3://bucket/prefix" in said
    assert SECRET not in said + str(fault.value) + fault.value.remedy


def test_exposure_reads_the_bucket_that_a_file_names(service, tmp_path, monkeypatch):
    where = url(service, "kept/named")
    (tmp_path / "address").write_text(where + "\n", encoding="utf-8")
    monkeypatch.setenv("REMPART_SEALED_FILE", str(tmp_path / "address"))
    assert sealed(tmp_path).url == where
