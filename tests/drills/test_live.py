"""Live attacks: what the bot notes, when it gives up, what each asks; one against a watched demonstration."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from rempart.drills.live import bot, bought_list, crowd, scatter, walk
from rempart.drills.live.bot import Bot, Question
from rempart.drills.tally import Person
from rempart.drills.target import Target, Victim
from rempart.drills.wire import Address
from rempart.vocabulary.references import new_reference
from tests.drills.demonstration import begun, drill

LIVE = {live.LIVE.detector: live.LIVE for live in (walk, bought_list, scatter, crowd)}
PERSONS = [Person(f"1800875101{n:03d}", "1980-08-01") for n in range(1, 200)]
VICTIMS = [Victim(f"compte-{n}", "pharmacist", f"rmp_{n}", None, None) for n in range(8)]
AIM = Target(Path("/nowhere"), Address("127.0.0.1", 1), Address("127.0.0.1", 1), {}, PERSONS)


async def _gate(reader, writer, answered):
    """Grants three questions of each token, then asks for the card; believes one word of presence."""
    while not reader.at_eof():
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            break
        asked = json.loads(
            await reader.readexactly(int(head.lower().split("content-length: ")[1].split()[0]))
        )
        token, present = head.split("Bearer ")[1].split()[0], "proof" in asked
        told = answered.setdefault(token, [])
        granted = told.count((True, False)) < 3 if not present else (True, True) not in told
        told.append((granted, present))
        body = {"reference": new_reference(), "proof": "present" if present else "none"}
        raw = json.dumps(
            body if granted else {"reason": "limit_account" if present else "card_required"}
        ).encode()
        status = "200 OK" if granted else "403 Forbidden"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw)
    writer.close()


def _attacked(questions, accounts, seconds=5.0):
    async def run():
        answered = {}
        server = await asyncio.start_server(lambda r, w: _gate(r, w, answered), "127.0.0.1", 0)
        api = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        course = await Bot(api, pace=500.0, seconds=seconds).run(questions, accounts)
        server.close()
        return course, answered

    return asyncio.run(run())


def test_stopped_it_uses_its_word_up_and_gives_the_account_up():
    questions = [Question(VICTIMS[n % 2], "127.0.0.1", person) for n, person in enumerate(PERSONS)]
    course, answered = _attacked(questions, 2)
    assert set(course.contained) == course.given_up == {"compte-0", "compte-1"}
    assert len(course.tally.exposed) == 2 * (3 + 1)
    assert {len(told) for told in answered.values()} == {7}, "three, then twice asked for the card"
    assert course.tally.refusals == {"card_required": 4, "limit_account": 2}


def test_its_time_ends_it_where_nothing_does(monkeypatch):
    monkeypatch.setattr(bot, "_STOPPED", frozenset())
    course, _ = _attacked([Question(VICTIMS[0], "127.0.0.1", PERSONS[0])] * 10_000, 1, seconds=0.3)
    assert not course.contained
    assert 0.3 <= course.seconds < 3


@pytest.mark.parametrize("live", LIVE.values(), ids=LIVE)
def test_each_asks_with_the_accounts_it_has_and_slower_than_a_limiter_notices(live):
    asked = list(live.questions(AIM, VICTIMS[: live.accounts]))
    assert {question.victim.login for question in asked} == {v.login for v in VICTIMS[: live.accounts]}
    assert live.pace < 1.9
    assert len(asked) >= live.pace * live.seconds / 2


def test_walk_asks_for_the_next_and_scatter_from_elsewhere():
    numbers = [int(question.person.nir[10:]) for question in walk._questions(AIM, VICTIMS[:1])]
    assert numbers[:4] == [1, 2, 3, 4]
    assert len(set(numbers)) == 999
    sources = [question.source for question in scatter._questions(AIM, VICTIMS[:1])]
    assert len(set(sources[:150])) == 150
    assert {question.source for question in crowd._questions(AIM, VICTIMS)} == {"127.0.6.1"}


def test_a_walk_is_seen_and_stopped_on_a_running_demonstration(data):
    deadline = time.monotonic() + 150
    while (waiting := begun(data, "walk", "--seconds", "0.1")).wait() == 7:
        waiting.communicate()
        assert time.monotonic() < deadline, "the detectors never began"
        time.sleep(3)
    waiting.communicate()
    found = drill(data, "walk")
    assert found["detectors"] == ["walk"]
    assert found["accounts_contained"] == 1
    assert found["unjournaled"] == 0
    assert found["restrictions"] == {"step_up by detector": 1}
    assert found["persons_exposed"] <= 10
    assert found["alerts"][0]["state"] == "open"
