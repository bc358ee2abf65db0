"""`rempart drill` against a running demonstration: what it prints, and that it leaves nothing behind."""

import subprocess

import psutil

from tests.drills.demonstration import REMPART, drill

KEYS = [
    "drill",
    "accounts",
    "lookups",
    "persons_exposed",
    "bound",
    "history",
    "unjournaled",
    "seconds",
]


def test_2022_through_the_api(data):
    report = drill(data, "2022", "--seconds", "12")
    assert list(report) == KEYS
    assert (report["drill"], report["accounts"], report["history"]) == ("2022", 19, 510_000)
    # 19 pharmacists × (30 + 3) an hour, of which the breaker lets 300 unproven through.
    assert report["bound"] == 300 + 19 * 3
    # Nobody stopped early would get 19 * (10 + 1); the detectors watch as well, and may be quicker.
    assert 19 * 5 <= report["persons_exposed"] <= report["bound"]
    assert report["unjournaled"] == 0


def test_2024_through_sign_in_and_pages_beside_a_limiter_only(data, tmp_path):
    picture = tmp_path / "bars.svg"
    report = drill(data, "2024", "--seconds", "4", "--compare", "--svg", str(picture))
    assert list(report) == [*KEYS, "limiter_only", "bound_30_days"]
    assert (report["drill"], report["accounts"], report["history"]) == ("2024", 1, 33_000_000)
    # On a new device every look-up needs the card: the overdraft is all that is left for 48 hours.
    assert (report["bound"], report["bound_30_days"]) == (3, 400 + 30)
    assert 1 <= report["persons_exposed"] <= report["bound"]
    assert report["unjournaled"] == 0
    compared = report["limiter_only"]
    assert "stand-in" in compared["label"]
    assert compared["bans"] == 0
    assert compared["persons_exposed"] >= 4
    assert "33\u202f000\u202f000" in picture.read_text("utf-8")
    assert not [one for one in psutil.process_iter(["cmdline"]) if _is_left_over(one)]


def _is_left_over(process):
    words = " ".join(process.info["cmdline"] or [])
    return "rempart.drills.stand_in" in words


def test_the_race_prints_its_five_figures(data):
    report = drill(data, "race", "--rounds", "3")
    assert report == {"drill": "race", "rounds": 3, "budget": 10, "disclosed_max": 10, "exceeded": 0}


def test_without_a_demonstration_it_says_how_to_start_one(tmp_path):
    done = subprocess.run(
        [REMPART, "drill", "2022", "--data", tmp_path / "nothing"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 7
    assert "rempart demo" in done.stderr
