"""Persons for the answer's tests: every sealed field may carry a canary that no answer may hold."""

from datetime import date

from hypothesis import strategies as st

from rempart.gate.rules.answer import answer
from rempart.tariffs.rules.guarantees import UNITS, Guarantee, Unit
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.words import ActFamily, Category, Profession, Purpose

TODAY = date(2026, 11, 23)
RPPS = "10003461033"
ALL = Category.CIVIL_STATUS | Category.NIR | Category.RIGHTS | Category.CONTRACT

OPEN = Rights(state="open", open_from="2010-01-01", open_to="2027-06-30", scheme="01", fund="751")
CONTRACT = Contract(
    "00099901",
    "MUTUELLE",
    "0012",
    convention="TP",
    routing="R1",
    valid_from="2026-01-01",
    valid_to="2026-12-31",
    guarantees={"consultation": 100, "medicines_65": 100},
)
CIVIL = CivilStatus("MARTIN", "ALIX", "1980-05-06", "2")


def ask(rights=OPEN, contract=CONTRACT, civil=CIVIL, **question):
    asked = {
        "profession": Profession.DOCTOR,
        "purpose": Purpose.RIGHTS,
        "act_family": ActFamily.CONSULTATION,
        "account_rpps": RPPS,
        "on": TODAY,
        "categories": ALL,
    }
    return answer(rights, contract, civil, **asked | question)


dates = st.one_of(
    st.none(),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(date.isoformat),
    st.sampled_from(["2026-11-22", "2026-11-23", "2026-11-24", "2026-00-00", "?"]),
)
birth_dates = st.one_of(
    st.dates(date(1900, 1, 1), date(2026, 11, 23)).map(date.isoformat),
    st.builds("{}-{:02d}-{:02d}".format, st.integers(1900, 2026), st.integers(0, 99), st.integers(0, 99)),
)


def amounts_of(code):
    return st.integers(0, 600) if UNITS[code] is Unit.PERCENT else st.integers(0, 150_000)


def nirs(canary):
    """13 characters that no sum, date or label can hold by chance."""
    return st.integers(0, 99).map(lambda n: f"1{canary}99999{n:03d}")


rights = st.builds(
    Rights,
    state=st.sampled_from(["open", "open", "open", "closed", "unknown", "odd"]),
    open_from=dates,
    open_to=dates,
    scheme=st.just("01"),
    fund=st.just("751"),
    alsace_moselle=st.booleans(),
    ald_from=dates,
    ald_to=dates,
    c2s=st.sampled_from([None, "with", "without"]),
    c2s_to=dates,
    ame_to=dates,
    declared_doctor=st.sampled_from([None, RPPS, "10199999999"]),
    quality=st.just("QUALITYCANARY"),
)
contracts = st.builds(
    Contract,
    amc_number=st.just("00777701"),
    insurer_name=st.just("INSURERCANARY"),
    member_number=st.just("MEMBERCANARY"),
    convention=st.sampled_from(["", "TP"]),
    routing=st.sampled_from(["", "R1"]),
    valid_from=dates,
    valid_to=dates,
    third_party=st.booleans(),
    responsible=st.booleans(),
    guarantees=st.fixed_dictionaries({}, optional={str(code): amounts_of(code) for code in Guarantee}),
    last_optics=dates,
)
civils = st.builds(
    CivilStatus,
    st.just("FAMILYCANARY"),
    st.just("GIVENCANARY"),
    birth_dates,
    st.sampled_from("12U"),
    st.just(7),
)
numbers = st.builds(Numbers, nirs("8601"), st.none() | nirs("8602"), st.none() | nirs("8603"))
questions = st.fixed_dictionaries(
    {
        "profession": st.sampled_from(list(Profession)),
        "purpose": st.sampled_from(list(Purpose)),
        "act_family": st.sampled_from(list(ActFamily)),
        "account_rpps": st.sampled_from([None, RPPS]),
        "on": st.just(TODAY),
        "categories": st.integers(0, 15).map(Category),
        "numbers": st.none() | numbers,
    }
)
