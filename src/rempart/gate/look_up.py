"""One look-up: decide and journal in the database, make it durable, and only then open the fields."""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rempart.gate.durable import SharedFlush
from rempart.gate.errors import UncertainError
from rempart.gate.keys import HeldKeys
from rempart.gate.rules import reply as replies
from rempart.gate.rules.answer import answer
from rempart.gate.rules.clock import Clock
from rempart.gate.rules.held import Held
from rempart.gate.rules.proof import attestation, is_genuine
from rempart.gate.rules.reply import Decision, Reply
from rempart.gate.rules.request import CardProof, Lookup
from rempart.gate.store import Faults, Store, Who
from rempart.vault.blind_index import BlindIndex
from rempart.vault.errors import KeyWithdrawnError, SealBrokenError, UnknownDataKeyError
from rempart.vault.opening import Opener
from rempart.vocabulary.births import birth_month
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.references import new_reference
from rempart.vocabulary.words import USUAL_ACTS, ActFamily, Category, Profession, Proof, Purpose, Verdict

_FRANCE = ZoneInfo("Europe/Paris")
_LOGINS_HELD = 100_000
_PATIENCE = 8.0
"""Seconds for a decision and its flush together, waiting in line included; pages wait ten."""
_UNOPENED = (SealBrokenError, UnknownDataKeyError, KeyWithdrawnError)


@dataclass(frozen=True, slots=True)
class Ask:
    """A look-up and who asks it."""

    who: Who
    lookup: Lookup
    body: bytes
    repeat_key: str | None
    language: str


class Gate:
    """All that one look-up needs. Holds no state that another gate process would miss."""

    def __init__(self, store: Store, index: BlindIndex, master: Any) -> None:
        self.store = store
        self._index = index
        self._keys = HeldKeys(store)
        self._opener = Opener(master, self._keys, trusted_for=float("inf"))
        self._flush = SharedFlush(store.flush)
        self._clock = Clock(time.time(), time.monotonic())
        self._logins: dict[str | bytes, str] = {}

    async def look_up(self, ask: Ask) -> Reply:
        """Decide one look-up. Whatever fails on the way, nothing is opened and the answer says so."""
        now = datetime.now(UTC)
        try:
            row = await self._decided(ask, now)
            if row["verdict"] == Verdict.GRANTED:
                return replies.granted(_decision(row), await self._open(row, ask.lookup))
        except (*Faults, UncertainError, *_UNOPENED):
            return replies.unavailable(ask.language)
        if row["reason"] == "repeat_mismatch":
            return replies.conflict("Idempotency-Key", "already used for another request")
        held = await self._held(row["rule"])
        return replies.not_granted(_decision(row), ask.language, held, software=ask.who.token is not None)

    async def _held(self, rule: str | None) -> Held | None:
        """The restriction that decided. Told or not, the decision stands."""
        if not rule or not rule.startswith("restriction:"):
            return None
        try:
            return await self.store.restriction(int(rule.partition(":")[2]))
        except Faults:
            return None

    async def ready(self) -> None:
        """Does the database decide and keep? Raises what a look-up would fail by."""
        await self.store.ready()
        await self._flush.certain()

    def is_clock_sound(self) -> bool:
        return self._clock.is_sound(time.time(), time.monotonic())

    async def _decided(self, ask: Ask, now: datetime) -> Any:
        """The decision, once durable; refusals wait too: what a caller was told stands in the journal."""
        async with asyncio.timeout(_PATIENCE):
            witness = await self.store.witness()
            row = await self.store.look_up(*await self._arguments(ask, now))
            await self._flush.certain()
        if not self.store.still(witness):
            raise UncertainError("the database restarted between the decision and its flush")
        return row

    async def _arguments(self, ask: Ask, now: datetime) -> tuple[Any, ...]:
        lookup, who = ask.lookup, ask.who
        keys, miss = self._blind(lookup)
        nir = lookup.nir
        login, genuine = await self._check_card(who, lookup, now) if lookup.card else (None, None)
        card = lookup.card
        return (
            now,
            new_reference(),
            who.session,
            who.token,
            who.device,
            who.network,
            who.channel,
            lookup.purpose,
            lookup.act_family,
            keys,
            miss,
            lookup.birth_rank,
            nir.department if nir else None,
            birth_month(lookup.birth_date),
            self._index.prefix_pseudonym(nir.month_prefix) if nir else None,
            self._index.prefix_pseudonym(nir.commune_prefix) if nir else None,
            _proof_of(lookup),
            login,
            card.terminal if card else None,
            card.nonce if card else None,
            card.at if card else None,
            genuine,
            lookup.present,
            ask.repeat_key,
            self._index.request_digest(ask.body) if ask.repeat_key else None,
            self.is_clock_sound(),
        )

    def _blind(self, lookup: Lookup) -> tuple[list[bytes], int]:
        if lookup.nir:
            found = self._index.person_candidates(lookup.nir.number, lookup.birth_date)
        elif lookup.member:
            found = self._index.member_candidates(*lookup.member, lookup.birth_date)
        else:
            raise ValueError("a look-up names a person")
        keys = [key for _version, key in found]
        return keys, self._index.miss_id(keys[0])

    async def _check_card(self, who: Who, lookup: Lookup, now: datetime) -> tuple[str | None, bool]:
        """The login that the credential stands for, and whether a terminal signed for it."""
        login = await self._login(who, now)
        card = lookup.card
        if login is None or card is None:
            return login, False
        key = await self._keys.terminal(card.terminal)
        return login, key is not None and is_genuine(key, card.signature, _signed(card, login, lookup))

    async def _login(self, who: Who, now: datetime) -> str | None:
        credential = who.token or who.session or ""
        login = self._logins.get(credential)
        if login is None:
            login = await self.store.login_of(who, now)
            if login is not None:
                if len(self._logins) >= _LOGINS_HELD:
                    self._logins.clear()
                self._logins[credential] = login
        return login

    async def _open(self, row: Any, lookup: Lookup) -> dict[str, Any]:
        await self._keys.fetch(row["data_key"])
        profession = Profession(row["profession"])
        return answer(
            Rights.from_bytes(self._plain(row, Category.RIGHTS, "sealed_rights")),
            _maybe(Contract, row, self._plain, Category.CONTRACT, "sealed_contract"),
            _maybe(CivilStatus, row, self._plain, Category.CIVIL_STATUS, "sealed_civil")
            or _only_birth(lookup),
            profession=profession,
            purpose=Purpose(lookup.purpose),
            act_family=lookup.act_family or USUAL_ACTS.get(profession, ActFamily.CONSULTATION),
            account_rpps=row["rpps"],
            on=_today(row["checked_at"]),
            categories=Category(row["categories"]),
            numbers=_maybe(Numbers, row, self._plain, Category.NIR, "sealed_nir"),
        )

    def _plain(self, row: Any, category: Category, column: str) -> bytes:
        return self._opener.open(row["data_key"], row["insurer"], row["person"], category, row[column])


