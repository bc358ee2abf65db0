"""`rempart detect …`, as a keeper at a terminal uses it."""

import json

import pytest

from rempart.cli.detect import DetectFault, app
from rempart.gate.keepers import hash_secret
from tests.detection.test_journal import _account, _entry

_SECRET = "a keeper's own secret"


@pytest.fixture
def run(cluster, capsys, monkeypatch):
    monkeypatch.delenv("REMPART_ROLE", raising=False)
    monkeypatch.setattr("rempart.cli.screen.out._width", 400)

    def call(*words):
        capsys.readouterr()
        app([*words, "--data", str(cluster)], exit_on_error=False, result_action="return_value")
        return capsys.readouterr().out

    return call


@pytest.fixture
def keeper(connect, fresh, tmp_path):
    owner, name = connect("owner"), fresh("keeper")
    owner.execute("insert into gate.keeper (name, secret) values (%s, %s)", (name, hash_secret(_SECRET)))
    file = tmp_path / "secret"
    file.write_text(_SECRET)
    yield ["--as", name, "--secret-file", str(file)]
    owner.execute("delete from detection.setting")


def _listed(run, detector, threshold):
    rows = json.loads(run("list", "--json"))
    return next(row for row in rows if (row["detector"], row["threshold"]) == (detector, threshold))


def test_a_trial_and_a_threshold_show_in_the_list(run, keeper):
    run("try", "scatter.carriers=9", *keeper)
    run("set", "scatter.carriers=4", "--reason", "too much leaves before", *keeper)
    row = _listed(run, "scatter", "carriers")
    assert (row["shipped"], row["in force"], row["tried"], row["mode"]) == (5, 4, 9, "enforce")


def test_a_milder_mode_waits(run, keeper):
    said = run("mode", "scatter", "observe", "--reason", "it stops honest work", "--json", *keeper)
    assert json.loads(said)[0]["loosens"] is True
    assert _listed(run, "scatter", "carriers")["mode"] == "enforce"


def test_a_replay_says_who_would_be_restricted_and_writes_nothing(run, connect, fresh):
    owner = connect("owner")
    account = _account(owner, fresh)
    for n in range(6):
        _entry(owner, account, verdict="refused", reason="proof_forged", proof=1, person=n + 1)
    count = "select (select count(*) from detection.signal), (select count(*) from gate.restriction)"
    before = owner.execute(count).fetchone()
    told = json.loads(run("replay", "--json"))
    assert [
        (one["kind"], one["persons by then"]) for one in told["would_restrict"] if one["account"] == account
    ] == [("card_required", 0)]
    tried = json.loads(run("replay", "--json", "--trial", "proofs.forged=50"))
    assert account not in [one["account"] for one in tried["would_restrict"]]
    none = json.loads(run("replay", "--json", "--to", "2020-01-01"))
    assert none["entries"] == 0
    assert owner.execute(count).fetchone() == before


def test_the_status_says_when_nobody_watches(run, connect):
    connect("owner").execute("update gate.watch set at = null")
    assert json.loads(run("status", "--json"))[0]["alive"] is False


@pytest.mark.parametrize(
    "figure", ["scatter.carriers", "scatter.nothing=1", "nobody.carriers=1", "scatter.carriers=-1"]
)
def test_what_is_no_threshold_is_refused(run, keeper, figure):
    with pytest.raises(DetectFault):
        run("try", figure, *keeper)
