"""Where a sealed journal or an export of it lies: a folder, or `s3://bucket/prefix`. Read only."""

from pathlib import Path
from typing import Any

from pyarrow import fs


class Place:
    """Files by name below one folder or bucket. It travels to other processes as its address."""

    def __init__(self, url: str) -> None:
        """Raises ValueError, OSError where the address means nothing."""
        self.url = url if url.startswith("s3://") else str(Path(url).absolute())
        try:
            self._files, self._base = fs.FileSystem.from_uri(self.url)
        except ValueError:  # its words repeat the address, and with it the key
            raise ValueError("not an address of the form s3://bucket/prefix") from None

    def __reduce__(self) -> tuple[type["Place"], tuple[str]]:
        return Place, (self.url,)

    def get(self, name: str) -> bytes | None:
        """A whole file; None where there is none."""
        try:
            with self._files.open_input_stream(f"{self._base}/{name}") as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def open(self, name: str) -> Any:
        """A file that can be read at any place. Raises OSError."""
        return self._files.open_input_file(f"{self._base}/{name}")

    def names(self, folder: str) -> list[str]:
        """Every file below a folder, in order."""
        chosen = fs.FileSelector(f"{self._base}/{folder}", recursive=True, allow_not_found=True)
        found = (info for info in self._files.get_file_info(chosen) if info.type == fs.FileType.File)
        return sorted(info.path.removeprefix(f"{self._base}/") for info in found)
