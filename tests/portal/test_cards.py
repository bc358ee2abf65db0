"""The line that a card reader types."""

import pytest

from rempart.portal.professional import cards

LINE = "RP1|7|2026-11-23T10:42:07Z|bm9uY2U|2550814168025|1955-08-14|2|c2lnbmF0dXJl"


def test_a_line_is_read_whole():
    card = cards.read(f"  {LINE}\r\n")
    assert (card.nir, card.birth_date, card.birth_rank) == ("2550814168025", "1955-08-14", 2)
    assert card.proof() == {
        "kind": "card",
        "terminal": 7,
        "at": "2026-11-23T10:42:07Z",
        "nonce": "bm9uY2U",
        "signature": "c2lnbmF0dXJl",
    }


def test_a_card_without_rank_has_none():
    assert cards.read(LINE.replace("|2|", "||")).birth_rank is None


@pytest.mark.parametrize(
    "line", ["RP1|", LINE[:40], LINE + "|more", LINE.replace("|7|", "|x|"), LINE.replace("|2|", "|b|")]
)
def test_a_garbled_line_is_refused_without_repeating_it(line):
    with pytest.raises(ValueError, match="card text") as fault:
        cards.read(line)
    assert "25508" not in str(fault.value)


def test_only_a_reader_begins_like_this():
    assert cards.looks_like_card(" rp1|7|…")
    assert not cards.looks_like_card("2 55 08 14 168 025 38")


def test_a_card_is_not_printed():
    assert "25508" not in repr(cards.read(LINE))
