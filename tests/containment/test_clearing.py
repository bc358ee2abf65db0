"""Who ends a restriction by a proof: its holder, for the very session or software that they answer for."""

import hashlib

import psycopg
import pytest
from django.urls import reverse

from rempart.access.sessions import digest
from rempart.containment import close as closing
from rempart.containment import restrict as restricting
from rempart.containment.restrict import restrict
from rempart.vocabulary.words import Profession, RestrictionKind
from tests.access.house import open_person


@pytest.fixture
def holder(cluster, db, fresh):
    """A professional signed in, in two browsers of theirs."""
    person = open_person(cluster, fresh("titulaire"), networks=["10.0.0.0/8"])
    person.sign_in()
    return person


def held(house, key_or_token):
    """What the gate's own function makes of a session or a token now: its restriction's kind, or None."""
    session, token = (key_or_token, None) if isinstance(key_or_token, str) else (None, key_or_token)
    row = house.owner.execute(
        """select r.kind from (values (1)) x left join lateral (
               select (gate.restricted(c, '198.51.100.7', 'page', clock_timestamp())).*
                 from gate.callers(%s, %s, (select device from access.access_session where session_key = %s),
                                   '198.51.100.7', clock_timestamp()) c) r on true""",
        (session, token, session),
    ).fetchone()
    return row[0]


def digest_of(client):
    return digest(client.session.session_key)


def age(house, key):
    """As if the session's factor had been given a while ago: the guard lets no statement write that."""
    house.owner.execute("alter table access.access_session disable trigger session_guard")
    try:
        house.owner.execute(
            "update access.access_session set proved_at = proved_at - interval '11 minutes'"
            " where session_key = %s",
            (key,),
        )
    finally:
        house.owner.execute("alter table access.access_session enable trigger session_guard")


def second_session(house, key, assurance=2):
    """Another session of the same account, proved just now; gives its digest."""
    row = """insert into access.access_session
        (session_key, session_data, expire_date, account_id, assurance, device, agent, proved_at)
        select %s, '', expire_date, account_id, %s, device, agent, clock_timestamp()
          from access.access_session where session_key = %s"""
    house.owner.execute(row, (key[::-1], assurance, key))
    return key[::-1]


def step_up(person):
    return restrict(
        restricting.account(person.account.pk),
        RestrictionKind.STEP_UP,
        why="unusual_pace",
        text="essai de confirmation",
        author="nuit",
        hours=1,
    )


def confirm(person, client, target="/"):
    page = client.post("/account/confirm/code/", {"code": person.code(), "next": target})
    assert page.status_code == 302, page.content.decode()
    return page


def test_a_step_up_holds_until_the_holder_proves_again_in_that_session_alone(house, holder):
    thief = second_session(house, digest_of(holder.client))
    step_up(holder)
    assert held(house, digest_of(holder.client)) == "step_up"
    confirm(holder, holder.client)
    assert held(house, digest_of(holder.client)) is None
    assert held(house, thief) == "step_up", "the owner's proof frees no thief"


def test_a_proof_given_before_does_not_count(house, holder):
    confirm(holder, holder.client)
    step_up(holder)
    assert held(house, digest_of(holder.client)) == "step_up"


@pytest.mark.parametrize("kind", ["card_required", "frozen"])
def test_the_same_proof_ends_neither_a_demand_for_the_card_nor_a_freeze(house, holder, kind):
    target = restricting.account(holder.account.pk)
    restrict(target, RestrictionKind(kind), why="other", text="essai", author="nuit", hours=1)
    confirm(holder, holder.client)
    assert held(house, digest_of(holder.client)) == kind


@pytest.mark.parametrize(
    ("author", "assurance", "left"),
    [
        ("detector", 3, None),
        ("detector", 2, "card_required"),
        ("nuit", 3, "card_required"),
    ],
)
def test_a_detectors_demand_for_the_card_ends_with_the_holders_own_card(
    house, holder, author, assurance, left
):
    house.owner.execute(
        "insert into gate.restriction (scope, subject, kind, reason, author, starts_at, ends_at) values"
        " (1, %s, 'card_required', 'detection: pace', %s, now() - interval '1 min', now() + interval '1 h')",
        (str(holder.account.pk), author),
    )
    here = digest_of(holder.client)
    assert held(house, here) == "card_required"
    assert held(house, second_session(house, here, assurance)) == left


def test_no_session_is_proved_in_place(house, holder):
    with pytest.raises(psycopg.errors.RaiseException, match="proved again only under a new key"):
        house.owner.execute(
            "update access.access_session set proved_at = now() where session_key = %s",
            (digest_of(holder.client),),
        )


# ------------------------------------------------------------------------------------- tokens, software


def token_of(house, person):
    house.token(person.account.pk)
    row = house.owner.execute(
        "select id, hash from access.access_token where account_id = %s order by id desc limit 1",
        (person.account.pk,),
    ).fetchone()
    return row[0], bytes(row[1])


def test_a_token_is_held_until_its_holder_answers_for_it_minutes_after_a_proof(house, holder):
    number, token = token_of(house, holder)
    step_up(holder)
    assert held(house, token) == "step_up"
    confirm(holder, holder.client)
    assert held(house, token) == "step_up", "a proof frees a session, not what others hold"
    page = holder.client.post(reverse("professional:confirm_token", args=[number]))
    assert page.status_code == 302
    assert page["Location"] == reverse("professional:account")
    assert held(house, token) is None


