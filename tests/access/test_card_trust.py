"""Which certificate is a card, and whose: everything unclear opens nothing."""

import os
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

from rempart.access.card.header import Presented
from rempart.access.card.subject import read
from rempart.access.card.trust import Authorities, CardError, Fault, Files, check
from tests.access.authority import DAY, NOW, Authority, Issuers, name

CPS = "899700218896"


@pytest.fixture(scope="module")
def issuers():
    return Issuers()


@pytest.fixture
def judged(issuers):
    """What becomes of a card: its holder, or the fault."""

    def judge(card, verdict="SUCCESS", now=NOW, lists=None):
        authorities = Authorities.of(issuers.bundle(), issuers.lists() if lists is None else lists)
        pem = card if isinstance(card, str) else card.pem
        try:
            return read(check(Presented(pem, verdict), authorities, now))
        except CardError as refused:
            return refused.fault

    return judge


def test_a_professionals_card_gives_the_national_identifier(issuers, judged):
    holder = judged(issuers.cards.card(CPS))
    assert (holder.kind, holder.national_id, holder.rpps) == ("cps", CPS, CPS[1:])
    assert holder.proof.method == "card"
    assert "CN=CARTES ESSAI" in holder.issuer


@pytest.mark.parametrize(
    "number", ["3750712184/0012", "32A0001234/A-1", "4123456789/7", "512345678901234/x7"]
)
def test_an_employees_card_gives_establishment_and_number(issuers, judged, number):
    holder = judged(issuers.cards.card(number))
    assert (holder.kind, holder.national_id) == ("cpe", number)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        ({"ends": NOW - timedelta(hours=1)}, Fault.EXPIRED),
        ({"begins": NOW + timedelta(hours=1)}, Fault.NOT_YET),
        ({"usages": [Usage.SERVER_AUTH]}, Fault.USAGE),
        ({"usages": []}, Fault.USAGE),
        ({"signs": False}, Fault.USAGE),
    ],
)
def test_a_card_out_of_time_or_meant_for_something_else_is_refused(issuers, judged, made, fault):
    assert judged(issuers.cards.card(CPS, **made)) == fault


def test_another_authority_of_the_same_name_is_another(issuers, judged):
    assert judged(Issuers().cards.card(CPS)) == Fault.AUTHORITY
    assert judged(Authority(name("SEULE")).card(CPS)) == Fault.AUTHORITY


def test_a_card_does_not_issue_cards(issuers, judged):
    card = issuers.cards.card(CPS)
    forger = Authority(card.certificate.subject)
    forger.key = card.key
    made = forger.card(CPS)
    authorities = Authorities.of(issuers.bundle() + card.pem.encode(), issuers.lists())
    with pytest.raises(CardError) as refused:
        check(Presented(made.pem, "SUCCESS"), authorities, NOW)
    assert refused.value.fault == Fault.AUTHORITY


def test_a_revoked_card_is_refused_and_so_is_a_revoked_authority(judged):
    issuers = Issuers()
    card, other = issuers.cards.card(CPS), issuers.cards.card(CPS)
    issuers.cards.revoke(card)
    authorities = Authorities.of(issuers.bundle(), issuers.lists())
    assert check(Presented(other.pem, "SUCCESS"), authorities, NOW)
    with pytest.raises(CardError, match=Fault.REVOKED):
        check(Presented(card.pem, "SUCCESS"), authorities, NOW)
    issuers.root.revoked.append(issuers.cards.certificate.serial_number)
    with pytest.raises(CardError, match=Fault.REVOKED):
        check(Presented(other.pem, "SUCCESS"), Authorities.of(issuers.bundle(), issuers.lists()), NOW)


def test_without_a_current_list_of_each_authority_no_card_is_taken(issuers, judged):
    card, root, cards = issuers.cards.card(CPS), issuers.root.crl(), issuers.cards.crl()
    assert judged(card, lists=root + cards).kind == "cps"
    assert judged(card, lists=b"") == Fault.LIST
    assert judged(card, lists=root) == Fault.LIST
    assert judged(card, lists=cards) == Fault.LIST
    assert judged(card, lists=root + issuers.cards.crl(ends=NOW - DAY)) == Fault.LIST
    forged = issuers.cards.crl(key=Issuers().cards.key)
    assert judged(card, lists=root + forged) == Fault.LIST


def test_nginx_must_agree(issuers, judged):
    card = issuers.cards.card(CPS)
    for verdict in ("NONE", "", "FAILED:unable to verify the first certificate", "success"):
        assert judged(card, verdict) == Fault.PROXY


def test_what_is_no_certificate_is_refused(judged):
    assert judged("") == Fault.NO_CARD
    assert judged("rubbish") == Fault.UNREADABLE
    assert judged("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") == Fault.UNREADABLE
    assert judged("A" * 20_000) == Fault.UNREADABLE


@pytest.mark.parametrize(
    "common",
    [
        None,
        "TANGUY LUCIE",
        CPS[:-1],
        CPS + "0",
        CPS + "\n",
        f" {CPS}",
        "٨٩٩٧٠٠٢١٨٨٩٦",
        "099700218896",
        "3750712184",
        "3750712184/",
        "3750712184/../1",
        "3750712184/" + "1" * 41,
        "8/899700218896",
    ],
)
def test_a_subject_that_is_not_a_cards_is_refused(issuers, judged, common):
    assert judged(issuers.cards.card(common)) == Fault.SUBJECT


def test_two_common_names_are_none(issuers, judged):
    card = issuers.cards.card(CPS, more=((NameOID.COMMON_NAME, "899700218897"),))
    assert judged(card) == Fault.SUBJECT


def test_a_new_file_is_read_at_the_next_card(tmp_path):
    issuers = Issuers()
    card = issuers.cards.card(CPS)
    files = Files(*issuers.write(tmp_path))
    assert check(Presented(card.pem, "SUCCESS"), files.authorities(), NOW)
    issuers.cards.revoke(card)
    issuers.write(tmp_path)
    os.utime(tmp_path / "revoked.pem", (1, 1))
    with pytest.raises(CardError, match=Fault.REVOKED):
        check(Presented(card.pem, "SUCCESS"), files.authorities(), NOW)


def test_authorities_without_a_root_are_none():
    issuers = Issuers()
    with pytest.raises(ValueError, match="root"):
        Authorities.of(issuers.cards.pem, issuers.lists())
