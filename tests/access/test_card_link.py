"""An establishment's employee card is shown once with a fresh factor, and then signs in by itself."""

import pytest
from django.contrib.auth.models import AnonymousUser

from rempart.access.card import find, link
from rempart.access.card.subject import Holder
from rempart.access.identities import Unlinked
from rempart.access.models import Identity, Notice
from rempart.vocabulary.words import Assurance


@pytest.fixture
def team(person, connect):
    """A holder and a delegate of theirs."""
    holder, delegate = person(), person()
    connect("owner").execute(
        "update access.access_account set holder_id = %s where id = %s",
        [holder.account.pk, delegate.account.pk],
    )
    delegate.account.refresh_from_db()
    return holder, delegate


@pytest.fixture
def asked_by(rf, monkeypatch):
    """A request of an account's session."""

    def ask(account, level=Assurance.SECOND_FACTOR, *, fresh_factor=True):
        request = rf.post("/sign-in/card/")
        request.user = account
        request.session = type("S", (), {"assurance": level, "facts": None, "reference": None})()
        monkeypatch.setattr(link, "needs_fresh_factor", lambda _: not fresh_factor)
        return request

    return ask


def card(fresh, kind="cpe"):
    return Holder(kind, f"3750712184/{fresh('e')}", "CN=CARTES ESSAI")


def test_a_linked_card_opens_the_delegates_account_and_no_other(team, asked_by, fresh):
    holder, delegate = team
    mine, other = card(fresh), card(fresh)
    assert find.accounts(mine) == []
    assert link.link_cpe(asked_by(delegate.account), delegate.account, mine) is None
    assert find.accounts(mine) == [delegate.account]
    assert find.accounts(other) == []
    told = Notice.objects.filter(account=holder.account, kind="access:identity:linked")
    assert [row.details["delegate"] for row in told] == [delegate.account.login]
    assert Notice.objects.filter(account=delegate.account, kind="access:identity:linked").exists()


def test_it_opens_nothing_once_the_holder_is_gone(team, asked_by, fresh, connect):
    holder, delegate = team
    mine = card(fresh)
    link.link_cpe(asked_by(delegate.account), delegate.account, mine)
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [holder.account.pk]
    )
    assert find.accounts(mine) == []


@pytest.mark.parametrize(
    ("who", "kind", "how"),
    [
        ("delegate", "cpe", {"level": Assurance.PASSWORD}),
        ("delegate", "cpe", {"fresh_factor": False}),
        ("delegate", "cps", {}),
        ("holder", "cpe", {}),
        ("nobody", "cpe", {}),
    ],
)
def test_it_takes_the_delegate_a_fresh_factor_and_the_right_kind_of_card(
    team, asked_by, fresh, who, kind, how
):
    holder, delegate = team
    request = asked_by(
        {"delegate": delegate.account, "holder": holder.account}.get(who, AnonymousUser()), **how
    )
    mine = card(fresh, kind)
    for account in (delegate.account, holder.account):
        assert link.link_cpe(request, account, mine) == Unlinked.OTHER_PERSON
    assert not Identity.objects.filter(subject=mine.national_id).exists()


def test_a_card_linked_to_one_is_not_linked_to_another(team, asked_by, fresh, person, connect):
    holder, delegate = team
    mine = card(fresh)
    link.link_cpe(asked_by(delegate.account), delegate.account, mine)
    colleague = person().account
    connect("owner").execute(
        "update access.access_account set holder_id = %s where id = %s", [holder.account.pk, colleague.pk]
    )
    colleague.refresh_from_db()
    assert link.link_cpe(asked_by(colleague), colleague, mine) == Unlinked.OTHER_PERSON
    assert find.accounts(mine) == [delegate.account]


def test_a_delegate_takes_one_card_of_an_issuer(team, asked_by, fresh):
    _, delegate = team
    link.link_cpe(asked_by(delegate.account), delegate.account, card(fresh))
    assert link.link_cpe(asked_by(delegate.account), delegate.account, card(fresh)) == Unlinked.OTHER_SUBJECT
