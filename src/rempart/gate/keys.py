"""Data keys for the opener, fetched without blocking the loop; and terminals' public keys."""

from rempart.gate.rules.proof import Verifier
from rempart.gate.store import Store
from rempart.vault import primitives
from rempart.vault.opening import WrappedDataKey


class HeldKeys:
    """Wrapped data keys already read. Withdrawal needs no look here: `gate.look_up` asks each time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[int, WrappedDataKey] = {}
        self._terminals: dict[int, Verifier] = {}

    def data_key(self, data_key_id: int) -> WrappedDataKey | None:
        return self._rows.get(data_key_id)

    def live(self) -> frozenset[int]:
        return frozenset(row.insurer_key for row in self._rows.values())

    async def fetch(self, data_key_id: int) -> None:
        """Read a data key that is not held yet; the opener then finds it."""
        if data_key_id in self._rows:
            return
        row = await self._store.data_key(data_key_id)
        if row is not None:
            self._rows[data_key_id] = WrappedDataKey(
                insurer=row["insurer"],
                batch=row["batch"],
                wrapped=row["wrapped"],
                insurer_key=row["insurer_key"],
                private_keyset=row["private_keyset"],
                withdrawn=False,
            )

    async def terminal(self, terminal: int) -> Verifier | None:
        """A terminal's key, which never changes; whether the terminal is in force is asked each time."""
        held = self._terminals.get(terminal)
        if held is None:
            raw = await self._store.terminal_key(terminal)
            if raw is None:
                return None
            held = self._terminals[terminal] = primitives.ed25519_of(raw)
        return held
