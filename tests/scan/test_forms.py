"""Logs of other forms, packed files, maps, and what the wizard proposes."""

import gzip
import json
import re
import subprocess
import sys

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from rempart.scan import mapping
from rempart.scan.errors import ScanFault
from rempart.scan.mapping import MISS, REFUSED, UNCLEAR, parsed
from rempart.scan.propose import propose
from rempart.scan.reading import first_lines
from tests.scan.made import MAP, line, rights, run


def test_json_lines_and_csv_give_what_an_access_log_gives(tmp_path):
    json_map = (
        'format = "json"\n[fields]\ntime = "t"\naccount = "http.user"\n'
        'network = "ip"\nstatus = "s"\nrequest = "uri"\n' + MAP
    )
    rows = [
        {
            "t": "2022-10-10T13:55:36+02:00",
            "http": {"user": "a"},
            "ip": "192.0.2.1",
            "s": 200,
            "uri": rights(n % 2),
        }
        for n in range(4)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows) + "{broken\n[]\n"
    made = run(tmp_path, text, told=json_map)
    assert (made.bounds.at_least, made.bounds.because["unreadable"], made.names) == (2, 2, ["a"])
    csv_map = (
        'format = "csv"\ndelimiter = ";"\nzone = "Europe/Paris"\n[fields]\ntime = "quand"\naccount = "qui"\n'
        'network = "ip"\nstatus = "code"\nrequest = "uri"\n[[page]]\npath = "/fiche"\nperson = "field:nir"\n'
    )
    csv = (
        "quand;qui;ip;code;uri;nir\n"
        + "".join(f'2022-10-10 13:55:36;"a;b";192.0.2.1;200;/fiche;{n % 2}\n' for n in range(4))
        + "zu;kurz\n"
    )
    made = run(tmp_path, csv, csv, told=csv_map)
    assert (made.bounds.at_least, made.bounds.because["unreadable"], made.names) == (2, 2, ["a;b"])
    (first,) = {row["at"] for row in ds.dataset([str(path) for path in made.segments]).to_table().to_pylist()}
    assert first.isoformat() == "2022-10-10T11:55:36+00:00"


@pytest.mark.parametrize("packed", ["gzip", "zstd"])
def test_packed_files_are_told_by_their_first_bytes(tmp_path, packed):
    text = line(rights(1001)).encode() * 50
    data = (
        gzip.compress(text) + gzip.compress(text)
        if packed == "gzip"
        else pa.compress(text, "zstd", asbytes=True)
    )
    made = run(tmp_path, data)
    assert made.reading.counted.lines == (100 if packed == "gzip" else 50)


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (200, 1),
        (304, 1),
        (206, 1),
        (302, REFUSED),
        (404, MISS),
        (403, REFUSED),
        (499, UNCLEAR),
        (503, REFUSED),
    ],
)
def test_what_a_status_means(status, means):
    assert parsed(MAP).results[status] == means


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "x = 1",
        'format = "xml"\n' + MAP,
        MAP + "\nkind = 'NIR'",
        '[[page]]\npath = "/a"',
        '[[page]]\npath = "/{person}"\npersons = 0',
        '[[page]]\npath = "/a"\nperson = "query:"',
        "zone = 'Nowhere/Land'\n" + MAP,
        "[result]\ngranted = ['2xx']\n" + MAP,
        "[[",
    ],
)
def test_a_wrong_map_is_a_clear_fault(wrong):
    with pytest.raises(ScanFault) as fault:
        parsed(wrong)
    assert str(fault.value).startswith("The map")
    assert fault.value.remedy


def test_a_map_that_is_written_reads_back():
    told = parsed(MAP)
    assert parsed(mapping.written(told)) == told


def test_the_wizard_understands_the_sample(tmp_path):
    with gzip.open("src/rempart/scan/sample/portail.log.gz") as file:
        lines = first_lines(file.read(200_000))
    proposal = propose(lines)
    assert not proposal.doubts
    assert [(page.path, page.person, page.method) for page in proposal.map.pages] == [
        ("/beneficiaires/{person}/droits", "path", ""),
        ("/recherche", "none", "POST"),
    ]
    assert not re.search(r"\d{13}", str(proposal.understood))


def test_the_wizard_doubts(tmp_path):
    assert propose([line("/accueil", "-").encode()] * 9).doubts == ["person", "account"]
    with pytest.raises(ScanFault):
        propose([b"nothing of the kind\n"])


def test_the_sample_shows_the_attack_on_one_page(tmp_path):
    words = ["scan", "--sample", "--json", "--html", "page.html"]
    done = subprocess.run(
        [sys.executable, "-c", "from rempart.cli.main import main; main()", *words],
        check=True, capture_output=True, cwd=tmp_path, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["noticed"]["accounts"] >= 19
    assert told["noticed"]["persons_by_then"] < told["noticed"]["persons"] / 10
    assert not told["holes"]
    assert "Qu&#x27;est-ce qui a quitté votre portail" in (tmp_path / "page.html").read_text()
