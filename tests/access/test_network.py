from ipaddress import ip_network

import pytest

from rempart.access.network import client_network, neighbourhood


@pytest.fixture
def request_from(rf, settings):
    def make(peer, forwarded=None, trusted=(), *, socket=False):
        settings.REMPART_TRUSTED_PROXIES = [ip_network(network) for network in trusted]
        settings.REMPART_TRUST_SOCKET = socket
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
        return client_network(rf.get("/", REMOTE_ADDR=peer, **headers))

    return make


def test_a_header_is_not_believed_from_anybody(request_from):
    assert request_from("192.0.2.1", "198.51.100.9") == "192.0.2.1"


def test_behind_a_trusted_proxy_the_last_address_that_it_did_not_write_counts(request_from):
    assert request_from("10.0.0.2", "198.51.100.9", ["10.0.0.2"]) == "198.51.100.9"
    assert request_from("10.0.0.2", "1.2.3.4, 198.51.100.9", ["10.0.0.2"]) == "198.51.100.9"
    assert request_from("10.0.0.2", "1.2.3.4, 198.51.100.9, 10.0.0.3", ["10.0.0.0/24"]) == "198.51.100.9"


@pytest.mark.parametrize("forwarded", ["", "rubbish", "1.2.3.4, rubbish", "10.0.0.9"])
def test_rubbish_or_nothing_counts_as_the_proxy_itself(request_from, forwarded):
    assert request_from("10.0.0.2", forwarded, ["10.0.0.0/24"]) == "10.0.0.2"


def test_a_unix_socket_is_trusted_only_when_asked(request_from):
    assert request_from("", "198.51.100.9") == "0.0.0.0"  # noqa: S104
    assert request_from("", "198.51.100.9", socket=True) == "198.51.100.9"


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_network(request_from):
    assert request_from("::ffff:192.0.2.1") == "192.0.2.1"


def test_an_ipv6_subscriber_is_one_neighbourhood():
    assert neighbourhood("2001:db8:1:2:3::4") == neighbourhood("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert neighbourhood("192.0.2.1") == "192.0.2.1"
