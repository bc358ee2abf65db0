"""Mixed load while gate, sealer and PostgreSQL are killed: table, segments and the clients' record agree."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import psycopg
import pyarrow.parquet as pq
import pytest

from rempart.database import directory
from rempart.database.connect import dsn
from rempart.database.embedded import Cluster
from rempart.database.spawn import environment, spawn
from rempart.journal.standing import standing
from rempart.vault.create_keys import create_keys
from rempart_verify.layout import spans
from rempart_verify.place import Place as Files
from rempart_verify.verify import verify
from tests.gate.house import House, wide_open
from tests.journal.agreement import agrees
from tests.journal.conftest import Place
from tests.journal.own import data_directory

CLIENTS, ANSWERS, PATIENCE, OK = 3, 240, 60, 200


class Clients:
    """Ask all the while, and keep what was answered: reference → status and account."""

    def __init__(self, house: House) -> None:
        self.answered: dict[str, tuple[int, int]] = {}
        self.unsure = 0
        self._house, self._stopped = house, threading.Event()
        accounts = [house.account("pharmacist", terminal=bool(n % 2)) for n in range(CLIENTS)]
        persons = [house.person() for _ in range(12)]
        nobody = [house.person() for _ in range(3)]
        house.owner.execute("delete from registry.person where id = any(%s)", [[one.id for one in nobody]])
        self._threads = [
            threading.Thread(target=self._ask, args=(account, persons + nobody, random.Random(n)))
            for n, account in enumerate(accounts)
        ]
        for thread in self._threads:
            thread.start()

    def _ask(self, account, persons, dice) -> None:
        while not self._stopped.is_set():
            try:
                answer = self._house.look_up(account, dice.choice(persons).ask())
                said = answer.json()
            except (httpx.HTTPError, json.JSONDecodeError):
                self.unsure += 1
                time.sleep(0.05)
                continue
            if reference := said.get("reference"):
                self.answered[reference] = (answer.status_code, account.id)

    def until(self, answers: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.answered) < answers:
            assert time.monotonic() < deadline, (len(self.answered), self.unsure)
            time.sleep(0.02)

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()


class Sealer:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.start()

    def start(self) -> None:
        self.process = spawn(
            [sys.executable, "-m", "rempart.journal.sealer", "--data", str(self.data)],
            log=self.data / "log" / "sealer.log",
            env=environment({"REMPART_ROLE": "sealer", "REMPART_DSN": dsn("sealer", self.data)}),
        )

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(15)


def _kill_database(cluster: Cluster) -> None:
    assert isinstance(cluster.process, subprocess.Popen)
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait(15)
    cluster.start()


def _sealed_references(folder: Path, size: int) -> Counter[str]:
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.parquet")]
    return Counter(
        reference
        for span in spans(names, size)
        for reference in pq.read_table(folder / span.name, partitioning=None)["request"].to_pylist()
        if reference
    )


@pytest.fixture
def data():
    with data_directory() as data:
        create_keys(data)
        yield data


def test_what_clients_were_told_is_in_table_and_segments_once(data):
    cluster = Cluster(data)
    with directory.held(data):
        cluster.start()
        with psycopg.connect(dsn("owner", data), autocommit=True) as owner:
            house = House(data, owner)
            wide_open(owner)
            house.start()
            sealer, clients = Sealer(data), Clients(house)
        try:
            for answers in range(40, ANSWERS, 120):
                clients.until(answers)
                sealer.kill()
                sealer.start()
                clients.until(answers + 40)
                house.stop(signal.SIGKILL)
                house.start()
                clients.until(answers + 80)
                _kill_database(cluster)
            clients.until(ANSWERS)
        finally:
            clients.stop()
            house.stop()
        try:
            _agree(data, clients, sealer)
        finally:
            cluster.stop()


def _agree(data: Path, clients: Clients, sealer: Sealer) -> None:
    with psycopg.connect(dsn("owner", data), autocommit=True) as owner:
        deadline = time.monotonic() + PATIENCE
        while standing(owner, data).waiting:
            assert time.monotonic() < deadline, (data / "log" / "sealer.log").read_text()[-500:]
            time.sleep(0.2)
        sealer.kill()
        place = Place(data, owner)
        log = place.log()
        agrees(place, log)
        assert verify(Files(str(place.folder)), log.signer.public).intact
        sealed = _sealed_references(place.folder, log.size)
        shown = [reference for reference, (status, _) in clients.answered.items() if status == OK]
        assert len(shown) > ANSWERS // 4
        assert {reference: sealed[reference] for reference in shown} == dict.fromkeys(shown, 1)
        assert max(sealed.values()) == 1
        query = "select request, account, verdict from journal.entry where request = any(%s)"
        table = {row[0]: row[1:] for row in owner.execute(query, [list(clients.answered)])}
        for reference, (status, account) in clients.answered.items():
            if status == OK or reference in table:  # beyond twenty a minute, equal refusals share an entry
                assert table[reference][0] == account
                assert (table[reference][1] == "granted") == (status == OK)
    assert clients.unsure
