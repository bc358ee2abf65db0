"""The replays against a real gate: it stops them, not they themselves; they catch one that does not."""

import asyncio
import json
from collections import Counter

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.drills import race as races
from rempart.drills import replay_2022
from rempart.drills.clock import Clock
from rempart.drills.judge import Before, judge, missing
from rempart.drills.ledger import DeafBotError, Ledger
from rempart.drills.stand_in import StandIn
from rempart.drills.tally import Person
from rempart.drills.target import Victim
from rempart.drills.wire import Address
from rempart.vocabulary.references import new_reference

A_MINUTE, OVERDRAFT, AN_HOUR = 10, 1, 30 + 3


def _victim(account):
    return Victim(account.login, "pharmacist", account.token, None, None)


def _person(made):
    return Person(made.nir, made.birth_date)


@pytest.fixture(scope="module")
def people(arena):
    made = [_person(arena.person()) for _ in range(races.PARALLEL)]
    assert len(set(made)) == races.PARALLEL
    return made


@pytest.fixture
def book(arena):
    with psycopg.connect(dsn("auditor", arena.data_dir), autocommit=True) as connection:
        yield Ledger(connection)


def _attacked(arena, book, victims, people, seconds):
    before = Before.of(book, victims)
    api = Address.of(arena.url)
    clock = Clock(seconds)
    tally = asyncio.run(replay_2022.replay(api, victims, people, clock))
    found = judge(book, before, tally, drill="2022", victims=victims, history=510_000, seconds=clock.now())
    return found, before


def test_hijacked_accounts_get_their_minute_and_their_overdraft_and_go_on_in_vain(arena, book, people):
    victims = [_victim(arena.account()) for _ in range(2)]
    found, _ = _attacked(arena, book, victims, people, 2.0)
    report = found.report()
    assert report["persons_exposed"] == 2 * (A_MINUTE + OVERDRAFT)
    assert report["bound"] == 2 * AN_HOUR
    assert report["unjournaled"] == 0
    assert found.tally.refusals["limit_account"] > 0
    assert report["lookups"] > report["persons_exposed"]


def test_a_replay_repeated_says_that_its_budgets_were_spent(arena, book, people):
    victims = [_victim(arena.account())]
    first, _ = _attacked(arena, book, victims, people, 0.7)
    again, before = _attacked(arena, book, victims, people, 0.7)
    assert first.seen_before == 0
    assert before.seen == again.seen_before == A_MINUTE + OVERDRAFT
    assert again.tally.exposed <= first.tally.exposed


def test_an_answer_that_the_journal_lacks_or_gives_to_another_is_counted(arena, book, people):
    one, other = _victim(arena.account()), _victim(arena.account())
    found, _ = _attacked(arena, book, [one], people, 0.5)
    references = dict(found.tally.references)
    numbers = book.accounts([one.login, other.login])
    entries = book.entries([*references, new_reference()])
    assert missing(references, entries, numbers) == 0
    assert missing(references | {new_reference(): one.login}, entries, numbers) == 1
    assert missing(dict.fromkeys(references, other.login), entries, numbers) == len(references)


def test_a_bot_that_misses_answers_is_no_proof(arena, book, people):
    victims = [_victim(arena.account())]
    found, before = _attacked(arena, book, victims, people, 0.5)
    received = len(found.tally.references)
    book.require_heard([victims[0].login], before.at, received, 0)
    with pytest.raises(DeafBotError):
        book.require_heard([victims[0].login], before.at, received - 1, 0)


# ------------------------------------------------------------------------------------------ the race


def test_64_at_once_get_exactly_the_budget_round_after_round(arena, book, people):
    racers = [arena.account(terminal=True) for _ in range(3)]
    by_login = {racer.login: racer for racer in racers}
    asked = {(person.nir, person.birth_date): person for person in people}

    class Asked:
        def __init__(self, person):
            self.nir, self.birth_date = person.nir, person.birth_date

    def sign(login, person):
        return arena.card(by_login[login], Asked(asked[person.nir, person.birth_date]))

    victims = [_victim(racer) for racer in racers]
    outcome = asyncio.run(races.race(Address.of(arena.url), victims, people, sign, rounds=3))
    assert outcome.disclosed == [A_MINUTE] * 3
    assert outcome.report(A_MINUTE) == {
        "drill": "race",
        "rounds": 3,
        "budget": A_MINUTE,
        "disclosed_max": A_MINUTE,
        "exceeded": 0,
    }
    numbers = book.accounts(by_login)
    assert missing(outcome.references, book.entries(outcome.references), numbers) == 0


async def _careless(reader, writer, spent):
    """A gate that looks at the count, thinks, and then adds to it."""
    while not reader.at_eof():
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            break
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        free = spent["n"] < A_MINUTE
        await asyncio.sleep(0.01)
        spent["n"] += free
        status = "200 OK" if free else "429 Too Many Requests"
        body = {"reference": new_reference()} if free else {"reason": "limit_account"}
        raw = json.dumps(body).encode()
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw)
    writer.close()


def test_the_race_finds_a_gate_that_checks_before_it_counts(people):
    async def run():
        spent = Counter(n=0)
        server = await asyncio.start_server(lambda r, w: _careless(r, w, spent), "127.0.0.1", 0)
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        victim = Victim("careless", "pharmacist", "rmp_x", None, None)
        outcome = await races.race(address, [victim], people, lambda *_: {}, rounds=1)
        server.close()
        return outcome.report(A_MINUTE)

    report = asyncio.run(run())
    assert report["disclosed_max"] > A_MINUTE
    assert report["exceeded"] == 1


def test_a_race_in_which_nothing_was_disclosed_is_no_proof(arena, people):
    account = arena.account(terminal=True)
    wrong = {
        "kind": "card",
        "terminal": 1,
        "at": "2020-01-01T00:00:00Z",
        "nonce": "A" * 22,
        "signature": "A" * 86,
    }
    with pytest.raises(races.RaceFault):
        asyncio.run(
            races.race(Address.of(arena.url), [_victim(account)], people, lambda *_: dict(wrong), rounds=1)
        )


# --------------------------------------------------------------------------------------- the stand-in


def test_the_same_bot_is_let_through_by_a_limiter_when_it_keeps_its_pace(people):
    """In process: the stand-in answers whoever is on the list, for as long as the pace is kept."""

    async def ask(stand_in, address):
        body = json.dumps(people[0].asked()).encode()
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "path": "/api/v1/lookups",
            "headers": [],
            "client": (address, 1),
            "server": ("127.0.0.1", 80),
        }
        await stand_in(scope, receive, send)
        return sent[0]["status"]

    async def hurried():
        stand_in = StandIn([{"nir": people[0].nir, "birth_date": people[0].birth_date}])
        return [await ask(stand_in, "127.0.0.5") for _ in range(60)]

    statuses = Counter(asyncio.run(hurried()))
    assert statuses[200] == 40
    assert statuses[403] == 20
