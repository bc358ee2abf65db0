"""The honest stream: the same from the same seed, in order, in opening hours, at the rates assumed."""

import hashlib
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from drills.honest_world import DAYS, PROFESSIONALS, SEED, stream, world
from rempart.drills.honest import agenda, asks
from rempart.drills.honest import plan as plans
from rempart.drills.honest.assumptions import PROFESSIONS, by_profession, figure
from rempart.drills.honest.days import days, one_day
from rempart.drills.honest.visits import duty_accounts
from rempart.vocabulary.words import Profession

FRANCE = ZoneInfo("Europe/Paris")


def _digest(plan):
    digest = hashlib.sha256()
    for day in days(plan):
        digest.update(day.tobytes())
    return digest.hexdigest()


def _of(profession):
    return world().cast.profession[stream()["account"]] == PROFESSIONS.index(profession)


def _humans():
    return ~world().cast.batch[stream()["account"]]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    one, same, other = (_digest(plans.make(seed, 60, 3)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_day_does_not_depend_on_the_days_before_it():
    third = next(islice(days(world()), 2, None))
    assert third.tobytes() == one_day(world(), world().day(2)).tobytes()


def test_look_ups_come_in_order_of_time_each_in_its_day():
    assert (np.diff(stream()["at"]) >= 0).all()
    for number, day in enumerate(days(world())):
        begins = datetime.combine(world().day(number), datetime.min.time(), FRANCE).astimezone(UTC)
        after = (day["at"] / 1e6) - begins.timestamp()
        assert after.min() >= 0
        assert after.max() < 25 * 3600


@pytest.mark.parametrize("change", [date(2027, 3, 28), date(2027, 10, 31)])
def test_days_do_not_overlap_when_clocks_change(change):
    plan = plans.make(1, 100, 3, change - timedelta(days=1))
    joined = np.concatenate(list(days(plan)))
    assert (np.diff(joined["at"]) >= 0).all()
    nine = datetime(change.year, change.month, change.day, 9, tzinfo=FRANCE).timestamp()
    assert agenda.begins(change) + 9 * 60 * agenda.MINUTE == nine * agenda.SECOND


def test_people_work_in_their_opening_hours():
    cast = world().cast
    for number, day in enumerate(days(world())):
        on = world().day(number)
        duty = np.concatenate([duty_accounts(world(), on), duty_accounts(world(), on - timedelta(days=1))])
        usual = day[~np.isin(day["account"], duty) & ~cast.batch[day["account"]]]
        minute = (usual["at"] - agenda.begins(on)) / agenda.MINUTE
        works = cast.works[usual["account"], on.weekday()]
        assert (works[:, 0] >= 0).all()
        assert (minute >= works[:, 0]).all()
        late = minute > works.max(axis=1)
        assert late.mean() < 0.02
        assert (minute[late] < works.max(axis=1)[late] + 45).all()


def test_lunch_is_quiet_where_it_is_closed():
    at = stream()["at"][_of(Profession.DENTIST)]
    hours = ((at // agenda.SECOND + 3600) // 3600) % 24
    counts = np.bincount(hours, minlength=24)
    assert counts[13] < counts[10] / 2


def test_only_emergencies_and_duty_work_on_sundays_and_holidays():
    plan = plans.make(1, 200, 1, date(2027, 5, 1))
    sunday = one_day(world(), date(2027, 1, 17))
    for of, day, on in ((world(), sunday, date(2027, 1, 17)), (plan, next(days(plan)), date(2027, 5, 1))):
        duty = np.concatenate([duty_accounts(of, on), duty_accounts(of, on - timedelta(days=1))])
        assert set(day["account"]) <= set(duty) | set(np.flatnonzero(of.cast.emergency))


def test_french_holidays():
    assert len(agenda.holidays(2027)) == 11
    assert {date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)} <= agenda.holidays(2027)


def test_pharmacies_take_turns_at_night():
    plan = world()
    nights = [set(duty_accounts(plan, plan.first + timedelta(days=day))) for day in range(40)]
    cast = plan.cast
    pharmacies = cast.organisations.profession == PROFESSIONS.index(Profession.PHARMACIST)
    per_pharmacy = np.zeros(cast.organisations.size)
    for night in nights:
        for account in night:
            per_pharmacy[cast.organisation[account]] += 1
    assert (per_pharmacy[pharmacies] == 40 / figure("night_duty", "nights_between")).all()
    late = ((stream()["at"] // agenda.SECOND + 3600) // 3600) % 24
    night_accounts = set(stream()["account"][(late >= 21) | (late < 5)])
    assert night_accounts <= set().union(*nights) | set(duty_accounts(plan, plan.first - timedelta(days=1)))


@pytest.mark.parametrize("profession", [Profession.PHARMACIST, Profession.DOCTOR, Profession.NURSE])
def test_cards_are_read_as_often_as_assumed(profession):
    mine = stream()[_of(profession)]
    place = PROFESSIONS.index(profession)
    expected = by_profession("card")[place] * (1 - by_profession("remote")[place])
    assert (mine["proof"] == asks.CARD).mean() == pytest.approx(expected, abs=0.025)


def test_patients_are_declared_present_rarely_and_with_a_reason():
    present = stream()["proof"] == asks.PATIENT_PRESENT
    assert 0.003 < present.mean() < 0.02
    assert ((stream()["present"] >= 0) == present).all()


def test_volume_is_what_was_assumed():
    working = {day: agenda.demand(world().day(day)) for day in range(5)}
    expected = sum(
        (world().cast.pace * demand[world().cast.profession])[world().at_work(world().day(day))].sum()
        for day, demand in working.items()
    )
    week = stream()["at"] < agenda.begins(world().day(5))
    questions = _humans() & week
    assert questions.sum() == pytest.approx(expected, rel=0.10)


def test_software_retries_under_the_same_key_seconds_later():
    api = stream()[stream()["channel"] == asks.CHANNELS.index("api")]
    assert (api["repeat"] > 0).all()
    keys, count = np.unique(api["repeat"], return_counts=True)
    again = np.isin(api["repeat"], keys[count > 1])
    assert (count > 1).sum() / len(keys) == pytest.approx(figure("slips", "retry"), rel=0.4)
    group = api[again][np.argsort(api[again]["repeat"], kind="stable")]
    same = group["repeat"][1:] == group["repeat"][:-1]
    for column in ("account", "person", "miss", "proof", "organisation", "device", "prefix_commune"):
        assert (group[column][1:][same] == group[column][:-1][same]).all()
    gap = np.diff(group["at"])[same]
    assert gap.min() >= 2 * agenda.SECOND
    assert gap.max() <= 9 * agenda.SECOND
    assert (stream()["repeat"][stream()["channel"] == 0] == 0).all()


def test_nobody_types_faster_than_hands_allow():
    people = stream()[_humans()]
    _, first = np.unique(np.where(people["repeat"] > 0, people["repeat"], -people["at"]), return_index=True)
    typed = people[np.sort(first)]
    typed = typed[np.argsort(typed["account"], kind="stable")]
    gap = np.diff(typed["at"])[typed["account"][1:] == typed["account"][:-1]]
    assert gap.min() >= figure("pace", "least") * agenda.SECOND


def test_a_miss_by_typing_is_followed_by_the_right_number():
    people = stream()[_humans()]
    people = people[np.argsort(people["account"], kind="stable")]
    wrong = np.flatnonzero((people["person"][:-1] < 0) & (people["proof"][:-1] != asks.CARD))
    corrected = (people["account"][wrong + 1] == people["account"][wrong]) & (
        people["birth_month"][wrong + 1] == people["birth_month"][wrong]
    )
    assert corrected.mean() > 0.6
    assert (people["miss"] < 0).all()


def test_patients_come_back_every_four_weeks_and_live_nearby():
    plan = world()
    mine = stream()[_of(Profession.PHARMACIST) & (stream()["person"] >= 0)]
    assert plan.population.chronic[mine["person"]].mean() > 0.5 > plan.population.chronic.mean()
    near = plan.population.home[mine["person"]] == plan.cast.department[mine["account"]]
    assert near.mean() > 0.9


def test_most_unproven_questions_are_about_known_patients():
    relations = world().panels.relations()
    known = set(map(tuple, relations.tolist()))
    mine = stream()[_of(Profession.PHARMACIST) & (stream()["proof"] == 0) & (stream()["person"] >= 0)]
    pairs = zip(mine["organisation"].tolist(), mine["person"].tolist(), strict=True)
    assert 0.7 < np.mean([pair in known for pair in pairs]) < 0.95


def test_families_are_asked_about_together_and_their_numbers_are_no_neighbours():
    people = stream()[(stream()["person"] >= 0) & _humans()]
    people = people[np.argsort(people["account"], kind="stable")]
    household = world().population.household[people["person"]]
    together = (
        (household[1:] == household[:-1])
        & (people["person"][1:] != people["person"][:-1])
        & (people["account"][1:] == people["account"][:-1])
    )
    assert 0.02 < together.mean() < 0.1
    neighbours = (people["prefix_commune"][1:] == people["prefix_commune"][:-1])[together]
    assert neighbours.mean() < 0.1  # twins


def test_holidays_take_people_away_and_locums_take_their_place():
    plan = plans.make(3, 400, 1, date(2027, 8, 2))
    cast, on = plan.cast, date(2027, 8, 3)
    working = plan.at_work(on)
    usual = cast.works[:, on.weekday(), 0] >= 0
    locum = cast.locum_of >= 0
    assert 0.2 < 1 - working[usual & ~locum].mean() < 0.4
    assert not (working[locum] & working[cast.locum_of[locum]]).any()
    assert working[locum].any()


def test_somebody_works_in_two_places_on_one_device():
    cast = world().cast
    shared = np.flatnonzero(np.bincount(cast.device, minlength=cast.size) > 1)
    assert len(shared) == round(figure("staff", "second_place") * PROFESSIONALS)
    for device in shared:
        one, two = np.flatnonzero(cast.device == device)
        assert cast.organisation[one] != cast.organisation[two]
        assert not ((cast.works[one, :, 0] >= 0) & (cast.works[two, :, 0] >= 0)).any()


def test_carriers_change_addresses_and_accounts_get_devices_now_and_then():
    plan = world()
    changed = (np.diff(plan.addresses, axis=0) != 0).mean()
    assert changed == pytest.approx(figure("connection", "address_change"), rel=0.6)
    assert stream()["network"].max() < plan.network_count
    assert stream()["device"].max() < plan.device_count
    assert plan.addresses[0].max() < plan.cast.network_count


def test_numbers_are_everybodys_own():
    population = world().population
    assert (population.bearers(population.numbers) == np.arange(population.size)).all()
    month, commune = asks.prefixes(population.numbers)
    assert len(np.unique(month)) < len(np.unique(commune)) < population.size
    assert (month >= 0).all()


def test_a_month_of_two_thousand_is_fast_and_small():
    began = time.process_time()
    plan = plans.make(SEED, 2000, 30)
    tracemalloc.start()
    count = sum(len(day) for day in islice(days(plan), 3))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 3 * 40_000
    assert peak < 60 * 1024 * 1024
    assert time.process_time() - began < 12  # three days of thirty, and the plan


def test_days_are_as_many_as_planned():
    assert len(list(days(plans.make(1, 30, DAYS)))) == DAYS