def _maybe(kind: Any, row: Any, plain: Any, category: Category, column: str) -> Any:
    return None if row[column] is None else kind.from_bytes(plain(row, category, column))


def _only_birth(lookup: Lookup) -> CivilStatus:
    """The birth date that the asker gave is enough to compute an answer: civil status stays sealed."""
    return CivilStatus(family_name="", given_names="", birth_date=lookup.birth_date, sex="U")


def _today(at: datetime) -> date:
    """The date in France when the look-up was decided."""
    return at.astimezone(_FRANCE).date()


def _proof_of(lookup: Lookup) -> Proof:
    if lookup.card:
        return Proof.CARD
    return Proof.PRESENT if lookup.present else Proof.NONE


def _signed(card: CardProof, login: str, lookup: Lookup) -> bytes:
    number = lookup.nir.number if lookup.nir else ":".join(lookup.member or ())
    return attestation(
        terminal=card.terminal,
        login=login,
        number=number,
        birth_date=lookup.birth_date,
        birth_rank=lookup.birth_rank,
        at=card.at_text,
        nonce=card.nonce_text,
    )


def _decision(row: Any) -> Decision:
    return Decision(
        verdict=row["verdict"],
        reason=row["reason"],
        rule=row["rule"],
        retry_after=row["retry_after"],
        reference=row["reference"],
        checked_at=row["checked_at"],
        proof=row["proof"],
        meter=row["meter"],
        spent=row["spent"],
        lim=row["lim"],
    )


def digest_of(secret: str) -> bytes:
    """What the database holds of a session key or a token."""
    return hashlib.sha256(secret.encode()).digest()
