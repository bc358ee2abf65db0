"""The published schema is exactly what answers are: they fit it, and nothing wider does."""

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.answer_people import ask, civils, contracts, questions, rights
from rempart.gate.rules.answer_examples import example_for
from rempart.gate.rules.answer_schema import ANSWER_SCHEMA, schema_for
from rempart.vocabulary.words import Profession, Purpose

EVERY_PAIR = [(profession, purpose) for profession in Profession for purpose in Purpose]


def validator(schema):
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


WHOLE = validator(ANSWER_SCHEMA)
EXACT = {pair: validator(schema_for(*pair)) for pair in EVERY_PAIR}


def test_the_schema_is_itself_valid():
    jsonschema_rs.meta.validate(ANSWER_SCHEMA)


def test_the_schema_stands_alone_and_is_json():
    assert "$ref" not in json.dumps(ANSWER_SCHEMA)


@given(rights, st.none() | contracts, st.none() | civils, questions)
@settings(max_examples=200, deadline=None)
def test_every_answer_fits_the_one_shape_of_its_profession_and_purpose(held, contract, civil, question):
    sent = json.loads(json.dumps(ask(held, contract, civil, **question)))
    EXACT[question["profession"], question["purpose"]].validate(sent)
    WHOLE.validate(sent)


@pytest.mark.parametrize(("profession", "purpose"), EVERY_PAIR)
def test_every_worked_example_fits(profession, purpose):
    WHOLE.validate(json.loads(json.dumps(example_for(profession, purpose))))


@pytest.mark.parametrize("shape", ANSWER_SCHEMA["oneOf"], ids=lambda shape: shape["title"])
def test_each_shape_carries_an_example_that_fits_it_alone(shape):
    [example] = json.loads(json.dumps(shape["examples"]))
    fitting = [other["title"] for other in ANSWER_SCHEMA["oneOf"] if validator(other).is_valid(example)]
    assert fitting == [shape["title"]]


@pytest.mark.parametrize(("profession", "purpose"), EVERY_PAIR)
@pytest.mark.parametrize("extra", ["family_name", "nir", "address", "guarantees", "declared_doctor_rpps"])
def test_a_wider_answer_does_not_fit(profession, purpose, extra):
    wider = json.loads(json.dumps(example_for(profession, purpose))) | {extra: "x"}
    assert not WHOLE.is_valid(wider)


def test_sums_are_text_with_two_decimals():
    answered = json.loads(json.dumps(example_for(Profession.DOCTOR, Purpose.RIGHTS)))
    for wrong in (21, "21", "21.0", "21,00", "-1.00"):
        answered["example"]["amo"] = wrong
        assert not WHOLE.is_valid(answered)
