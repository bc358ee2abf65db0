"""Each rung holds from the very next look-up, says why, and leaves the ways that it must leave."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from rempart.access.models import Account as AccountRow
from rempart.containment import close as closing
from rempart.containment import restrict as restricting
from rempart.containment.new_credentials import new_credentials
from rempart.containment.restrict import RestrictFault, restrict
from rempart.containment.undo import UndoFault, undo_by_owner
from rempart.vocabulary.words import Channel, RestrictionKind, Scope
from tests.access.house import as_owner

TEXT = "une phrase pour les collègues"


def hold(account, kind, **more):
    given = {"why": "unusual_pace", "text": TEXT, "author": "nuit", "hours": 1}
    return restrict(restricting.account(account.id), kind, **given | more)


def lift(house, number):
    with as_owner(house.data_dir):
        assert undo_by_owner(number, "nuit", "fin de l'essai")


def fresh_network():
    return f"203.0.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"


@pytest.mark.parametrize(
    ("kind", "reason", "by_card"),
    [("step_up", "step_up", 200), ("card_required", "card_required", 200), ("frozen", "frozen", 403)],
)
def test_an_account_is_held_from_the_next_look_up_and_freed_by_the_next(
    db, house, pharmacist, ask, kind, reason, by_card
):
    assert ask(pharmacist).status_code == 200
    number = hold(pharmacist, RestrictionKind(kind))
    held = ask(pharmacist)
    assert held.json()["reason"] == reason
    assert ask(pharmacist, card=True).status_code == by_card
    lift(house, number)
    assert ask(pharmacist).status_code == 200


def test_the_holder_is_told_which_since_when_until_when_and_why_but_no_threshold(db, pharmacist, ask):
    number = hold(pharmacist, RestrictionKind.STEP_UP)
    told = ask(pharmacist).json()
    assert told["how"] == ["confirm_software", "card", "present"]
    assert told["restriction"] | {"since": 0, "until": 0} == {
        "number": number,
        "kind": "step_up",
        "scope": "account",
        "since": 0,
        "until": 0,
        "why": "Le nombre, le rythme ou l'heure des consultations de ce compte sort de l'habitude.",
        "message": None,
        "reopens_at": None,
    }
    assert TEXT not in str(told), "what colleagues write to each other stays theirs"
    hours = datetime.fromisoformat(told["restriction"]["until"]) - datetime.fromisoformat(
        told["restriction"]["since"]
    )
    assert hours.total_seconds() == pytest.approx(3600, abs=2)


def test_a_restriction_ends_by_itself(db, house, pharmacist, ask):
    number = hold(pharmacist, RestrictionKind.FROZEN)
    assert ask(pharmacist).status_code == 403
    house.owner.execute(
        "update gate.restriction set starts_at = now() - interval '2 hours', ends_at = now() where id = %s",
        (number,),
    )
    assert ask(pharmacist).status_code == 200


def test_new_credentials_end_sessions_tokens_and_software_at_once(db, house, pharmacist, ask):
    account = AccountRow.objects.get(pk=pharmacist.id)
    session = house.session(pharmacist.id)
    assert ask(pharmacist).status_code == 200
    ended = new_credentials(account)
    assert (ended.sessions, ended.tokens, ended.asked) == (1, 1, True)
    assert ask(pharmacist).json()["reason"] == "credential"
    (alive,) = house.owner.execute(
        "select count(*) from access.access_session where account_id = %s and ended_at is null",
        (pharmacist.id,),
    ).fetchone()
    assert alive == 0, session
    later = house.token(pharmacist.id)
    assert ask(later).json()["reason"] == "card_required", "until the password is renewed"
    tags = [entry["tag"] for entry in house.entries(pharmacist)]
    assert "access:account:credentials_ended" in tags
    told = house.owner.execute(
        "select kind from access.access_notice where account_id = %s", (pharmacist.id,)
    )
    assert [kind for (kind,) in told] == ["access:account:credentials_ended"]
    assert not new_credentials(account).asked


# -------------------------------------------------------------------------------------------- networks


@pytest.mark.parametrize(
    ("banned", "inside", "outside"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
        ("192.0.2.0/24", "192.0.2.200", "192.0.3.1"),
        ("2001:db8:0:7::/64", "2001:db8:0:7:1:2:3:4", "2001:db8:0:8::1"),
        ("2001:db8:1:100::/56", "2001:db8:1:1ff::9", "2001:db8:1:200::9"),
    ],
)
def test_a_banned_network_is_held_and_its_neighbours_are_not(
    db, house, pharmacist, ask, banned, inside, outside
):
    target = restricting.network(banned)
    number = restrict(target, RestrictionKind.FROZEN, why="campaign", text=TEXT, author="nuit", hours=1)
    try:
        held = ask(pharmacist, network=inside).json()
        assert (held["verdict"], held["reason"], held["how"]) == ("challenged", "network", ["card"])
        assert held["restriction"]["why"] is None, "what was seen on a network is nobody's own"
        assert ask(pharmacist, network=inside, present=True).json()["reason"] == "network"
        assert ask(pharmacist, network=outside).status_code == 200
    finally:
        lift(house, number)
    assert ask(pharmacist, network=inside).status_code == 200


def test_care_goes_on_from_a_banned_network_for_whoever_works_there(db, house, ask):
    there = fresh_network()
    usual, stranger = house.account(terminal=True), house.account(terminal=True)
    assert ask(usual, card=True, network=there).status_code == 200
    number = restrict(
        restricting.network(there), RestrictionKind.FROZEN, why="campaign", text=TEXT, author="nuit", hours=1
    )
    try:
        assert ask(usual, card=True, network=there).status_code == 200
        assert ask(usual, network=there).json()["reason"] == "network"
        refused = ask(stranger, card=True, network=there)
        assert (refused.status_code, refused.json()["reason"]) == (403, "network")
        frozen = hold(usual, RestrictionKind.FROZEN)
        assert ask(usual, card=True, network=there).json()["reason"] == "frozen"
        lift(house, frozen)
    finally:
        lift(house, number)


def test_a_declared_network_is_never_banned_and_a_banned_one_declared_later_is_free(db, house, ask):
    net = f"10.{secrets.randbelow(200)}.{secrets.randbelow(250)}"
    house.organisation(networks=[f"{net}.0/26"])
    for wide in (f"{net}.0/24", f"{net}.9"):
        with pytest.raises(RestrictFault, match="declared"):
            restrict(
                restricting.network(wide),
                RestrictionKind.FROZEN,
                why="other",
                text=TEXT,
                author="nuit",
                hours=1,
            )
    there = fresh_network()
    number = restrict(
        restricting.network(there), RestrictionKind.FROZEN, why="other", text=TEXT, author="nuit", hours=1
    )
    try:
        later = house.account(organisation=house.organisation(networks=[there]))
        assert ask(later, network=there).status_code == 200
    finally:
        lift(house, number)


@pytest.mark.parametrize(
    "wide", ["192.0.0.0/16", "0.0.0.0/0", "2001:db8::/48", "192.0.2.0/25", "nowhere", "::/0"]
)
def test_nothing_wider_than_a_neighbourhood_is_banned(db, wide):
    with pytest.raises(RestrictFault):
        restricting.network(wide)


def test_a_ban_has_a_near_end_whoever_places_it(db):
    with pytest.raises(RestrictFault):
        restrict(
            restricting.network("203.0.113.9"),
            RestrictionKind.FROZEN,
            why="other",
            text=TEXT,
            author="nuit",
            hours=24 * 40,
        )


# -------------------------------------------------------------------------------------------- closings


def shut(target, **more):
    given = {"message": "Maintenance en cours.", "why": "other", "text": TEXT, "author": "nuit"}
    return closing.close(target, **given | more)


def test_a_closed_channel_says_its_message_and_when_it_reopens(db, house, pharmacist, ask):
    number = shut(closing.channel(Channel.API), reopens_at=datetime.now(UTC) + timedelta(minutes=10))
    try:
        closed = ask(pharmacist, card=True)
        assert closed.status_code == 503
        body = closed.json()
        assert (body["verdict"], body["reason"]) == ("refused", "closed")
        assert body["advice"].startswith("Maintenance en cours. ")
        assert body["restriction"]["message"] == "Maintenance en cours."
        assert 590 < body["retry_after"] <= 600
        assert closed.headers["retry-after"] == str(body["retry_after"])
    finally:
        lift(house, number)
    assert ask(pharmacist).status_code == 200


def test_a_closed_door_leaves_the_others_open(db, house, pharmacist, ask):
    for channel in (Channel.PAGE, Channel.COMMAND):
        number = shut(closing.channel(channel))
        try:
            assert ask(pharmacist).status_code == 200
        finally:
            lift(house, number)


def test_an_insurer_is_closed_for_its_own_and_a_retry_gets_nothing_either(db, house, pharmacist, ask, person):
    other = house.person(insurer=house.insurer(fresh=True))
    key = secrets.token_hex(8)
    asked = {"x_forwarded_for": "198.51.100.7"}
    again = asked | {"idempotency_key": key}
    assert house.look_up(pharmacist, other.ask(), **again).status_code == 200
    number = shut(closing.insurer(other.insurer))
    try:
        for closed in (
            house.look_up(pharmacist, other.ask(), **asked),
            house.look_up(pharmacist, other.ask(), **again),
        ):
            assert (closed.status_code, closed.json()["reason"]) == (503, "closed")
            assert "answer" not in closed.json()
        assert ask(pharmacist).status_code == 200
        entry = house.entries(pharmacist)[-2]
        assert (entry["reason"], entry["hit"], entry["categories"]) == ("closed", True, 0)
    finally:
        lift(house, number)
    assert house.look_up(pharmacist, other.ask(), **again).status_code == 200


def test_everything_is_closed_for_a_card_as_well_and_two_keepers_reopen(db, house, pharmacist, ask):
    number = shut(closing.EVERYTHING)
    try:
        assert ask(pharmacist, card=True).status_code == 503
        with as_owner(house.data_dir), pytest.raises(UndoFault, match="two keepers"):
            undo_by_owner(number, "nuit", "fin")
    finally:
        house.owner.execute("update gate.restriction set lifted_at = now() where id = %s", (number,))
    assert ask(pharmacist).status_code == 200


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (restricting.account(1), RestrictionKind.CLOSED),
        (restricting.Target(Scope.INSURER, "1"), RestrictionKind.FROZEN),
        (restricting.Target(Scope.SOFTWARE, "1"), RestrictionKind.STEP_UP),
        (restricting.Target(Scope.CHANNEL, "fax"), RestrictionKind.CLOSED),
    ],
)
def test_what_no_look_up_would_understand_is_not_placed(db, target, kind):
    with pytest.raises(RestrictFault):
        restrict(target, kind, why="other", text=TEXT, author="nuit", hours=1, message="fermé")
