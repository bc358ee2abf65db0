"""Where a session is used: the device it is bound to, and what counts as the same network."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

Moved = Literal["network", "agent"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Where a session is used from. `network` None: nobody said, so nothing is compared."""

    network: str | None = None
    device: str = ""
    agent: str = ""


def declared(network: str | None, networks: Iterable[str]) -> bool:
    """Whether an address is one of those that an organisation declared (CIDR)."""
    if not network:
        return False
    address = ip_address(network)
    return any(address in ip_network(one, strict=False) for one in networks)
