"""What counts as a person shown, at least and at most, and what a scan leaves behind."""

import gzip
import random
from datetime import UTC, datetime

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from rempart.exposure import answer
from rempart.exposure.duck import Duck
from rempart.exposure.selection import Selection
from rempart.exposure.source import Source
from rempart.scan import files
from rempart.scan.errors import ScanFault
from rempart.scan.rows import Period
from rempart.scan.summary import summary
from rempart.scan.work import SPEAKING
from rempart_verify.schema import SCHEMA
from tests.scan.made import MAP, line, rights, run


def test_the_journal_has_the_journals_columns_and_order(tmp_path):
    late = line(rights(1001), at="11/Oct/2022:00:00:00 +0200")
    made = run(tmp_path, late + line(rights(1002)) + line(rights(1003), status=404))
    assert [pq.read_schema(path).remove_metadata() for path in made.segments] == [SCHEMA.remove_metadata()]
    rows = ds.dataset([str(path) for path in made.segments]).to_table().to_pylist()
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert rows == sorted(rows, key=lambda row: row["at"])
    missed = next(row for row in rows if row["reason"] == "not_found")
    assert (missed["person"] < 0, missed["hit"], missed["categories"], missed["verdict"]) == (
        True,
        False,
        0,
        "refused",
    )
    shown = [row for row in rows if row["verdict"] == "granted"]
    assert all(row["person"] > 0 and row["hit"] and row["categories"] == 15 for row in shown)
    assert made.segments[0].name == "0000000000000000-0000000000000003.parquet"


def test_exposure_reads_it(tmp_path):
    made = run(tmp_path, line(rights(1001)) + line(rights(1001), "b") + line(rights(1002)))
    with Duck(Source(files=tuple(map(str, made.segments)), sealed=made.entries)) as engine:
        answer.choose(engine, Selection())
        assert answer.summed_up(engine).totals["persons"] == made.bounds.at_least == 2


def test_a_persons_spellings_are_one_person(tmp_path):
    spellings = (
        "1850775123045",
        "185077512304539",
        "1%2085%2007%2075%20123%20045%2039",
        "1-85-07-75-123-045",
    )
    made = run(tmp_path, "".join(line(rights(one)) for one in spellings))
    assert made.bounds.at_least == 1


def test_lists_and_kinds_widen_the_bounds(tmp_path):
    told = '[[page]]\npath = "/liste/{person}"\npersons = 20\nkind = "id"\n' + MAP
    made = run(tmp_path, line("/liste/7") * 3 + line("/liste/8") + line(rights(1001)), told=told)
    assert (made.bounds.at_least, made.bounds.at_most) == (2, 2 + 1 + 2 * 19)


def test_an_unreadable_line_may_have_been_the_longest_list(tmp_path):
    told = MAP.replace(
        'path = "/recherche"\nperson = "none"', 'path = "/recherche"\npersons = 50\nperson = "none"'
    )
    made = run(tmp_path, line(rights(1001)) + "garbage\n", told=told)
    assert made.bounds.because["unreadable"] == 50


def test_the_population_is_the_ceiling_when_something_is_missing(tmp_path):
    packed = gzip.compress(line(rights(1001)).encode() * 1000)[:-20]
    made = run(tmp_path, packed)
    assert made.bounds.open_ended
    assert made.reading.files[0].cut == "truncated"
    capped = run(tmp_path, packed, told="population = 5000\n" + MAP)
    assert (capped.bounds.open_ended, capped.bounds.at_most) == (False, 5000)


def test_a_day_rotated_away_is_a_hole_and_a_missing_file_is_named(tmp_path):
    days = [3, 4, 5, 6, 10, 11, 12]
    text = "".join(
        line(rights(day * 100 + hour), at=f"{day:02}/Oct/2022:{hour:02}:30:00 +0000")
        for day in days
        for hour in range(8, 19)
    )
    made = run(tmp_path, text)
    assert made.bounds.open_ended
    (hole,) = made.holes
    assert datetime.fromtimestamp(hole.start / 1e6, UTC).day in {6, 7}
    assert files.missing_rotations(["x/access.log", "x/access.log.1", "x/access.log.3.gz"]) == [
        "access.log.2"
    ]
    assert files.missing_rotations(["x/access.log-20221010", "x/app.2022.log"]) == []


def test_a_copy_of_a_line_in_another_file_counts_once_and_a_repetition_in_one_file_twice(tmp_path):
    one, two = line(rights(1001)), line(rights(1002), at="10/Oct/2022:14:00:00 +0200")
    made = run(tmp_path, one + one + two, one + one)
    assert (made.entries, made.copies, made.bounds.at_least) == (3, 2, 2)


def test_a_period_is_kept_to(tmp_path):
    second = 1_000_000
    at = 1_665_402_936 * second  # 10/Oct/2022:13:55:36 +0200
    made = run(
        tmp_path,
        line(rights(1001)) + line(rights(1002), at="10/Oct/2022:13:55:37 +0200"),
        period=Period(at, at + second),
    )
    assert (made.bounds.at_least, made.reading.counted.outside) == (1, 1)


def test_detectors_say_nothing_of_what_the_log_has_not(tmp_path):
    dice = random.Random(3)
    text = "".join(
        line(
            rights(f"2{dice.randrange(10, 99)}0975{dice.randrange(10**6):06}"),
            at=f"10/Oct/2022:{8 + n // 900:02}:{n // 15 % 60:02}:{n % 15 * 4:02} +0200",
        )
        for n in range(1800)
    )
    made = run(tmp_path, text, rehearse=True)
    seen = {signal.detector.name for signal in made.rehearsal.signals}
    assert seen
    assert seen <= set(SPEAKING)
    (account,) = summary(made)["accounts"]
    assert account["by_stopped"] < account["persons"]


def test_a_person_is_new_to_an_account_once_a_month_whatever_the_order_of_lines(tmp_path):
    asked = [
        line(rights(1001), at="20/Nov/2022:08:00:00 +0200"),  # 31 days after the last time
        line(rights(1001), at="10/Oct/2022:08:00:00 +0200"),
        line(rights(1001), at="10/Oct/2022:08:00:00 +0200"),
        line(rights(1001), "pharma-2", at="11/Oct/2022:08:00:00 +0200"),
        line(rights(1001), at="20/Oct/2022:08:00:00 +0200"),
        line(rights(1002), "-", at="20/Oct/2022:08:00:00 +0200"),  # to nobody
    ]
    made = run(tmp_path, "".join(asked))
    rows = ds.dataset([str(path) for path in made.segments]).to_table().sort_by("seq").to_pylist()
    assert [row["cost"] for row in rows] == [1, 0, 1, 0, 0, 1]
    assert [(row["persons"], row["lookups"]) for row in made.tables["accounts"]] == [(1, 1), (1, 4), (1, 1)]


def test_a_map_has_so_many_pages_and_each_counts(tmp_path):
    pages = "".join(f'[[page]]\npath = "/p{number}/{{person}}"\nkind = "k"\n' for number in range(60))
    made = run(tmp_path, line("/p0/7") + line("/p59/7") + line("/p59/8"), told=pages)
    assert made.bounds.at_least == 2
    with pytest.raises(ScanFault, match="at most 60"):
        run(tmp_path, line("/p0/7"), told=pages + '[[page]]\npath = "/q"\nperson = "none"\n')
