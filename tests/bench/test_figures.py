"""From timings to figures."""

import pytest

from rempart.bench.rules.figures import Run, capacity, described, median_difference, middle, percentile, ratio


def test_percentiles_are_values_that_were_measured():
    ordered = [float(n) for n in range(1, 101)]
    assert [percentile(ordered, p) for p in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 50) == 7
    with pytest.raises(ValueError, match="no value"):
        percentile([], 50)


def test_a_run_is_described_by_rate_latency_and_cost_of_one_look_up():
    run = Run([0.010] * 100, 2.0, {"200": 99, "429": 1}, {"gate": 0.05, "load": 0.01}, others=0.5)
    told = described(run)
    assert told["per_second"] == 50.0
    assert told["latency_ms"] == {"p50": 10.0, "p95": 10.0, "p99": 10.0}
    assert told["cpu_us_per_lookup"] == {"gate": 500.0, "load": 100.0}
    assert told["busy_otherwise"] == 0.5
    assert capacity(told, 2) == pytest.approx(2 / 0.0006, rel=1e-3)


def test_a_run_without_answers_has_no_rate_and_no_capacity():
    told = described(Run([], 1.0, {"lost": 32}, {}))
    assert told["per_second"] == 0.0
    assert capacity(told, 2) is None


def test_the_middle_run_counts_and_every_rate_is_told():
    runs = [{"per_second": rate} for rate in (900.0, 100.0, 500.0)]
    assert middle(runs) == {"per_second": 500.0, "each_per_second": [900.0, 100.0, 500.0]}


def test_differences_and_ratios():
    assert median_difference([5, 6, 7], [1, 2, 3]) == 4
    assert ratio(50, 200) == 0.25
    assert ratio(50, 0) is None
