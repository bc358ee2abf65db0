"""Where sealed files are kept: a folder, or a bucket of an S3-compatible service, named by a URL."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pyarrow import fs

from rempart.vocabulary.faults import Fault


class ObjectsFault(Fault):
    """The place cannot be reached, read or written as it is named."""


class Objects(Protocol):
    """Files by name. What `put` returned from is durable, and is seen whole or not at all."""

    url: str
    """A folder's path or `s3://bucket/prefix`, for engines that read the files themselves."""

    def get(self, name: str) -> bytes | None:
        """None where there is no such file."""
        ...

    def put(self, name: str, content: bytes) -> None: ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """Every file below a folder, in no order."""
        ...

    def remove(self, name: str) -> None: ...


def open_objects(where: str) -> Objects:
    """`where` is a folder's path, or `s3://[KEY:SECRET@]bucket/prefix[?endpoint_override=…&scheme=…]`."""
    if urlsplit(where).scheme == "s3":
        return Bucket(where)
    return Folder(Path(where))


class Folder:
    """A folder of this machine. Files are written beside, flushed, then put in place; folders are flushed."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.url = str(self._path)

    def get(self, name: str) -> bytes | None:
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, name: str, content: bytes) -> None:
        path = self._path / name
        self._make(path.parent)
        beside = path.with_name(f".{path.name}.new")  # one writer: a killed one's is written over
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _flush(path.parent)

    def names(self, prefix: str = "") -> Iterator[str]:
        for folder, _, files in os.walk(self._path / prefix):
            below = Path(folder).relative_to(self._path)
            yield from (str(below / file) for file in files if not file.startswith("."))

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            (self._path / name).unlink()

    def _make(self, folder: Path) -> None:
        if folder.exists():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush(folder.parent)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Bucket:
    """A bucket: an object is there whole once its upload has been acknowledged."""

    def __init__(self, url: str) -> None:
        try:
            self._files, self._base = fs.FileSystem.from_uri(url)
        except (OSError, ValueError):
            raise ObjectsFault(
                "The address of the sealed journal's bucket cannot be used.",
                "write s3://bucket/prefix?endpoint_override=HOST:PORT",
            ) from None
        self.url = url
        self._bucket = self._base.partition("/")[0]
        with self._told():
            found = self._files.get_file_info(self._bucket).type
        if found == fs.FileType.NotFound:  # to a reader it would look like a journal that has not begun
            raise ObjectsFault(f"There is no bucket {self._bucket}.", "make it, or mend REMPART_SEALED")

    def get(self, name: str) -> bytes | None:
        try:
            with self._told(), self._files.open_input_stream(f"{self._base}/{name}") as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def put(self, name: str, content: bytes) -> None:
        with self._told(), self._files.open_output_stream(f"{self._base}/{name}") as stream:
            stream.write(content)

    def names(self, prefix: str = "") -> Iterator[str]:
        chosen = fs.FileSelector(f"{self._base}/{prefix}".rstrip("/"), recursive=True, allow_not_found=True)
        with self._told():
            found = self._files.get_file_info(chosen)
        for info in found:
            if info.type == fs.FileType.File:
                yield info.path.removeprefix(f"{self._base}/")

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError), self._told():
            self._files.delete_file(f"{self._base}/{name}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the service refused, in a line; a service's own words may hold what they were asked with."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as fault:
            word = re.search(r"AWS Error (\w+)", str(fault))
            raise ObjectsFault(
                f"The bucket {self._bucket} cannot be used: {word[1] if word else 'no answer'}.",
                "look at its service, and at address and key in REMPART_SEALED",
            ) from None
