"""Scans made for tests: files of given texts, and lines of an access log."""

from rempart.scan import files
from rempart.scan.mapping import parsed
from rempart.scan.persons import key_of
from rempart.scan.work import scan

MAP = """
[[page]]
path = "/beneficiaires/{person}/droits"
[[page]]
path = "/recherche"
person = "query:nir"
[[page]]
path = "/recherche"
person = "none"
method = "POST"
"""


def run(tmp_path, *texts, told=MAP, **more):
    """A scan of these files' contents."""
    paths = []
    for number, text in enumerate(texts):
        path = tmp_path / f"access.log.{number}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(str(path))
    more.setdefault("rehearse", False)
    return scan(
        lambda reads: files.blocks(paths, reads), parsed(told), key_of(None), tmp_path / "out", **more
    )


def line(path, user="pharma-1", at="10/Oct/2022:13:55:36 +0200", status=200, method="GET", host="192.0.2.7"):
    return f'{host} - {user} [{at}] "{method} {path} HTTP/1.1" {status} 512 "-" "Mozilla/5.0 (X11)"\n'


def rights(person):
    return f"/beneficiaires/{person}/droits"
