"""Figures as Prometheus reads them: right, few, of nobody, and free of charge to the database."""

import threading
from types import SimpleNamespace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rempart.cli.bench_place import free_port
from rempart.events import exporter, metrics, source
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Profession, Reason, Verdict


@pytest.fixture
def figures(cluster, connect):
    """What a look adds up to, from now on."""
    kept, auditor = metrics.figures(), connect("auditor")
    keeper = metrics.Keeper(cluster, auditor, kept, source.end(auditor))

    def value(name, **labels):
        return kept.registry.get_sample_value(f"rempart_{name}", labels) or 0

    return SimpleNamespace(keeper=keeper, value=value, kept=kept, owner=connect("owner"))


def _write(owner, tag, **given):
    names = ["at", "tag", *given]
    places = ", ".join(["clock_timestamp()"] + ["%s"] * (len(names) - 1))
    query = f"insert into journal.entry ({', '.join(names)}) values ({places})"
    owner.execute(query, [tag, *given.values()])


def test_look_ups_are_counted_by_words_of_ours(figures):
    by = {"profession": "optician", "verdict": "refused", "reason": "limit_account"}
    _write(figures.owner, "gate:lookup:refused", **by)
    _write(figures.owner, "gate:lookup:refusals", **by, count=30)
    _write(figures.owner, "gate:lookup:granted", verdict="granted", profession="CANARIEVENT", cost=1)
    figures.keeper.look()
    assert figures.value("lookups_total", **by) == 31
    assert figures.value("lookups_total", verdict="granted", reason="none", profession="other") == 1
    assert figures.value("persons_counted_total") == 1
    assert figures.value("journal_entries_total", source="gate") == 3
    figures.keeper.look()
    assert figures.value("journal_entries_total", source="gate") == 3


def test_what_is_in_force_is_looked_up_and_ends(figures, fresh):
    figures.keeper.look()
    labels = {"kind": "closed", "scope": "software"}
    before = figures.value("restrictions_in_force", **labels)
    figures.owner.execute(
        "insert into gate.restriction (scope, subject, kind, reason, author, starts_at, ends_at)"
        " values (8, '987654321', 'closed', 'test', 'test', now(), now() + interval '1h')"
    )
    figures.keeper.look()
    assert figures.value("restrictions_in_force", **labels) == before + 1
    figures.owner.execute("update gate.restriction set lifted_at = now() where subject = '987654321'")
    figures.keeper.look()
    assert figures.value("restrictions_in_force", **labels) == before


def test_the_platforms_count_and_its_limit_are_the_gates_own(figures):
    figures.keeper.look()
    spent, limit = figures.owner.execute("select spent, lim from containment.state(now())").fetchone()
    assert figures.value("platform_limit_hour") == limit > 0
    assert figures.value("platform_persons_hour") == spent


def test_no_series_is_made_by_what_somebody_typed(figures):
    for number in range(50):
        word = f"typed-{number}"
        _write(figures.owner, f"{word}:x:y")
        _write(figures.owner, "gate:lookup:refused", verdict=word, reason=word, profession=word)
    figures.keeper.look()
    series = [sample for family in figures.kept.registry.collect() for sample in family.samples]
    assert not [one for one in series if "typed" in str(one.labels)]
    most = (len(Verdict) + 2) * (len(Reason) + 2) * (len(Profession) + 2)
    assert len([one for one in series if one.name == "rempart_lookups_total"]) <= most


def test_what_is_sealed_and_what_is_not_yet_is_told(figures):
    """Within a transaction that is undone: the run's database keeps no checkpoint of ours."""
    end = source.end(figures.owner)
    _write(figures.owner, "care:metrics:later")
    with figures.owner.transaction(force_rollback=True):
        most = "select coalesce(max(size), 0) + 7 from journal.checkpoint"
        figures.owner.execute(
            f"insert into journal.checkpoint select ({most}), %s, 1, %s::text::xid8, %s,"
            " '2026-03-02 08:15:30+00'",
            [bytes(32), str(end.x), end.seq],
        )
        size = figures.owner.execute("select max(size) from journal.checkpoint").fetchone()[0]
        figures.keeper._connection = figures.owner
        figures.keeper._look_at_seal()
    assert figures.value("sealed_entries") == size
    assert figures.value("sealed_checkpoint_seconds") == 1772439330
    assert 0 < figures.value("sealing_lag_seconds") < 60


@pytest.fixture
def served(cluster):
    asked, port = threading.Event(), free_port()
    exporter.export(cluster, port, asked)
    yield f"http://127.0.0.1:{port}"
    asked.set()


def _get(url):
    answer = httpx.get(url)
    return answer.status_code, answer.text


def test_prometheus_can_read_it_and_every_figure_is_documented(served):
    glance = threading.Event()
    while _get(served + "/readyz")[0] != 200:
        glance.wait(0.02)
    status, text = _get(served + "/metrics")
    families = list(text_string_to_metric_families(text))
    assert status == 200
    assert {"rempart_database_up", "rempart_lookups", "rempart_alerts_open"} <= {one.name for one in families}
    assert all(one.documentation for one in families)
    assert _get(served + "/livez") == (200, "alive\n")
    assert _get(served + "/")[0] == 404


def test_a_scrape_asks_the_database_nothing(figures):
    figures.keeper._connection.close()
    kept = exporter.generate_latest(figures.kept.registry)
    assert b"rempart_database_up" in kept


def test_a_port_that_is_busy_is_said(served, cluster):
    with pytest.raises(Fault, match="busy"):
        exporter.export(cluster, int(served.rpartition(":")[2]), threading.Event())
