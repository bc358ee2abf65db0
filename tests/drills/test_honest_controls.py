"""Each benign control does what its sentence says."""

import numpy as np
import pytest

from drills.honest_world import world
from rempart.drills.honest import agenda, asks, controls
from rempart.drills.honest.days import one_day

HOUR = 60 * agenda.MINUTE


def _make(name):
    return controls.make(name, world(), world().first)


def _hour(control):
    return (control.asks["at"] - agenda.begins(control.day)) / HOUR


def _usual(control):
    day = one_day(world(), control.day)
    return day[np.isin(day["account"], control.accounts)]


@pytest.mark.parametrize("name", controls.CONTROLS)
def test_a_control_is_a_stream_of_its_accounts_in_order_and_the_same_again(name):
    control = _make(name)
    assert len(control.asks) > 10
    assert control.asks.dtype == asks.ASK
    assert (np.diff(control.asks["at"]) >= 0).all()
    assert set(control.asks["account"]) <= set(control.accounts)
    assert control.says.endswith(".")
    assert control.asks.tobytes() == _make(name).asks.tobytes()
    assert (np.unique(control.asks["account"]) >= 0).all()
    assert (world().cast.organisation[control.asks["account"]] == control.asks["organisation"]).all()


@pytest.mark.parametrize("name", ["school_vaccination_day", "winter_flu_peak"])
def test_among_everybody_it_takes_the_place_of_an_ordinary_day(name):
    control = _make(name)
    day = controls.among(world(), control, control.day)
    ordinary = one_day(world(), control.day)
    mine = np.isin(day["account"], control.accounts)
    assert day[mine].tobytes() == control.asks.tobytes()
    assert day[~mine].tobytes() == ordinary[~np.isin(ordinary["account"], control.accounts)].tobytes()


def test_every_control_of_the_list_is_here():
    assert len(controls.CONTROLS) == 13


def test_pupils_are_born_in_one_commune_in_one_year():
    found = _make("school_vaccination_day").asks
    pupils = world().population.numbers[found["person"][found["person"] >= 0]]
    _, count = np.unique(pupils[["year", "department", "commune"]], return_counts=True)
    assert count.max() > 30
    assert count.max() / count.sum() > 0.9  # a brother or sister comes along now and then
    assert (found["proof"] == asks.NO_PROOF).all()
    assert _hour(_make("school_vaccination_day")).max() < 13


def test_a_ward_asks_about_newborns_and_their_mothers():
    found = _make("maternity_ward").asks
    persons = found["person"][found["person"] >= 0]
    age, sex = world().population.age[persons], world().population.numbers["sex"][persons]
    assert (age == 0).sum() == pytest.approx((age >= 18).sum(), abs=2)
    assert (sex[age >= 18] == 2).mean() > 0.8
    towns = world().population.numbers[["department", "commune"]][persons[age == 0]]
    assert len(np.unique(towns)) == 1


def test_one_pharmacy_serves_strangers_all_night():
    control = _make("night_duty_pharmacy")
    assert _hour(control).min() >= 20
    assert _hour(control).max() < 33
    own = world().panels.relations()
    own = set(own[own[:, 0] == control.asks["organisation"][0], 1])
    assert np.mean([person not in own for person in control.asks["person"]]) > 0.5


def test_a_hospitals_desks_share_one_address():
    control = _make("hospital_behind_one_address")
    assert len(control.accounts) >= 5
    assert len(np.unique(control.asks["network"])) == 1
    assert len(control.asks) > 1.2 * len(_usual(control))


def test_a_locum_is_new_to_device_and_patients():
    control = _make("locums_first_week")
    assert set(control.asks["device"]) == {world().device_count}
    assert world().cast.locum_of[control.accounts[0]] >= 0
    days = np.unique((control.asks["at"] - agenda.begins(control.day)) // (24 * HOUR))
    assert 3 <= len(days) <= 6


def test_without_a_reader_nothing_is_proved():
    control = _make("card_reader_outage")
    assert not (control.asks["proof"] == asks.CARD).any()
    present = control.asks["proof"] == asks.PATIENT_PRESENT
    assert 1 <= np.bincount(control.asks["account"][present]).max() <= 3
    assert (control.asks["present"][present] == asks.PRESENT.index("reader_broken")).all()
    assert len(control.asks) > 0.7 * len(_usual(control))


def test_software_asks_again_and_again_under_one_key():
    control = _make("software_retry_storm")
    stormy = (_hour(control) >= 10) & (_hour(control) < 11)
    _, count = np.unique(control.asks["repeat"][stormy], return_counts=True)
    assert np.median(count) >= 4
    _, calm = np.unique(control.asks["repeat"][_hour(control) < 9.9], return_counts=True)
    assert calm.mean() < 1.1


def test_all_addresses_change_at_eleven():
    control = _make("carrier_address_change")
    before = set(control.asks["network"][_hour(control) < 11])
    after = set(control.asks["network"][_hour(control) >= 11])
    assert max(before) < world().network_count <= min(after)


@pytest.mark.parametrize(("name", "more"), [("winter_flu_peak", 1.7), ("january_card_change", 1.69)])
def test_crowds_are_as_large_as_said(name, more):
    control = _make(name)
    assert len(control.asks) == pytest.approx(more * len(_usual(control)), rel=0.12)


def test_in_january_one_asks_twice_about_the_same_person():
    found = _make("january_card_change").asks
    pairs = found[["account", "person"]][found["person"] >= 0]
    assert 1 - len(np.unique(pairs)) / len(pairs) > 0.2
    _, count = np.unique(found["repeat"][found["repeat"] > 0], return_counts=True)
    assert (count > 1).mean() < 0.01  # asked anew, not retried


def test_residents_are_old_and_known():
    control = _make("nursing_home_round")
    persons = control.asks["person"][control.asks["person"] >= 0]
    known = world().panels.relations()
    known = set(known[known[:, 0] == control.asks["organisation"][0], 1])
    assert len(np.unique(persons)) >= 30
    assert (world().population.age[persons] >= 80).mean() > 0.9  # families
    assert np.mean([person in known for person in persons]) > 0.9
    assert (control.asks["proof"] == asks.NO_PROOF).all()


def test_a_back_office_is_many_shops_on_one_address():
    found = _make("chains_back_office").asks
    assert len(np.unique(found["organisation"])) >= 5
    assert len(np.unique(found["network"])) == 1
    assert len(np.unique(found["device"])) == 3


def test_a_batch_is_evenly_paced_from_six():
    control = _make("hospitals_morning_batch")
    assert 5.99 <= _hour(control).min() < 6.1
    gaps = np.diff(control.asks["at"]) / agenda.SECOND
    assert gaps.mean() == pytest.approx(40, abs=1)
    assert gaps.std() < 2
    assert world().cast.batch[control.accounts].all()
