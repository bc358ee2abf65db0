"""A small site to test pages in: the real gate, the real database, invented people, and a web process."""

import base64
import json
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rempart.database import spawn
from rempart.database.connect import dsn
from rempart.vault.create_keys import create_keys
from rempart.vocabulary import nir as nirs
from rempart.vocabulary.cover import Contract, Rights
from rempart.vocabulary.words import Profession
from tests.access.house import PASSWORD, Person, open_person
from tests.gate import house as houses

DOCTOR = "10003461033"
COVERED = Contract(
    amc_number="00099901",
    insurer_name="MUTUELLE DE L'EXEMPLE",
    member_number="0000012345",
    convention="TP",
    routing="099999990001",
    valid_from="2026-01-01",
    valid_to="2099-12-31",
    guarantees={
        "consultation": 150,
        "medicines_65": 100,
        "medicines_30": 100,
        "dental_care": 100,
        "dental_prosthesis": 250,
        "optics_frame": 10_000,
        "optics_simple": 30_000,
        "optics_complex": 55_000,
        "optics_very_complex": 65_000,
        "daily_charge": 100,
    },
    last_optics="2024-09-02",
)
OPEN = Rights("open", "2010-01-01", "2099-12-31", "01", "751", declared_doctor=DOCTOR)
CLOSED = Rights("closed", "2010-01-01", "2020-12-31", "01", "751")
UNKNOWN = Rights("unknown", scheme="01", fund="751")


class PagesHouse(houses.House):
    """The gate's house on a socket of its own, so that several may run."""

    socket_name = "pages.sock"

    @property
    def socket(self) -> Path:
        return self.data_dir / "run" / self.socket_name


@dataclass
class Site:
    """What a test of pages needs."""

    data_dir: Path
    house: PagesHouse
    url: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    newcomer: Person | None = None
    insured: dict[str, houses.Person] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def account(self, profession: Profession, login: str = "") -> Person:
        """An account that signs in, with a card terminal beside it when it is a professional."""
        login = login or f"{profession.replace('_', '-')}-{secrets.token_hex(4)}"
        return open_person(self.data_dir, login, profession, networks=["10.0.0.0/8", "127.0.0.1/32"])

    def asked(self, person: houses.Person, **more: Any) -> dict[str, Any]:
        """What the look-up's form sends."""
        return {"nir": number(person), "birth_date": person.birth_date} | more

    def card_text(self, account: Person, person: houses.Person) -> str:
        """The line that a reader types for this account and person, now."""
        terminal = self.house.terminal(account.account.organisation_id)
        signer = houses.Account(account.account.pk, account.account.login, None, "", terminal)
        proof = self.house.card(signer, person)
        fields = (proof["terminal"], proof["at"], proof["nonce"], person.nir, person.birth_date, "")
        return "|".join(["RP1", *(str(one) for one in fields), proof["signature"]])

    def write_demo(self) -> None:
        """The demonstration's file, and its card terminals."""
        folder = self.data_dir / "demo"
        folder.mkdir(exist_ok=True)
        accounts = [_told(person) for person in self.people.values()]
        persons = [
            {
                "nir": number(one),
                "birth_date": one.birth_date,
                "label": f"Rights {name}",
                "label_fr": f"Droits {name}",
                "expected": {"rights": "yes", "third_party": {"accepted": "yes"}, "c2s": False, "ame": None},
            }
            for name, one in self.insured.items()
        ]
        (folder / "demo.json").write_text(json.dumps({"accounts": accounts, "persons": persons}))
        (folder / "terminals.json").write_text(json.dumps({"terminals": self._terminals()}))

    def _terminals(self) -> list[dict[str, Any]]:
        made = []
        for person in self.people.values():
            if organisation := person.account.organisation_id:
                terminal = self.house.terminal(organisation)
                raw = terminal.key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
                key = base64.urlsafe_b64encode(raw).decode()
                logins = [person.account.login]
                made.append(
                    {"id": terminal.id, "organisation": organisation, "logins": logins, "private_key": key}
                )
        return made

    def serve(self, port: int, secret_key: str) -> None:
        """Start the web process and the card terminals, as the demonstration does."""
        self.url = f"http://127.0.0.1:{port}"
        env = {
            "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
            "REMPART_ROLE": "web",
            "REMPART_DSN": dsn("web", self.data_dir),
            "REMPART_DATA": str(self.data_dir),
            "REMPART_SECRET_KEY": secret_key,
            "REMPART_GATE_SOCKET": str(self.house.socket),
            "REMPART_URL": self.url,
            "REMPART_API_URL": self.house.url,
            "REMPART_DEMO": "1",
            "REMPART_DEMO_FILE": str(self.data_dir / "demo" / "demo.json"),
            "REMPART_TERMINAL_SOCKET": str(self.data_dir / "run" / "terminal.sock"),
        }
        self._spawn("terminals", {}, "rempart.cli.demo_terminals", *self._reader())
        where = ("--host", "127.0.0.1", "--port", str(port))
        how = ("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning", "--workers", "1")
        self._spawn("web", env, "granian", *how, *where, "rempart.config.wsgi:application")
        self._wait()

    def _reader(self) -> tuple[str, ...]:
        keys, socket = self.data_dir / "demo" / "terminals.json", self.data_dir / "run" / "terminal.sock"
        return ("--keys", str(keys), "--socket", str(socket))

    def _spawn(self, name: str, env: dict[str, str], module: str, *arguments: str) -> None:
        log = self.data_dir / "log" / f"{name}.log"
        command = [sys.executable, "-m", module, *arguments]
        self.processes.append(spawn.spawn(command, log=log, env=spawn.environment(env)))

    def _wait(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url + "/sign-in/", timeout=5).status_code < 500:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError((self.data_dir / "log" / "web.log").read_text()[-3000:])

    def stop(self) -> None:
        """End what was started here."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(15)
        self.house.stop()


def number(person: houses.Person) -> str:
    """The person's number with its key, as on the card."""
    return person.nir + nirs.Nir(person.nir).key


def build(data_dir: Path, owner: psycopg.Connection[Any], socket: str = "pages.sock", url: str = "") -> Site:
    """A running gate, with a few insured persons: open, closed, unknown, and twins. `url`: the pages'."""
    create_keys(data_dir)
    house = PagesHouse(data_dir, owner)
    house.socket_name = socket
    house.start({"REMPART_URL": url})
    site = Site(data_dir, house)
    site.insured["ouverts"] = house.person(rights=OPEN, contract=COVERED)
    site.insured["fermés"] = house.person(rights=CLOSED, contract=COVERED)
    site.insured["inconnus"] = house.person(rights=UNKNOWN, contract=COVERED)
    site.insured["jumeaux"] = house.person(rights=OPEN, contract=COVERED)
    house.person(rights=OPEN, contract=COVERED, birth_rank=2, like=site.insured["jumeaux"])
    return site


def _told(person: Person) -> dict[str, Any]:
    account = person.account
    return {
        "login": account.login,
        "password": PASSWORD,
        "totp_secret": person.secret,
        "profession": account.profession,
        "display_name": account.display_name,
        "workplace": account.organisation.name if account.organisation else None,
        "role": "staff" if account.is_staff_member else "professional",
    }