def test_an_older_proof_sends_the_holder_to_a_fresh_one_first(house, holder):
    number, token = token_of(house, holder)
    step_up(holder)
    here = digest_of(holder.client)
    age(house, here)
    page = holder.client.post(reverse("professional:confirm_token", args=[number]))
    assert reverse("access_step_up") in page["Location"]
    (confirmed,) = house.owner.execute(
        "select access.confirm_software(%s, %s, null)", (here, number)
    ).fetchone()
    assert confirmed is None, "the database asks for it as well"
    assert held(house, token) == "step_up"


def test_nobody_answers_for_anothers_token(house, holder, cluster, fresh):
    number, token = token_of(house, holder)
    step_up(holder)
    other = open_person(cluster, fresh("autre"), networks=["10.0.0.0/8"])
    other.sign_in()
    assert other.client.post(reverse("professional:confirm_token", args=[number])).status_code == 302
    assert held(house, token) == "step_up"


# ------------------------------------------------------------------------------------------------ undoing


@pytest.fixture
def operator(cluster, db, fresh):
    person = open_person(cluster, fresh("nuit"), Profession.OPERATOR)
    person.sign_in()
    return person


def lift_page(number):
    return reverse("operations:lift", args=[number])


def lifted(house, number):
    row = house.owner.execute("select lifted_by from gate.restriction where id = %s", (number,)).fetchone()
    return row[0]


def test_undoing_takes_an_operators_factor_of_the_last_ten_minutes(house, holder, operator):
    number = step_up(holder)
    words = {"reason": "vérifié au téléphone"}
    here = digest_of(operator.client)
    age(house, here)
    page = operator.client.post(lift_page(number), words)
    assert reverse("access_step_up") in page["Location"]
    assert lifted(house, number) is None
    confirm(operator, operator.client)
    assert operator.client.post(lift_page(number), words).status_code == 302
    assert lifted(house, number) == operator.account.login


def test_the_database_undoes_for_no_stolen_cookie_and_no_professional(house, connect, holder, operator):
    number = step_up(holder)
    here = digest_of(holder.client)
    for session in (here, "0" * 64, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="fresh factor"):
            connect("web").execute("select containment.undo(%s, %s, 'essai')", (number, session))
    assert lifted(house, number) is None


def test_tightening_asks_for_no_fresh_factor(house, holder, operator):
    age(house, digest_of(operator.client))
    given = {"kind": "step_up", "why": "unusual_pace", "text": "essai de restriction", "lasts": "1"}
    page = operator.client.post(reverse("operations:restrict", args=[holder.account.pk]), given)
    assert page["Location"] == reverse("operations:account", args=[holder.account.pk])
    assert held(house, digest_of(holder.client)) == "step_up"


# ------------------------------------------------------------------------------------- a vendor's software


def software_token(house, person, name):
    """A vendor's software, allowed by that holder; gives its number, its grant, its token."""
    software = house._one(
        "insert into access.access_software (client_id, name, vendor, keys, redirect_uris)"
        " values (%s, %s, 'Éditeur', '[]', '{}') returning id",
        (name, name),
    )
    grant = house._one(
        "insert into access.access_grant (account_id, software_id, device, assurance, refresh, expires_at)"
        " values (%s, %s, 'clé', 2, %s, now() + interval '1 hour') returning id",
        (person.account.pk, software, name.encode()),
    )
    digest_ = hashlib.sha256(name.encode()).digest()
    house.owner.execute(
        "insert into access.access_token (account_id, label, hash, prefix, expires_at, grant_id)"
        " values (%s, %s, %s, 'rmp_', now() + interval '5 minutes', %s)",
        (person.account.pk, name, digest_, grant),
    )
    return software, grant, digest_


def held_software(house, token):
    row = house.owner.execute(
        """select (select r.kind from gate.restricted(c, '198.51.100.7', 'api', clock_timestamp()) r)
             from gate.callers(null, %s, 'clé', '198.51.100.7', clock_timestamp()) c""",
        (token,),
    ).fetchone()
    return row[0]


def test_a_vendors_software_is_answered_for_by_its_grant(house, holder, fresh):
    _software, grant, token = software_token(house, holder, fresh("logiciel"))
    step_up(holder)
    assert held_software(house, token) == "step_up"
    confirm(holder, holder.client)
    page = holder.client.post(reverse("professional:confirm_software", args=[grant]))
    assert page["Location"] == reverse("professional:software")
    assert held_software(house, token) is None


def test_one_software_is_closed_for_all_and_no_other_with_it(house, holder, fresh):
    software, _grant, token = software_token(house, holder, fresh("logiciel"))
    _other, _its, spared = software_token(house, holder, fresh("logiciel"))
    given = {"message": "Mise à jour exigée.", "why": "other", "text": "essai", "author": "nuit"}
    number = closing.close(closing.software(software), **given)
    assert held_software(house, token) == "closed"
    assert held_software(house, spared) is None
    house.owner.execute("select gate.lift(%s, 'nuit', 'fin')", (number,))
    assert held_software(house, token) is None
