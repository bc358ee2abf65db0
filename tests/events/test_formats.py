"""Each form of an event, held against models that others wrote, and frozen in a golden file."""

import json
import os
import re
from pathlib import Path

import orjson
import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from ocsf.v1_7_0 import events as models

from events.samples import PLACE, SAMPLES
from rempart.events import audit_event, lines, ocsf, syslog
from rempart.events.forms import NAMES, as_line, as_message
from rempart.events.kinds import KINDS, Class, kind_of

GOLDEN = Path(__file__).with_name("golden.json")
MODELS = {
    Class.DETECTION: models.DetectionFinding,
    Class.ACCOUNT: models.AccountChange,
    Class.AUTHENTICATION: models.Authentication,
    Class.API: models.ApiActivity,
    Class.DATASTORE: models.DatastoreActivity,
}
EVERY = pytest.mark.parametrize("name", SAMPLES)


def _strangers(given, read, path=""):
    """Attributes that a model does not know: pydantic keeps them aside instead of refusing them."""
    found = []
    for name, value in (getattr(read, "__pydantic_extra__", None) or {}).items():
        found.append(f"{path}.{name}={value}")
    for name in type(read).model_fields:
        inner = getattr(read, name)
        for one in inner if isinstance(inner, list) else [inner]:
            if hasattr(type(one), "model_fields"):
                found += _strangers(given, one, f"{path}.{name}")
    return found


@EVERY
def test_an_event_is_what_ocsf_says_and_nothing_more(name):
    made = json.loads(orjson.dumps(ocsf.event(SAMPLES[name], PLACE)))
    read = MODELS[made["class_uid"]].model_validate(made)
    unknown = [one for one in _strangers(made, read) if not one.startswith(".unmapped")]
    assert unknown == []
    assert made["type_uid"] == made["class_uid"] * 100 + made["activity_id"]
    assert made["metadata"]["uid"] == SAMPLES[name].id


@pytest.mark.parametrize("beginning", KINDS)
def test_each_kind_has_an_activity_that_its_class_knows(beginning):
    kind = KINDS[beginning]
    made = {"class_uid": int(kind.of), "activity_id": kind.activity}
    known = {int(one) for one in MODELS[kind.of].ActivityId}
    assert made["activity_id"] in known


@EVERY
def test_an_audit_event_is_valid_fhir(name):
    made = orjson.dumps(audit_event.audit_event(SAMPLES[name], PLACE))
    read = AuditEvent.model_validate_json(made)
    assert read.meta.tag[0].code == SAMPLES[name].id


def test_an_answered_look_up_keeps_the_profile_that_it_claims():
    """IHE BALP, PatientRead: what the profile demands, slice by slice."""
    made = audit_event.audit_event(SAMPLES["granted"], PLACE)
    assert made["meta"]["profile"] == [audit_event.PATIENT_READ]
    assert (made["type"]["code"], made["action"], made["outcome"]) == ("rest", "R", "0")
    assert made["subtype"][0]["code"] == "read"
    agents = {one["type"]["coding"][0]["code"]: one for one in made["agent"]}
    assert set(agents) == {"110152", "110153", "IRCP"}
    for role in ("110152", "110153"):
        assert agents[role]["who"]["identifier"]["value"]
        assert agents[role]["network"]["address"]
    assert agents["IRCP"]["requestor"] is True
    assert "network" not in agents["IRCP"]
    kinds = [(one["type"]["code"], one.get("role", {}).get("code")) for one in made["entity"]]
    assert kinds == [("XrequestId", None), ("2", "4"), ("1", "1")]
    assert made["entity"][2]["what"] == {
        "type": "Patient",
        "identifier": {"system": f"{PLACE}/person", "value": "4611686018427387904"},
    }


def test_a_refusal_claims_no_profile_and_a_miss_names_no_patient():
    made = audit_event.audit_event(SAMPLES["refused"], PLACE)
    assert "profile" not in made["meta"]
    assert made["outcome"] == "4"
    assert "limit_account" in made["outcomeDesc"]
    assert "-99" not in json.dumps(made)


_MESSAGE = re.compile(
    rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128})"
    rb' ([!-~]{1,32}) (\[[!-<>-Z\\^-~]{1,32}(?: [!-<>-Z\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])'
    rb" \xef\xbb\xbf(.*)",
    re.DOTALL,
)
"""RFC 5424, section 6, as a pattern."""


@EVERY
@pytest.mark.parametrize("form", ["syslog", "ocsf", "fhir"])
def test_a_message_is_what_rfc_5424_says(name, form):
    made = as_message(SAMPLES[name], form, PLACE)
    found = _MESSAGE.fullmatch(made)
    assert found, made
    assert int(found[1]) // 8 == 13
    assert found[3] == b"rempart.example"
    assert f'id="{SAMPLES[name].id}"'.encode() in found[7]
    if form != "syslog":
        assert isinstance(json.loads(found[8]), dict)


def test_a_frame_counts_octets_and_not_characters():
    assert syslog.framed("é".encode()) == "2 é".encode()


@EVERY
def test_formats_stay_as_they_were_published(name):
    """`REWRITE=1` writes the file anew, for a format that is meant to change: receivers must be told."""
    forms = {form: as_line(SAMPLES[name], form, PLACE).decode() for form in NAMES}
    kept = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    made = {form: text if form == "syslog" else json.loads(text) for form, text in forms.items()}
    if os.environ.get("REWRITE"):
        GOLDEN.write_text(
            json.dumps(kept | {name: made}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        )
        return
    assert made == kept[name]


def test_a_tag_is_known_by_its_longest_beginning():
    assert kind_of("gate:lookup:refusals") is KINDS["gate:lookup:refusals"]
    assert kind_of("access:session:stepped_up") is KINDS["access:session:"]
    assert kind_of("something:new:done") is KINDS[""]


def test_json_tells_only_what_it_may():
    made = lines.line(SAMPLES["granted"], PLACE)
    assert not {"department", "birth_month", "prefix_month", "prefix_commune", "software"} & set(made)
