"""Sessions in the database: the cookie holds a random key, the table only its SHA-256.

The gate reads the same table, so a session that ends here is dead there at the next look-up. Ways for
a session to change, each with a new key and the end of the old one: sign-in, a rise or fall of its
assurance, a change of password. Its contents are sealed.

A key is worth something on the device where its holder signed in, and nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.utils import timezone

from rempart.access.at_rest import InvalidToken, open_sealed, seal
from rempart.access.models import Session
from rempart.access.rules.lifetimes import expires_at, worth_writing
from rempart.access.rules.places import Facts, Moved
from rempart.vocabulary.words import Assurance

_PURPOSE = "session"
SHORT = 16
"""How much of the digest names a session, in the journal and on pages."""


def digest(key: str) -> str:
    """What the database knows a session by: 64 hexadecimal digits."""
    return sha256(key.encode()).hexdigest()


class SessionStore(SessionBase):
    """Django's session interface over `access_session`."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.facts = Facts()
        """Where it is used from; set by the middleware on each request."""
        self.place: Facts | None = None
        """Where it was proved; None: nobody has signed in."""
        self.stranger: tuple[int, str] | None = None
        """Account and reference of a session whose key came from another device: it opens nothing here."""
        self.moved: Moved | None = None
        """How it is used elsewhere than where it was proved: only a fresh factor goes on (`binding.py`)."""
        self.assurance: int = Assurance.PASSWORD
        self.card_until: datetime | None = None
        """Until then the gate asks for a card below level 3: the device is new (`new_device.py`)."""
        self.proved_at: datetime | None = None
        """When a strong factor was last given in it."""
        self.started_at: datetime | None = None
        self._known: int = Assurance.PASSWORD
        self._expires: datetime | None = None
        self._holder: int | None = None

    # What the rest of the house asks ---------------------------------------------------------

    @property
    def reference(self) -> str | None:
        """The first characters of the digest, as the journal and restrictions name a session."""
        return digest(self.session_key)[:SHORT] if self.session_key else None

    def rise_to(self, assurance: Assurance) -> None:
        """The account proved more, or less, of itself: same holder, new key, the old key dies."""
        self.assurance = int(assurance)
        self.proved_at = timezone.now() if assurance >= Assurance.SECOND_FACTOR else None
        self.cycle_key()
        self.place, self.moved = self.facts, None

    def fall(self) -> bool:
        """Back to the password's level under the same key; what was proved counts no more. True: it fell."""
        records = self.get(AUTHENTICATION_METHODS_SESSION_KEY)
        if records:
            self[AUTHENTICATION_METHODS_SESSION_KEY] = [one for one in records if one["method"] == "password"]
        fields = {
            "session_data": self.encode(self._contents()),
            "assurance": int(Assurance.PASSWORD),
            "proved_at": None,
        }
        self.proved_at = None
        fell = self._alive().filter(assurance__gt=Assurance.PASSWORD).update(**fields)
        self.assurance = self._known = int(Assurance.PASSWORD)
        return bool(fell)

    def touch(self) -> None:
        """A sign of life: moves the idle end, at most once a minute, never past the whole day."""
        if self._holder is None or self._expires is None or not self.session_key:
            return
        fresh = self._end(timezone.now())
        if worth_writing(self._expires, fresh):
            self._alive().update(expire_date=fresh)
            self._expires = fresh

    # What Django asks ------------------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        alive = self._alive().filter(expire_date__gt=timezone.now()) if self.session_key else ()
        row = next(iter(alive), None)  # `first` would sort the one
        if row is not None and row.account_id and not self._is_of(row.device):
            self.stranger = row.account_id, row.session_key[:SHORT]
            row = None
        if row is None:
            self._session_key = None
            return {}
        self.assurance = self._known = row.assurance
        self.started_at, self.card_until, self.proved_at = row.started_at, row.card_until, row.proved_at
        self._expires, self._holder = row.expire_date, row.account_id
        self.place = Facts(row.network, row.device, row.agent) if row.account_id else None
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=digest(session_key)).exists()

    def create(self) -> None:
        self._session_key = self._new_key()
        self._insert(self._contents(fresh=True))
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's signature
        if self.session_key is None:
            self.create()
            return
        data = self._contents(fresh=must_create)
        if must_create:
            self._insert(data)
        else:
            self._update(data)

    def cycle_key(self) -> None:
        data, old = self._contents(), self.session_key
        self._session_key = self._new_key()
        self._insert(data)
        self._session_cache = data
        self.modified = True
        if old:
            self.delete(old)

    def delete(self, session_key: str | None = None) -> None:
        """End it: the row stays for the record, without contents."""
        key = session_key or self.session_key
        if key:
            now = timezone.now()
            Session.objects.filter(session_key=digest(key), ended_at=None).update(
                ended_at=now, session_data=""
            )

    def flush(self) -> None:
        super().flush()
        self.assurance = self._known = int(Assurance.PASSWORD)
        self.started_at = self.card_until = self.proved_at = self._holder = self.place = self.moved = None

    def encode(self, session_dict: Mapping[str, Any]) -> str:
        return seal(_PURPOSE, orjson.dumps(dict(session_dict), option=orjson.OPT_NON_STR_KEYS))

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            found: dict[str, Any] = orjson.loads(open_sealed(_PURPOSE, str(session_data)))
        except InvalidToken:
            return {}
        return found

    @classmethod
    def clear_expired(cls) -> None:
        """The worker does this, with a role that may: `tasks.py`."""

    # -----------------------------------------------------------------------------------------

    def _is_of(self, device: str) -> bool:
        # Without a request (a command, a test) nobody said on which device.
        return self.facts.network is None or device == self.facts.device

    def _alive(self) -> Any:
        return Session.objects.filter(session_key=digest(self.session_key or ""), ended_at=None)

    def _end(self, now: datetime) -> datetime:
        return expires_at(now, self.started_at or now, self.assurance, anonymous=self._holder is None)

    def _insert(self, data: Mapping[str, Any]) -> None:
        now = timezone.now()
        end = self._settle_holder(data, now)
        Session.objects.create(
            session_key=digest(self.session_key or ""),
            session_data=self.encode(data),
            expire_date=end,
            account_id=self._holder,
            assurance=self.assurance,
            card_until=self.card_until,
            proved_at=self.proved_at,
            device=self.facts.device,
            network=self.facts.network,
            agent=self.facts.agent,
            started_at=self.started_at or now,
        )
        self._known = self.assurance

    def _update(self, data: Mapping[str, Any]) -> None:
        signing_in = self._holder is None and SESSION_KEY in data
        if signing_in:
            # The key is already new (Django cycles it before it names the holder); the row is not:
            # its beginning is the sign-in, so it gets a row, and a key, of its own.
            self.cycle_key()
            return
        fields: dict[str, Any] = {"session_data": self.encode(data), "assurance": self.assurance}
        if self._alive().filter(assurance=self._known).update(**fields):
            self._known = self.assurance
        elif not self._alive().exists():
            raise UpdateError
        # Else it fell meanwhile, by another request: what this one proved or kept counts no more.

    def _settle_holder(self, data: Mapping[str, Any], now: datetime) -> datetime:
        holder = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        if holder != self._holder:
            self.started_at = now
        self._holder = holder
        self._expires = self._end(now)
        return self._expires

    # Django's own, which its type stubs do not show.

    def _new_key(self) -> str:
        return str(self._get_new_session_key())  # type: ignore[attr-defined]

    def _contents(self, *, fresh: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = self._get_session(no_load=fresh)  # type: ignore[attr-defined]
        return found
