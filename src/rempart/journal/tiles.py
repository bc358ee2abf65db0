"""The tree's hashes in files of 4096, so that a root or a proof reads a few of them and never the entries."""

from collections.abc import Callable

from rempart.vocabulary.faults import Fault
from rempart_verify.layout import FAN, HEIGHT, tile_name
from rempart_verify.merkle import SIZE, fold, peak, peaks

Get = Callable[[str], bytes | None]


class DamagedFault(Fault):
    """Sealed files are not what was sealed: nothing goes on from them."""

    exit_code = 9


class Tiles:
    """A tree of `size` leaves as its files hold it; `append` adds leaves and says which files changed."""

    def __init__(self, get: Get, size: int) -> None:
        self._get = get
        self.size = size
        self._ends: dict[int, bytearray] = {}
        """Level → the hashes of its last file, which is not full."""
        level, count = 0, size
        while count:
            number, held = divmod(count, FAN)
            self._ends[level] = bytearray(self._read(level, number, held))
            level, count = level + 1, count // FAN

    def copy(self) -> "Tiles":
        """The same tree, to add to: this one stays as it is."""
        made = Tiles(self._get, 0)
        made.size, made._ends = self.size, {level: bytearray(end) for level, end in self._ends.items()}
        return made

    def root(self) -> bytes:
        """The root of all leaves."""
        return fold(
            [top for level in sorted(self._ends, reverse=True) for top in peaks(bytes(self._ends[level]))]
        )

    def append(self, leaves: bytes) -> dict[str, bytes]:
        """Add leaf hashes, end to end. Gives the files to write: name → content, whole."""
        changed: dict[str, bytes] = {}
        level, added, count = 0, leaves, self.size
        self.size += len(leaves) // SIZE
        while added:
            held = self._ends.get(level, bytearray()) + added
            first, above = count // FAN, bytearray()
            while len(held) >= FAN * SIZE:
                full, held = bytes(held[: FAN * SIZE]), held[FAN * SIZE :]
                changed[tile_name(level, first)] = full
                above += peak(full)
                first += 1
            if held:
                changed[tile_name(level, first)] = bytes(held)
            self._ends[level] = held
            level, added, count = level + 1, bytes(above), count // FAN
        return changed

    def over(self, start: int, end: int) -> bytes:
        """RFC 6962's MTH over leaves start to end.

        `start` is a multiple of the largest power of two below their number, as wherever a proof asks.
        """
        width = end - start
        if width & (width - 1) == 0:
            level = (width.bit_length() - 1) // HEIGHT
            each = FAN**level
            number, place = divmod(start // each, FAN)
            held = self._read(level, number, place + width // each)
            return peak(held[place * SIZE :])
        left = 1 << (width - 1).bit_length() - 1
        return fold([self.over(start, start + left), self.over(start + left, end)])

    def _read(self, level: int, number: int, count: int) -> bytes:
        """The first hashes of a file. A longer one holds what was not published yet."""
        if not count:
            return b""
        content = self._get(tile_name(level, number)) or b""
        if len(content) < count * SIZE:
            raise DamagedFault(
                f"{tile_name(level, number)} is missing or too short.", "put it back from a copy"
            )
        return content[: count * SIZE]
