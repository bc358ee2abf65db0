"""Clients that look persons up through every fault, and remember what they were told."""

import itertools
import random
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.gate.house import Account, House, Person

HOURLY = 12
"""Distinct persons an hour in these tests: small, so that a budget lost in a crash would show."""


@dataclass(frozen=True)
class Told:
    """An answer that a client received."""

    account: int
    person: int
    reference: str
    key: str


@dataclass
class Load:
    """Eight clients on four accounts, each retrying under one idempotency key until it is answered."""

    house: House
    accounts: list[Account]
    people: list[Person]
    told: list[Told] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._client, args=(n,)) for n in range(8)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for_answers(self, more: int, seconds: float = 30) -> None:
        """Until `more` further answers were received: the service works, or works again."""
        target, deadline = len(self.told) + more, time.monotonic() + seconds
        while len(self.told) < target:
            assert time.monotonic() < deadline, dict(self.statuses)
            time.sleep(0.02)

    def _client(self, number: int) -> None:
        account, chance = self.accounts[number % len(self.accounts)], random.Random(number)
        with httpx.Client(timeout=12) as http:
            for turn in itertools.count():
                if self._stop.is_set():
                    return
                self._until_answered(http, account, chance.choice(self.people), f"client-{number}-{turn}")

    def _until_answered(self, http: httpx.Client, account: Account, person: Person, key: str) -> None:
        headers = {"Authorization": f"Bearer {account.token}", "Idempotency-Key": key}
        while not self._stop.is_set():
            with suppress(httpx.HTTPError):
                reply = http.post(self.house.url + "/api/v1/lookups", json=person.ask(), headers=headers)
                self.statuses[reply.status_code] += 1
                if reply.status_code == 200:
                    self.told.append(Told(account.id, person.id, reply.json()["reference"], key))
                if reply.status_code != 503:
                    return
            time.sleep(0.02)


def check(load: Load, owner: Any) -> None:
    """Everything told is in the journal; budgets are exact; a retry counted once."""
    ids = [account.id for account in load.accounts]
    rows = owner.execute(
        "select request, account, person from journal.entry where account = any(%s) and verdict = 'granted'",
        (ids,),
    ).fetchall()
    journal = {request: (account, person) for request, account, person in rows}
    assert len(journal) == len(rows)
    for told in load.told:
        assert journal[told.reference] == (told.account, told.person)
    disclosed = defaultdict(set)
    for account, person in journal.values():
        disclosed[account].add(person)
    counted = dict(
        owner.execute(
            "select id, count(*) from gate.seen where scope = 1 and meter = 0 and id = any(%s) group by id",
            (ids,),
        ).fetchall()
    )
    for account in ids:
        assert len(disclosed[account]) <= HOURLY
        assert counted.get(account, 0) == len(disclosed[account])
    keys = [(told.account, told.key) for told in load.told]
    assert len(keys) == len(set(keys))
    repeats = owner.execute("select count(*) from gate.repeat where account = any(%s)", (ids,)).fetchone()
    assert repeats == (len(journal),)
    assert set(load.statuses) <= {200, 429, 503}
