"""Numbers for keys: each account, network or device of the journal gets a place in the detectors' arrays."""

from typing import Any

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def _find(wanted: Any, table: Any, keys: Any, last: Any, at: Any, count: int, places: Any) -> int:
    """Open addressing. `table` holds place + 1, or 0 where free; its length is a power of two."""
    mask = table.shape[0] - 1
    for i in range(wanted.shape[0]):
        key = wanted[i]
        if key == 0:
            places[i] = -1
            continue
        spot = (key * 0x9E3779B97F4A7C1) & mask
        while table[spot] != 0 and keys[table[spot] - 1] != key:
            spot = (spot + 1) & mask
        if table[spot] == 0:
            keys[count] = key
            table[spot] = count + 1
            count += 1
        place = table[spot] - 1
        last[place] = max(last[place], at[i])
        places[i] = place
    return count


class Index:
    """Key → place, from 0 without gaps. Past `most` keys the half that was seen last is kept."""

    def __init__(self, most: int = 1 << 20) -> None:
        self.most = most
        self.count = 0
        self.keys = np.zeros(1024, "i8")
        self.last = np.zeros(1024, "i8")
        self._table = np.zeros(4096, "i8")

    def places(self, wanted: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The place of each key; 0 is no key and has place -1. Makes room first."""
        self._grow(self.count + len(wanted))
        found = np.empty(len(wanted), "i8")
        self.count = _find(wanted, self._table, self.keys, self.last, at, self.count, found)
        return found

    @property
    def is_full(self) -> bool:
        return self.count > self.most

    def forget(self) -> np.ndarray:
        """Keep the half seen last, in their order; gives the places that stay, for the states to follow."""
        kept = np.sort(np.argsort(self.last[: self.count], kind="stable")[self.count - self.most // 2 :])
        keys, last = self.keys[kept], self.last[kept]
        self.__init__(self.most)  # type: ignore[misc]
        self.places(keys, last)
        return kept

    def _grow(self, needed: int) -> None:
        if needed > len(self.keys):
            size = 1 << int(needed - 1).bit_length()
            self.keys, self.last = _longer(self.keys, size), _longer(self.last, size)
        if needed * 2 > len(self._table):
            kept, seen, count = self.keys[: self.count].copy(), self.last[: self.count].copy(), self.count
            self._table = np.zeros(1 << int(needed * 4 - 1).bit_length(), "i8")
            self.count = _find(kept, self._table, self.keys, self.last, seen, 0, np.empty(count, "i8"))


def _longer(array: np.ndarray, size: int) -> np.ndarray:
    longer = np.zeros(size, array.dtype)
    longer[: len(array)] = array
    return longer
