"""A small house to test the gate in: accounts, persons, terminals and a running gate process."""

import hashlib
import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.database.connect import dsn
from rempart.database.spawn import environment, spawn
from rempart.gate.rules.proof import attestation
from rempart.vault import insurer_keys
from rempart.vault.blind_index import BlindIndex
from rempart.vault.master import load_master
from rempart.vault.sealing import Sealer, new_data_key
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.words import Category

FAMILY_NAME = "CANARINAME"
_serials = itertools.count(1)


def wide_open(owner: psycopg.Connection[Any]) -> None:
    """What all tests of a run share, the breaker and the networks' limits, lets everything through."""
    owner.execute(
        "update gate.breaker set floor = 1000000, ceiling = 1000000, current = 1000000, present = 1000000"
    )
    owner.execute("update gate.limit_row set amounts = '{1000000,1000000,1000000,1000000}' where scope = 3")


@dataclass(frozen=True)
class Terminal:
    id: int
    key: Ed25519PrivateKey


@dataclass(frozen=True)
class Account:
    id: int
    login: str
    organisation: int | None
    token: str
    terminal: Terminal | None


@dataclass(frozen=True)
class Person:
    id: int
    nir: str
    birth_date: str
    birth_rank: int
    insurer: int

    def ask(self, **more: Any) -> dict[str, Any]:
        return {"purpose": "rights", "nir": self.nir, "birth_date": self.birth_date} | more


