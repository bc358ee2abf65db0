"""The made-up population is reproducible, valid, and has everything the service must cope with."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from rempart.registry import population
from rempart.registry.rules.records import PersonRecord
from rempart.registry.synthetic import tables
from rempart.tariffs.rules.guarantees import USUAL, Guarantee
from rempart.vocabulary.amc import parse_amc
from rempart.vocabulary.births import parse_birth_date
from rempart.vocabulary.nir import parse

ON = date(2026, 11, 23)
DOCTORS = ["10000000027", "10000000035"]


@pytest.fixture(scope="module")
def persons():
    return list(population.generate(20_000, 7, on=ON, doctors=DOCTORS))


def test_the_same_seed_gives_the_same_persons(persons):
    assert list(population.generate(500, 7, on=ON, doctors=DOCTORS)) == persons[:500]
    assert list(population.generate(500, 8, on=ON, doctors=DOCTORS)) != persons[:500]


def test_another_day_changes_rights_but_nobody(persons):
    later = list(population.generate(500, 7, on=date(2027, 3, 1)))
    assert [(p.civil, p.numbers) for p in later] == [(p.civil, p.numbers) for p in persons[:500]]
    assert [p.contract for p in later] != [p.contract for p in persons[:500]]


def test_every_number_is_a_valid_nir_given_once(persons):
    for person in persons:
        for nir in (person.numbers.payment_nir, person.numbers.own_nir, person.numbers.other_payment_nir):
            assert nir is None or parse(nir + parse(nir).key).number == nir
        assert parse_birth_date(person.civil.birth_date) == person.civil.birth_date
    own = Counter(p.numbers.own_nir or p.numbers.payment_nir for p in persons if p.policyholder is None)
    assert max(own.values()) == 1


def test_numbers_agree_with_birth_and_sex(persons):
    for person in persons:
        nir = person.numbers.own_nir or (person.numbers.payment_nir if person.policyholder is None else None)
        if nir is None:
            continue
        assert nir[1:3] == person.civil.birth_date[2:4]
        assert int(nir[0]) in {int(person.civil.sex), int(person.civil.sex) + 6}
        if int(nir[3:5]) <= 12:
            assert nir[3:5] == person.civil.birth_date[5:7]


def test_no_two_persons_share_number_date_and_rank(persons):
    keys = Counter(
        (p.insurer, p.numbers.payment_nir, p.civil.birth_date, p.civil.birth_rank) for p in persons
    )
    assert max(keys.values()) == 1


def test_policyholders_come_before_those_they_cover(persons):
    seen = set()
    for person in persons:
        if person.policyholder is None:
            seen.add(
                (person.insurer, person.numbers.payment_nir, person.civil.birth_date, person.civil.birth_rank)
            )
        else:
            assert (person.insurer, person.numbers.payment_nir, *person.policyholder) in seen


def test_twins_follow_each_other_with_their_ranks(persons):
    twins = [
        (one, other)
        for one, other in pairwise(persons)
        if one.rights.quality == other.rights.quality == "child"
        and one.civil.birth_date == other.civil.birth_date
        and one.numbers.payment_nir == other.numbers.payment_nir
    ]
    assert len(twins) > 20
    assert all((one.civil.birth_rank, other.civil.birth_rank) == (1, 2) for one, other in twins)


@pytest.mark.parametrize(
    ("what", "share", "is_so"),
    [
        ("Corsica", (0.0005, 0.02), lambda p: parse(p.numbers.payment_nir).department in {"2A", "2B"}),
        ("overseas", (0.01, 0.08), lambda p: parse(p.numbers.payment_nir).department.startswith("97")),
        ("abroad", (0.05, 0.2), lambda p: parse(p.numbers.payment_nir).department == "99"),
        ("temporary", (0.001, 0.02), lambda p: p.numbers.payment_nir[0] in "78"),
        ("incomplete date", (0.0005, 0.02), lambda p: p.civil.birth_date.endswith("-00")),
        ("lunar date", (0.0003, 0.02), lambda p: int(p.civil.birth_date[5:7]) > 12),
        ("spouse", (0.02, 0.1), lambda p: p.rights.quality == "spouse"),
        ("child", (0.15, 0.3), lambda p: p.rights.quality == "child"),
        ("other parent's number", (0.03, 0.2), lambda p: p.numbers.other_payment_nir is not None),
        ("rank", (0.005, 0.03), lambda p: p.civil.birth_rank > 1),
        ("closed", (0.005, 0.03), lambda p: p.rights.state == "closed"),
        ("unknown", (0.005, 0.03), lambda p: p.rights.state == "unknown"),
        ("long illness", (0.08, 0.22), lambda p: p.rights.ald_from is not None),
        ("C2S without", (0.05, 0.12), lambda p: p.rights.c2s == "without"),
        ("C2S with", (0.005, 0.04), lambda p: p.rights.c2s == "with"),
        ("AME", (0.001, 0.02), lambda p: p.rights.ame_to is not None),
        ("Alsace-Moselle", (0.02, 0.08), lambda p: p.rights.alsace_moselle),
        ("not general scheme", (0.05, 0.25), lambda p: p.rights.scheme != "01"),
        ("declared doctor", (0.6, 0.95), lambda p: p.rights.declared_doctor in DOCTORS),
        ("no contract", (0.08, 0.25), lambda p: p.contract is None),
        ("expired", (0.02, 0.1), lambda p: p.contract and (p.contract.valid_to or "9") < ON.isoformat()),
        ("not responsible", (0.01, 0.1), lambda p: p.contract and not p.contract.responsible),
        ("no third party", (0.01, 0.12), lambda p: p.contract and not p.contract.third_party),
    ],
)
def test_the_population_has(persons, what, share, is_so):
    found = sum(bool(is_so(person)) for person in persons) / len(persons)
    assert share[0] < found < share[1], f"{what}: {found:.4f}"


def test_names_follow_their_decade(persons):
    def share(name, born):
        names = [p.civil.given_names.split(" ")[0] for p in persons if p.civil.birth_date[:3] == born]
        return names.count(name) / len(names)

    assert share("Kévin", "199") > 0.01 > share("Kévin", "195")
    assert share("Monique", "194") > 0.01 > share("Monique", "200")


def test_rights_do_not_begin_before_birth(persons):
    for person in persons:
        for start in (person.rights.open_from, person.rights.ald_from):
            assert start is None or start >= person.civil.birth_date


def test_insurers_are_many_and_sell_what_tariffs_know():
    rows = tables.insurers().items
    assert len({row.amc_number for row in rows}) == len(rows) >= 8
    for row in rows:
        assert parse_amc(row.amc_number) == row.amc_number
        for plan in row.plans.items:
            for code, amount in plan.guarantees:
                assert not plan.responsible or amount in USUAL[Guarantee(code)], (row.name, code)


def test_everyone_s_insurer_is_among_those_to_create(persons):
    assert {p.insurer for p in persons} <= {insurer.amc_number for insurer in population.insurers()}


def test_a_record_survives_staging(persons):
    for person in persons[:200]:
        assert PersonRecord.from_bytes(person.to_bytes()) == person


def test_a_record_does_not_print_the_person(persons):
    assert persons[0].civil.family_name not in repr(persons[0])
