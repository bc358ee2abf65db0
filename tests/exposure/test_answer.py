"""The SQL against plain Python, whatever the entries, whatever was sealed when, whatever files hold it."""

import ipaddress
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.exposure import answer, projections, source
from rempart.exposure.duck import Duck
from rempart.exposure.errors import SourceFault
from rempart.exposure.person import seen
from rempart.exposure.selection import Selection
from rempart.exposure.source import Source
from rempart.journal.canonical import table_of
from rempart_verify.layout import segment_name
from tests.exposure import made
from tests.exposure.made import entry

_OF_A_LOOKUP = st.fixed_dictionaries(
    {
        "account": st.integers(1, 4),
        "organisation": st.sampled_from([None, 1, 2]),
        "network": st.sampled_from(["192.0.2.1", "192.0.2.200", "198.51.100.7", "2001:db8::1", None]),
        "session": st.sampled_from(["0a1b", "2c3d", None]),
        "person": st.sampled_from([None, *range(-3, 12)]),
        "insurer": st.integers(1, 3),
        "categories": st.sampled_from([0, 1, 4, 5, 7, 15]),
        "proof": st.integers(0, 3),
        "verdict": st.sampled_from(["granted", "granted", "refused", "challenged"]),
        "reason": st.sampled_from([None, "limit_account", "not_found"]),
        "tag": st.sampled_from(["", "", "", "access:session:opened"]),
    }
)


def _entries(drawn):
    return [
        entry(number, **{name: value for name, value in one.items() if name != "tag" or value})
        for number, one in enumerate(drawn, 1)
    ]


_ENTRIES = st.lists(_OF_A_LOOKUP, max_size=25).map(_entries)
_SELECTIONS = st.builds(
    Selection,
    accounts=st.sampled_from([(), (1,), (2, 3)]),
    organisations=st.sampled_from([(), (2,)]),
    sessions=st.sampled_from([(), ("0a1b",)]),
    networks=st.sampled_from(
        [(), (ipaddress.ip_network("192.0.2.0/25"), ipaddress.ip_network("2001:db8::/32"))]
    ),
    start=st.sampled_from([None, made.START + timedelta(minutes=21)]),
    end=st.sampled_from([None, made.START + timedelta(minutes=77)]),
)


def _within(row, chosen):
    address = row["network"] and ipaddress.ip_address(row["network"])
    return (
        (not chosen.accounts or row["account"] in chosen.accounts)
        and (not chosen.organisations or row["organisation"] in chosen.organisations)
        and (not chosen.sessions or row["session"] in chosen.sessions)
        and (not chosen.networks or (address and any(address in network for network in chosen.networks)))
        and (not chosen.start or row["at"] >= chosen.start)
        and (not chosen.end or row["at"] < chosen.end)
    )


def _ask(found, chosen=None):
    """The list and the summary."""
    with Duck(found) as engine:
        answer.choose(engine, chosen or Selection())
        rows = [row for batch in answer.listed(engine) for row in batch.to_pylist()]
        return rows, answer.summed_up(engine)


def _tail(entries):
    return Source(tail=table_of(made.lines(entries))) if entries else Source()


@settings(max_examples=40)
@given(_ENTRIES, _SELECTIONS)
def test_the_list_and_the_sums_are_those_of_plain_python(entries, chosen):
    selected = [row for row in entries if _within(row, chosen)]
    shown = made.disclosed(selected)
    rows, summary = _ask(_tail(entries), chosen)
    assert rows == made.listed(selected)
    persons = {row["person"] for row in shown}
    assert summary.totals["persons"] == len(persons)
    assert summary.totals["lookups"] == len(shown)
    asked = [row for row in selected if row["tag"].startswith("gate:lookup:") and row["person"]]
    assert summary.asked_only == len({row["person"] for row in asked if row["person"] > 0} - persons)
    assert summary.not_found["questions"] == len({row["person"] for row in asked if row["person"] < 0})
    of_each = {
        row["account"]: len({other["person"] for other in shown if other["account"] == row["account"]})
        for row in shown
    }
    assert {row["account"]: row["persons"] for row in summary.parts["accounts"]} == of_each
    refused = [row for row in selected if row["tag"] in {"gate:lookup:refused", "gate:lookup:challenged"}]
    assert sum(row["lookups"] for row in summary.parts["not_disclosed"]) == len(refused)


@settings(max_examples=12)
@given(st.lists(_OF_A_LOOKUP, min_size=6, max_size=25).map(_entries), st.data())
def test_wherever_the_seal_stands_the_answer_is_the_same(entries, data):
    first, second = sorted(data.draw(st.lists(st.integers(0, len(entries)), min_size=2, max_size=2)))
    with tempfile.TemporaryDirectory() as above:
        objects = made.sealed(Path(above), [entries[:first], entries[first:second]])
        sealed = source.read(objects, None)
        rest = entries[second:]
        both = Source(sealed.files, table_of(made.lines(rest)) if rest else None, sealed.sealed)
        assert _ask(both) == _ask(_tail(entries))


