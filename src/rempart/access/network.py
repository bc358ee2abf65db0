"""Where a request comes from. A header is believed only when a trusted proxy wrote it."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104  # an address that nobody has, not one to listen on
_PREFIX_V6 = 64
"""One subscriber holds a whole /64: counting single IPv6 addresses counts nothing."""

Address = IPv4Address | IPv6Address


def client_network(request: HttpRequest) -> str:
    """The caller's IP address, as text.

    Behind a proxy listed in REMPART_TRUSTED_PROXIES (or on a Unix socket, with the word `unix` there)
    it is the last address of X-Forwarded-For that no trusted proxy wrote itself; otherwise it is the
    peer's own address, whatever headers say.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    trusted = settings.REMPART_TRUSTED_PROXIES
    if not from_proxy(request):
        return str(_parse(peer) or UNKNOWN)
    for word in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        hop = _parse(word)
        if hop is None:
            break
        if not _within(hop, trusted):
            return str(hop)
    return str(_parse(peer) or UNKNOWN)


def from_proxy(request: HttpRequest) -> bool:
    """Whether the peer itself is one of REMPART_TRUSTED_PROXIES."""
    peer = request.META.get("REMOTE_ADDR", "")
    if not peer:
        return settings.REMPART_TRUST_SOCKET
    return _within(_parse(peer), settings.REMPART_TRUSTED_PROXIES)


def neighbourhood(network: str) -> str:
    """What is counted together: an IPv4 address, or the /64 around an IPv6 address."""
    address = _parse(network)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _PREFIX_V6), strict=False))
    return str(address or UNKNOWN)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _within(address: Address | None, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return address is not None and any(address in network for network in networks)
