"""The desk's first page: calm, watch, act; and its live part."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from rempart.portal.operations import minutes
from rempart.portal.operations.charts import SPANS
from rempart.portal.operations.level import Level, Seen, level
from rempart.vocabulary.words import Profession
from tests.portal.alarms import signal
from tests.portal.pages import part

PLACES = (
    "/exploitation",
    "/exploitation/direct",
    "/exploitation/alertes",
    "/exploitation/detecteurs",
    "/exploitation/chercher",
    "/exploitation/reseaux/192.0.2.7",
)


@pytest.fixture
def operator(visitor):
    return visitor(Profession.OPERATOR).client


@pytest.mark.parametrize("place", PLACES)
def test_each_page_is_the_operators_alone(site, visitor, operator, client, place):
    assert operator.get(place).status_code == 200
    assert visitor().client.get(place).status_code == 403
    assert client.get(place).status_code == 302


@pytest.mark.parametrize("place", PLACES[1:])
def test_an_officer_is_no_operator(site, visitor, place):
    assert visitor(Profession.DPO).client.get(place).status_code == 403


def test_an_officers_desk_is_the_journal(site, visitor):
    page = visitor(Profession.DPO).client.get("/exploitation")
    assert (page.status_code, page["Location"]) == (302, "/exploitation/journal")


def test_the_live_part_is_the_pages_own(site, visitor, operator):
    signal(site.house.owner, visitor().account.pk)
    whole, fragment = operator.get("/exploitation"), operator.get("/exploitation/direct")
    inside = part(whole.content, "desk").split(">", 1)[1].removesuffix("</div>")
    outside = part(b'<div id="desk">' + fragment.content + b"</div>", "desk")
    assert fragment["X-Fragment"] == "desk"
    assert _timeless(inside) == _timeless(outside.split(">", 1)[1].removesuffix("</div>"))


def _timeless(markup: str) -> str:
    return re.sub(r"\d\d:\d\d:\d\d|<b>\d+ s</b>", "", markup)


def test_an_alert_stands_on_the_desk_with_its_sentence(site, visitor, operator):
    person = visitor()
    number = signal(site.house.owner, person.account.pk, weight=5000)
    page = operator.get("/exploitation").content.decode()
    assert "À vous d’agir" in page
    assert f"A-{number}<" in page
    assert "fiche(s) leurre consultée(s)" in page


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (Seen(), Level.CALM),
        (Seen(waiting=1), Level.WATCH),
        (Seen(held=1), Level.WATCH),
        (Seen(closed=1), Level.WATCH),
        (Seen(started=False), Level.WATCH),
        (Seen(lag=11), Level.WATCH),
        (Seen(spent=74, limit=100), Level.CALM),
        (Seen(spent=75, limit=100), Level.WATCH),
        (Seen(urgent=1), Level.ACT),
        (Seen(waiting=5), Level.ACT),
        (Seen(unwatched=True), Level.ACT),
        (Seen(tripped=True), Level.ACT),
        (Seen(answers=False), Level.ACT),
    ],
)
def test_one_look_says_calm_watch_or_act(seen, found):
    told, reasons = level(seen)
    assert told == found
    assert bool(reasons) is (found != Level.CALM)


def test_reasons_to_act_come_first():
    _level, reasons = level(Seen(waiting=2, urgent=1))
    assert reasons[0].startswith("1 alerte grave")
    assert reasons[1].startswith("2 alertes")


def counted(span, **how):
    return sum(slot["granted"] for slot in minutes.slots(SPANS[span], **how))


def test_a_minute_is_counted_once_and_late_entries_of_the_last_ones_still(site, visitor):
    cache.delete("desk:minutes")  # others of this run write entries of long ago
    before = {span: counted(span) for span in SPANS}
    person = visitor()
    for _ in range(2):
        person.client.post("/", site.asked(site.insured["ouverts"]))
    for span, count in before.items():
        slots = minutes.slots(SPANS[span])
        assert sum(slot["granted"] for slot in slots) == count + 2
        assert len(slots) == SPANS[span].slots
        assert slots == sorted(slots, key=lambda slot: slot["at"])


def test_what_was_counted_is_not_asked_again(site, visitor, monkeypatch):
    counted(6)
    asked = []
    monkeypatch.setattr(minutes.desk_store, "by_minute", lambda since: asked.append(since) or [])
    counted(6)
    counted(1)
    assert all(datetime.now(UTC) - since < timedelta(minutes=6) for since in asked)
    assert len(asked) == 2


def test_a_pause_leaves_no_hole(site, visitor, monkeypatch):
    now = datetime.now(UTC)
    counted(1, now=now - timedelta(hours=5))
    asked = []
    monkeypatch.setattr(minutes.desk_store, "by_minute", lambda since: asked.append(since) or [])
    counted(1, now=now)
    assert asked[0] < now - timedelta(hours=5)