def test_decoys_are_nobody():
    entries = [entry(n, person=n % 5 + 1, account=n % 2 + 1) for n in range(1, 30)]
    with Duck(_tail(entries)) as engine:
        answer.choose(engine, Selection(), lambda persons: persons[persons == 3])
        rows = [row for batch in answer.listed(engine) for row in batch.to_pylist()]
    assert rows == made.listed([row for row in entries if row["person"] != 3])


# ------------------------------------------------------------------------------------------------- the files


@pytest.fixture
def journal(tmp_path):
    """Three days, sealed in six batches."""
    entries = [
        entry(n, person=n % 17 or None, account=1 + n % 3, at=made.START + timedelta(hours=n))
        for n in range(1, 61)
    ]
    return entries, made.sealed(tmp_path, [entries[n : n + 10] for n in range(0, 60, 10)])


def test_small_files_beside_the_merged_one_are_counted_once(journal):
    entries, objects = journal
    files = [span for span in source.segments(objects, 60) if span.end <= 20]
    tables = [pq.read_table(f"{objects.url}/{span.name}", partitioning=None) for span in files]
    merged = Path(objects.url) / segment_name("2026-11-20", 0, files[-1].end)
    pq.write_table(made_one(tables), merged)
    assert len(list(Path(objects.url).rglob("*.parquet"))) > len(source.read(objects, None).files)
    assert _ask(source.read(objects, None))[0] == made.listed(entries)


def made_one(tables):
    import pyarrow as pa  # noqa: PLC0415

    return pa.concat_tables(tables)


def test_what_lies_beyond_the_checkpoint_counts_for_nothing(journal):
    entries, objects = journal
    beyond = [entry(61, person=99)]
    pq.write_table(table_of(made.lines(beyond)), Path(objects.url) / segment_name("2026-11-23", 60, 61))
    assert _ask(source.read(objects, None))[0] == made.listed(entries)


def test_a_missing_segment_is_no_smaller_answer(journal):
    _, objects = journal
    (Path(objects.url) / source.segments(objects, 60)[2].name).unlink()
    with pytest.raises(SourceFault, match="missing"):
        source.read(objects, None)


def test_a_checkpoint_that_another_key_signed_is_not_believed(journal, tmp_path):
    _, objects = journal
    other = made.sealed(tmp_path / "other", [[entry(1)]])
    objects.put("checkpoint", other.get("checkpoint"))
    with pytest.raises(SourceFault, match="trusted"):
        source.read(objects, None)


# ------------------------------------------------------------------------------------------- the projections


def test_projections_answer_like_the_segments_and_unfinished_days_come_from_these(journal, tmp_path):
    entries, objects = journal
    folder = tmp_path / "exposure"
    assert projections.rebuild(objects, folder) == 3
    assert projections.rebuild(objects, folder) == 0
    found = source.read(objects, None, folder)
    assert 0 < found.projected < found.sealed == 60
    assert _ask(found) == _ask(source.read(objects, None))
    with Duck(source.read(objects, None, folder, source.PERSON)) as engine:
        assert [row["moment"] for row in seen(engine, 5)] == [
            row["at"] for row in entries if row["person"] == 5
        ]
    assert all(row["agrees"] for row in projections.check(objects, folder))


def test_a_projection_that_says_something_else_is_found_out(journal, tmp_path):
    _, objects = journal
    folder = tmp_path / "exposure"
    projections.rebuild(objects, folder)
    path = sorted((folder / source.ACCOUNT).glob("*.parquet"))[1]
    table = pq.read_table(path)
    column = table.schema.get_field_index("person")
    changed = [7 if value == 6 else value for value in table["person"].to_pylist()]
    pq.write_table(table.set_column(column, table.schema.field(column), [changed]), path)
    bad = [(row["day"], row["kind"]) for row in projections.check(objects, folder) if not row["agrees"]]
    assert bad == [("2026-11-21", source.ACCOUNT)]
    shutil.rmtree(folder)
    assert _ask(source.read(objects, None, folder)) == _ask(source.read(objects, None))


def test_a_projection_across_the_edge_of_a_merged_file_is_left_aside(journal, tmp_path):
    entries, objects = journal
    folder = tmp_path / "exposure"
    projections.rebuild(objects, folder)
    whole = made_one(
        [pq.read_table(f"{objects.url}/{s.name}", partitioning=None) for s in source.segments(objects, 60)]
    )
    for span in source.segments(objects, 60):
        (Path(objects.url) / span.name).unlink()
    for start, end in ((0, 15), (15, 60)):
        path = Path(objects.url) / segment_name("2026-11-20", start, end)
        pq.write_table(whole.slice(start, end - start), path)
    found = source.read(objects, None, folder)
    assert found.projected == 0 or found.projected < 60
    assert _ask(found)[0] == made.listed(entries)
