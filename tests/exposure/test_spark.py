"""Spark and DuckDB run the same text: they give the same rows, one by one."""

import pytest

from rempart.exposure import answer, source, spark
from rempart.exposure.duck import Duck
from rempart.exposure.selection import Selection, network
from rempart.exposure.source import Source
from rempart.journal.canonical import table_of
from tests.exposure import made
from tests.exposure.made import entry

_VERDICTS = ("granted", "granted", "refused", "challenged")
_NETWORKS = ("192.0.2.1", "192.0.2.200", "198.51.100.7", None)


def _one(n):
    return entry(
        n,
        verdict=_VERDICTS[n % 4],
        reason=None if n % 4 < 2 else ("limit_account", None)[n % 3 % 2],
        account=n % 5 + 1,
        organisation=n % 3 or None,
        person=(n * 7919 % 23 - 3) or None,
        insurer=n % 2 + 1,
        categories=(5, 7, 0, 15)[n // 4 % 4],
        proof=n % 3,
        network=_NETWORKS[n % 7 % 4],
        channel=("page", "api", None)[n % 3],
    )


def _every(found, engine_of):
    with engine_of(found) as engine:
        answer.choose(engine, Selection(networks=(network("192.0.2.0/24"),), accounts=(1, 2, 3, 4)))
        return [row for batch in answer.listed(engine) for row in batch.to_pylist()], answer.summed_up(engine)


@pytest.mark.skipif(spark.missing() is not None, reason=str(spark.missing()))
def test_the_same_rows_one_by_one(tmp_path):
    entries = [_one(n) for n in range(1, 400)]
    sealed = source.read(made.sealed(tmp_path, [entries[:150], entries[150:300]]), None)
    found = Source(sealed.files, table_of(made.lines(entries[300:])), 300)
    duck = _every(found, Duck)
    assert duck[0]
    assert all(duck[1].parts.values())
    assert _every(found, lambda given: spark.Spark(given, "local[2]")) == duck


def test_without_pyspark_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    fault = spark.missing()
    assert fault is not None
    assert fault.remedy == "pip install 'rempart[spark]'"
