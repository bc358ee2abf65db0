"""A card's header from anybody but the proxy, in every spelling, straight at the port and through nginx."""

import socket
import ssl
from urllib.parse import quote

import pytest

FORGED, OPENED = "access:card:forged", "access:session:opened"
SPELLINGS = [
    "X-SSL-Client-Cert",
    "X_SSL_Client_Cert",
    "x-ssl-client-cert",
    "X-SSL_Client-Cert",
    "X-Ssl-CLIENT_CERT",
    "X.SSL.Client.Cert",
    "X-SSL-Client-Verify",
    "X_SSL_Client_Proxy",
    "SSL-Client-Cert",
    "X-Client-Cert",
    "Client-Cert",
    "X-Forwarded-Client-Cert",
    "X-TLS-Client-Cert",
    "X-SSL-Cert",
]


def asked(port, *headers, path="/sign-in/card/", source="127.0.0.1", tls=None):
    """Status and page of a request whose headers go out as they are written here."""
    lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Connection: close", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0)) as raw:
        wire = tls.wrap_socket(raw, server_hostname="localhost") if tls else raw
        with wire:
            wire.sendall("\r\n".join(lines).encode())
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer.decode("utf-8", "replace")


@pytest.fixture
def card(place, known):
    return place.issuers.cards.card(known().national_id)


@pytest.fixture
def tls(place):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(place.folder / "tls" / "rights.example.org.pem")
    return context


def lies(card, secret="0" * 64):
    """What somebody would send who has read the how-to and holds somebody's certificate."""
    return [
        f"X-SSL-Client-Cert: {quote(card.pem)}",
        "X-SSL-Client-Verify: SUCCESS",
        f"X-SSL-Client-Proxy: {secret}",
    ]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("path", ["/sign-in/card/", "/sign-in/", "/nothing-here/"])
def test_straight_at_the_port_every_spelling_is_refused_on_every_page(
    place, card, journal, spelling, path, fresh
):
    source = f"127.7.{SPELLINGS.index(spelling)}.{len(path)}"
    status, page = asked(place.ports[8000], f"{spelling}: {quote(card.pem)}", path=path, source=source)
    assert status == 403
    assert 'name="account"' not in page
    assert journal(FORGED) == [("refused", "forged_header", None, source)]


def test_the_proxys_own_address_is_not_enough_without_its_secret(place, card, journal):
    port = place.ports[8000]
    assert asked(port, *lies(card))[0] == 403
    assert asked(port, *lies(card)[:2])[0] == 403
    assert len(journal(FORGED)) == 2
    status, page = asked(port, *lies(card, place.secret))
    assert status == 200, "with the secret it would be the proxy: this is what the test rests on"
    assert 'name="account"' in page


def test_the_secret_is_not_enough_without_the_proxys_address(place, card, journal):
    status, page = asked(place.ports[8000], *lies(card, place.secret), source="127.7.99.1")
    assert status == 403
    assert 'name="account"' not in page
    assert len(journal(FORGED)) == 1


def test_of_two_headers_neither_opens(place, card, journal):
    port = place.ports[8000]
    double = ["X-SSL-Client-Proxy: " + place.secret, "X_SSL_Client_Proxy: x"]
    assert asked(port, *lies(card)[:2], *double)[0] == 403
    assert asked(port, *lies(card), *lies(card), source="127.7.99.2")[0] == 403
    assert len(journal(FORGED)) == 2


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_through_nginx_where_everybody_reads_nothing_of_it_arrives(place, card, journal, tls, spelling):
    port = place.ports[443]
    forged = [f"{spelling}: {quote(card.pem)}", f"{spelling}: SUCCESS"]
    if spelling in SPELLINGS[8:]:
        # nginx lets a name through that it does not know; the pages never read it.
        forged = forged[:1]
    status, page = asked(port, *forged, tls=tls)
    assert status == 302
    assert place.card_url + "/sign-in/card/" in page, "the pages saw no word of the proxy's on a card"
    assert journal(FORGED) == []


def test_through_nginx_the_whole_lie_with_the_secret_is_removed(place, card, tls):
    everything = lies(card, place.secret)
    everything += [line.replace("-", "_", 3) for line in everything]
    status, page = asked(place.ports[443], *everything, tls=tls)
    assert (status, "location: " + place.card_url in page.lower()) == (302, True)


def test_at_the_door_for_cards_nginxs_word_stands_against_the_clients(place, card, journal, tls):
    everything = lies(card, place.secret)
    everything += [line.replace("-", "_", 3) for line in everything]
    status, page = asked(place.ports[8443], *everything, tls=tls)
    assert status == 200
    assert "Aucune carte" in page
    assert journal(OPENED) == []


def test_a_thousand_forgeries_are_refused_and_twenty_are_journaled(place, journal):
    statuses = {asked(place.ports[8000], "X-SSL-Client-Cert: x", source="127.7.99.3")[0] for _ in range(60)}
    assert statuses == {403}
    assert len(journal(FORGED)) == 20
