import numpy as np
import pytest

from rempart.detection.engine import Engine, Run, Signal
from rempart.detection.index import Index
from rempart.detection.known import known
from tests.detection.feed import entries, run


def _touches(*accounts):
    return entries({"account": account, "decoy": 1, "person": 900 + n} for n, account in enumerate(accounts))


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_where_batches_end_changes_nothing(batch):
    fed = _touches(*(1 + n % 5 for n in range(40)))
    whole = [(one.seq, one.account, one.facts) for one in run("decoy", fed)]
    assert [(one.seq, one.account, one.facts) for one in run("decoy", fed, batch=batch)] == whole
    assert len(whole) == 40


def test_signals_come_in_the_order_of_the_entries_that_completed_them():
    engine = Engine([Run.shipped(detector) for detector in known().values()])
    found = engine.see(_touches(1, 2, 3, 1))
    assert [one.seq for one in found] == sorted(one.seq for one in found)
    assert {one.account for one in found if one.detector.name == "decoy"} == {1, 2, 3}


def test_entries_of_another_shape_are_refused():
    with pytest.raises(TypeError):
        Engine([]).see(np.zeros(3))


def test_a_signal_is_said_in_both_languages_with_its_figures():
    (found,) = run("decoy", _touches(1))
    assert found.say("fr").startswith("1 fiche(s) leurre consultée(s) en 30 jours")
    assert "1 decoy record(s) looked up in 30 days" in found.say("en")


def test_a_decimal_is_written_as_each_language_writes_it():
    detector = known()["pace"]
    figures = dict.fromkeys(detector.facts, 59.6)
    shipped = {key: one.value for key, one in detector.limits.items()}
    found = Signal(detector, 0, 0, 1, 0, 0, figures, shipped)
    assert "59,6" in found.say("fr")
    assert "59.6" not in found.say("fr")
    assert "59.6" in found.say("en")


def test_every_key_keeps_its_place_while_the_index_grows():
    index = Index()
    keys = np.random.default_rng(3).integers(-(2**62), 2**62, 50_000)
    first = index.places(keys, np.arange(50_000))
    again = index.places(keys[::-1].copy(), np.arange(50_000))[::-1]
    assert (first == again).all()
    assert index.count == len(np.unique(keys))
    assert index.places(np.array([0]), np.array([0]))[0] == -1


def test_past_its_most_an_index_keeps_those_seen_last_and_the_states_follow():
    engine = Engine([Run.shipped(known()["decoy"], {"decoys": 2})])
    engine.indices["account"].most = 100
    engine.see(_touches(*range(1, 61)))
    engine.see(entries({"account": n, "after": 100 + n} for n in range(61, 111)))
    engine.see(_touches(59))
    assert engine.indices["account"].count <= 100
    fed = entries(
        [{"account": 60, "decoy": 1, "person": 5, "after": 500}, {"account": 1, "decoy": 1, "after": 501}]
    )
    found = engine.see(fed)
    assert [one.account for one in found] == [], "1 and 60 were forgotten or seen once"


@pytest.mark.parametrize("name", sorted(known()))
def test_every_detector_says_itself_in_both_languages(name):
    detector = known()[name]
    assert detector.name == name
    figures = dict.fromkeys(detector.facts, 3.0) | {key: one.value for key, one in detector.limits.items()}
    for language in ("fr", "en"):
        assert detector.sentence[language].format(**figures)
        assert detector.title[language]
        assert detector.benign[language]
    for limit in detector.limits.values():
        assert limit.unit
        assert limit.why


@pytest.mark.parametrize("name", sorted(known()))
def test_nothing_is_said_of_nothing_known(name):
    fed = entries(dict.fromkeys(("account", "organisation", "network", "device"), 0) for _ in range(3))
    assert run(name, fed) == []