@dataclass
class House:
    data_dir: Path
    owner: psycopg.Connection[Any]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    _sealers: dict[int, tuple[Sealer, int]] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------ the process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> Path:
        return self.data_dir / "run" / "gate.sock"

    def start(self, extra: dict[str, str] | None = None) -> None:
        self.port = self.port or _free_port()
        self.process = spawn(
            [
                *(sys.executable, "-m", "rempart.gate.serve", "--data", str(self.data_dir)),
                *("--socket", str(self.socket), "--port", str(self.port)),
            ],
            log=self.data_dir / "log" / "gate.log",
            env=environment(
                {"REMPART_ROLE": "gate", "REMPART_DSN": dsn("gate", self.data_dir)} | (extra or {})
            ),
        )
        self.wait_ready()

    def wait_ready(self, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if httpx.get(self.url + "/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError((self.data_dir / "log" / "gate.log").read_text()[-2000:])

    def stop(self, sign: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, sign)
            self.process.wait(15)

    # --------------------------------------------------------------------------------------- the cast

    def organisation(self, kind: str = "pharmacy", networks: list[str] | None = None) -> int:
        return self._one(
            "insert into access.access_organisation (technical_id, name, kind, declared_networks)"
            " values (%s, 'Structure', %s, %s) returning id",
            (secrets.token_hex(8), kind, networks or []),
        )

    def account(
        self,
        profession: str = "pharmacist",
        *,
        organisation: int | None = None,
        terminal: bool = False,
        card_until: datetime | None = None,
    ) -> Account:
        organisation = organisation or self.organisation()
        login = f"compte-{secrets.token_hex(6)}"
        rpps = f"1{secrets.randbelow(10**10):010d}"
        professional = self._one(
            "insert into access.access_professional (rpps, profession) values (%s, %s) returning id",
            (rpps, profession),
        )
        account = self._one(
            """insert into access.access_account
             (login, password, profession, organisation_id, professional_id, card_until)
                values (%s, '!', %s, %s, %s, %s) returning id""",
            (login, profession, organisation, professional, card_until),
        )
        reader = self.terminal(organisation) if terminal else None
        return Account(account, login, organisation, self.token(account), reader)

    def token(self, account: int, expires_at: datetime | None = None) -> str:
        token = "rmp_" + secrets.token_urlsafe(32)
        self.owner.execute(
            "insert into access.access_token (account_id, label, hash, prefix, expires_at)"
            " values (%s, 'test', %s, %s, %s)",
            (account, hashlib.sha256(token.encode()).digest(), token[:8], expires_at),
        )
        return token

    def session(self, account: int, assurance: int = 2, device: str = "") -> str:
        key = secrets.token_urlsafe(24)
        self.owner.execute(
            """insert into access.access_session
             (session_key, session_data, expire_date, account_id, assurance, device, agent)
                values (%s, '', %s, %s, %s, %s, '')""",
            (
                hashlib.sha256(key.encode()).hexdigest(),
                datetime.now(UTC) + timedelta(hours=1),
                account,
                assurance,
                device,
            ),
        )
        return key

    def terminal(self, organisation: int, active_from: datetime | None = None) -> Terminal:
        key = Ed25519PrivateKey.generate()
        number = self._one(
            """insert into gate.terminal
            (organisation, label, public_key, proposed_by, approved_by, active_from)"""
            " values (%s, 'lecteur', %s, 'a', 'b', %s) returning id",
            (
                organisation,
                key.public_key().public_bytes_raw(),
                active_from or datetime.now(UTC) - timedelta(days=3),
            ),
        )
        return Terminal(number, key)

    def person(
        self,
        *,
        rights: Rights | None = None,
        contract: Contract | None = None,
        birth_rank: int = 1,
        like: Person | None = None,
        insurer: int | None = None,
    ) -> Person:
        """A person sealed as intake would; `like` shares number and birth date (a twin)."""
        serial = next(_serials)
        nir = (
            like.nir
            if like
            else f"1{55 + serial % 40:02d}08{1 + serial % 90:02d}{serial % 990:03d}{serial // 7 % 990:03d}"
        )
        nir = nir if like or len(nir) == 13 else nir[:13]
        birth = like.birth_date if like else f"19{55 + serial % 40:02d}-08-{1 + secrets.randbelow(28):02d}"
        insurer = insurer or self.insurer()
        sealer, data_key = self._sealers[insurer]
        number = secrets.randbits(62) + 1
        contract = contract or Contract("00123456", "Mutuelle d'essai", "M1", valid_to="2099-12-31")
        sealed = [
            sealer.seal(number, category, value.to_bytes())
            for category, value in (
                (Category.CIVIL_STATUS, CivilStatus(FAMILY_NAME, "Canariprenom", birth, "1", birth_rank)),
                (Category.NIR, Numbers(nir)),
                (Category.RIGHTS, rights or Rights("open", "2010-01-01", "2099-12-31", "01", "751")),
                (Category.CONTRACT, contract),
            )
        ]
        self.owner.execute(
            """insert into registry.person
             (id, insurer, data_key, birth_rank, sealed_civil, sealed_nir, sealed_rights, sealed_contract)
                values (%s, %s, %s, %s, %s, %s, %s, %s)""",
            (number, insurer, data_key, birth_rank, *sealed),
        )
        key = BlindIndex.load(self.data_dir / "keys").person_key(nir, birth)
        self.owner.execute("insert into registry.person_key values (%s, %s, 1)", (key, number))
        return Person(number, nir, birth, birth_rank, insurer)

    def insurer(self, *, fresh: bool = False) -> int:
        if self._sealers and not fresh:
            return next(iter(self._sealers))
        insurer = self._one(
            "insert into registry.insurer (amc_number, name) values (%s, 'Mutuelle') returning id",
            (f"{secrets.randbelow(10**8):08d}",),
        )
        pair = insurer_keys.create(self.owner, load_master(self.data_dir / "keys"), insurer)
        sealer, wrapped = new_data_key(insurer_keys.current(self.owner, insurer)[1], insurer, 1)
        data_key = self._one(
            "insert into vault.data_key (insurer, batch, insurer_key, wrapped)"
            " values (%s, 1, %s, %s) returning id",
            (insurer, pair, wrapped),
        )
        self._sealers[insurer] = (sealer, data_key)
        return insurer

    def _one(self, query: str, values: tuple[Any, ...]) -> int:
        row = self.owner.execute(query, values).fetchone()
        assert row is not None
        return int(row[0])

    # -------------------------------------------------------------------------------------- asking it

    def card(self, account: Account, person: Person, **changed: Any) -> dict[str, Any]:
        """What a terminal signs for this account and person, now; `changed` alters fields before signing."""
        assert account.terminal
        terminal = changed.get("terminal", account.terminal)
        at = changed.get("at", datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        message = attestation(
            terminal=terminal.id,
            login=changed.get("login", account.login),
            number=changed.get("nir", person.nir),
            birth_date=person.birth_date,
            birth_rank=changed.get("birth_rank"),
            at=at,
            nonce=nonce,
        )
        signature = urlsafe_b64encode(terminal.key.sign(message)).decode().rstrip("=")
        return {"kind": "card", "terminal": terminal.id, "at": at, "nonce": nonce, "signature": signature}

    def look_up(self, account: Account | str, request: dict[str, Any], **headers: str) -> httpx.Response:
        token = account if isinstance(account, str) else account.token
        return httpx.post(
            self.url + "/api/v1/lookups",
            json=request,
            headers={"Authorization": f"Bearer {token}"}
            | {k.replace("_", "-"): v for k, v in headers.items()},
            timeout=20,
        )

    def entries(self, account: Account) -> list[dict[str, Any]]:
        found = self.owner.execute(
            "select to_jsonb(e) from journal.entry e where account = %s order by seq", (account.id,)
        )
        return [row[0] for row in found]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
