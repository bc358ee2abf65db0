"""Logs → keyed rows in one Parquet file, two blocks at a time; memory as many blocks as are under way."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.scan.accounts import Accounts
from rempart.scan.errors import ScanFault
from rempart.scan.fields import Reader, header_of
from rempart.scan.files import Block, Read
from rempart.scan.mapping import Map
from rempart.scan.persons import Keyed
from rempart.scan.rows import ROWS, Counted, Keyer, Made, Period

_FIRST_LINES = 2000
_FEW = ["account", "network", "file", "page", "result", "department", "birth_month"]
"""Columns with few values: of others a dictionary costs time and saves nothing."""
_PROCESSES = 2
_ALONE = 3
"""So many blocks are not worth a process."""


@dataclass(slots=True)
class Reading:
    """What reading came to."""

    files: list[Read] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)
    rows: int = 0
    newest: int = 0
    in_order: bool = True
    """No row is older than one before it: as they were read they are in order of time."""
    missing: list[str] = field(default_factory=list)
    """Names of rotated files that a series lacks."""


def read(  # each is a part of its own
    blocks: Iterator[Block],
    told: Map,
    keyed: Keyed,
    accounts: Accounts,
    into: Path,
    reading: Reading,
    period: Period = Period(),  # noqa: B008  # frozen
) -> None:
    """Write every row of the blocks into the Parquet file `into`, and count into `reading`."""
    with pq.ParquetWriter(into, ROWS, compression="lz4", use_dictionary=_FEW) as writer:
        begun = list(islice(blocks, _ALONE))
        if not begun:
            return
        keyer = Keyer(told, reader_of(told, first_lines(begun[0].data)), keyed, period)
        whole = _without_headers(chain(begun, blocks), told, reading)
        run = _beside if len(begun) == _ALONE else _alone
        for block, made in run(keyer, whole):
            _take(block, made, accounts, writer, reading)


def _without_headers(blocks: Iterator[Block], told: Map, reading: Reading) -> Iterator[Block]:
    """Each CSV file begins with the names of its columns."""
    before = -1
    for block in blocks:
        if told.format == "csv" and block.file != before:
            reading.counted.lines += 1
            yield Block(block.file, block.data.partition(b"\n")[2])
        else:
            yield block
        before = block.file


def _alone(keyer: Keyer, blocks: Iterator[Block]) -> Iterator[tuple[Block, Made]]:
    row = 0
    for block in blocks:
        yield block, _guarded(keyer, block, row)
        row += len(block.data)  # more than it has lines


def _beside(keyer: Keyer, blocks: Iterator[Block]) -> Iterator[tuple[Block, Made]]:
    """In processes beside one another: keying holds Python's lock."""
    under_way: deque[tuple[Block, Future[Made]]] = deque()
    row = 0
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn"), _given, (keyer,)) as pool:
        for block in blocks:
            under_way.append((Block(block.file, b""), pool.submit(_of_given, block, row)))
            row += len(block.data)  # more than it has lines
            while len(under_way) > 2 * _PROCESSES:
                first, made = under_way.popleft()
                yield first, made.result()
        for first, made in under_way:
            yield first, made.result()


_KEYERS: list[Keyer] = []


def _given(keyer: Keyer) -> None:
    _KEYERS.append(keyer)


def _of_given(block: Block, row: int) -> Made:
    return _guarded(_KEYERS[0], block, row)


def first_lines(data: bytes, most: int = _FIRST_LINES) -> list[bytes]:
    """A log's first lines."""
    return data.split(b"\n", most)[:most]


def reader_of(told: Map, first: list[bytes]) -> Reader:
    names = told.names
    few = frozenset({names["account"], names["network"], names["status"], "zone"} - {""})
    header = () if told.format == "json" else header_of(first, told)
    lacking = [name for part in ("time", "status", "request") if (name := names[part]) not in header]
    if told.format == "csv" and lacking:
        raise ScanFault(f"The CSV has no column “{lacking[0]}”.", "name its columns in the map's [fields]")
    return Reader(told, header, few)


def _guarded(keyer: Keyer, block: Block, row: int) -> Made:
    """No error tells what stood in a line."""
    try:
        return keyer.rows(block, row)
    except (pa.ArrowException, UnicodeError, ValueError) as error:
        raise ScanFault(
            f"A block of lines could not be read ({type(error).__name__}).",
            "please report which server wrote the log",
        ) from None


def _take(block: Block, made: Made, accounts: Accounts, writer: pq.ParquetWriter, reading: Reading) -> None:
    table, account, counted = made
    if table.num_rows:
        numbers = np.array([*accounts.numbers(account.dictionary.to_pylist()), 0], "i8")
        places = account.indices.fill_null(len(numbers) - 1).to_numpy(zero_copy_only=False)
        whole = table.append_column("account", pa.array(numbers[places]))
        writer.write_table(whole.select(ROWS.names))
        moments = table.column("moment").to_numpy()
        reading.in_order &= bool(moments[0] >= reading.newest and (np.diff(moments) >= 0).all())
        reading.newest = int(moments[-1])
    reading.rows += table.num_rows
    reading.counted.add(counted)
    of_file = reading.files[block.file]
    if counted.last:
        of_file.first = min(of_file.first or counted.first, counted.first)
        of_file.last = max(of_file.last, counted.last)
