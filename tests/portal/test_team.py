"""“My team”: a holder's preparers and assistants, each with an account, a factor and limits of their own."""

import re

import pytest
from django.test import Client

from rempart.access.models import Account, Notice, Professional, Session, Token
from rempart.vocabulary.words import Profession
from tests.access.house import Person, address, as_owner, browser
from tests.portal.pages import part

NEW = "a long word of my own"


@pytest.fixture
def holder(visitor, cluster, fresh):
    """A professional of the directory with an organisation, signed in."""
    person = visitor()
    with as_owner(cluster):
        person.account.professional = Professional.objects.create(
            rpps=fresh("rpps"), profession="pharmacist", family_name="Roussel", given_name="Camille"
        )
        person.account.save(update_fields=["professional"])
    return person


@pytest.fixture
def member(fresh):
    return lambda: {"name": " Lise   Petit ", "login": fresh("lise"), "email": "lise@example.org"}


def word_of(page) -> str:
    return re.sub(r"<[^>]+>", "", part(page.content, "word-text"))


def opened(holder, asked) -> tuple[Account, str]:
    page = holder.client.post("/equipe/ajouter", asked)
    assert page.status_code == 200, page.content.decode()
    return Account.objects.get(login=asked["login"]), word_of(page)


def set_up(account: Account, word: str, client: Client) -> Person:
    """The new member chooses a password, signs in and enrols a factor."""
    chosen = client.post("/set-up/", {"word": word, "password1": NEW, "password2": NEW})
    assert chosen.status_code == 302, chosen.content.decode()
    person = Person(account, NEW, "", client)
    person.sign_in()
    page = client.get("/account/second-factor/activate/")
    person.secret = page.context["form"].secret
    done = client.post("/account/second-factor/activate/", {"code": person.code()})
    assert done.status_code == 302, done.content.decode()
    return person


def at_home() -> Client:
    return browser(address())


def test_a_member_chooses_a_password_enrols_a_factor_and_works_under_the_holder(
    holder, member, site, connect
):
    asked = member()
    account, word = opened(holder, asked)
    assert (account.display_name, account.profession, account.holder_id) == (
        "Lise Petit",
        "pharmacist",
        holder.account.pk,
    )
    assert account.organisation_id == holder.account.organisation_id
    assert word not in holder.client.get("/equipe").content.decode(), "the word is shown once"
    person = set_up(account, word, at_home())
    assert "sous la responsabilité de" in person.client.get("/compte").content.decode()
    challenged = person.client.post("/", site.asked(site.insured["ouverts"]))
    assert "La carte du patient est demandée" in part(challenged.content, "verdict"), "48 hours"
    page = holder.client.get("/equipe").content.decode()
    assert "Lise Petit" in page
    assert "1 consultation en 30 jours" in page
    assert person.client.get("/equipe").status_code == 403, "a delegate has no team"
    tags = connect("owner").execute(
        "select tag, (details->>'holder')::bigint from journal.entry"
        " where account = %s and tag like 'access:delegate%%'",
        [account.pk],
    )
    assert tags.fetchall() == [("access:delegate:opened", holder.account.pk)]
    for told in (holder.account, account):
        assert Notice.objects.filter(account=told, kind="access:delegate:opened").count() == 1


def test_a_member_who_is_ended_is_out_on_the_very_next_request(holder, member, site):
    account, word = opened(holder, member())
    person = set_up(account, word, at_home())
    token = site.house.token(account.pk)
    asked = site.insured["ouverts"].ask()
    assert site.house.look_up(token, asked).status_code == 401  # challenged: the card
    assert site.house.look_up(token, asked).json()["reason"] == "card_required"
    assert (
        "Fermer le compte de Lise Petit ?"
        in holder.client.get(f"/equipe/{account.pk}/fermer").content.decode()
    )
    assert holder.client.post(f"/equipe/{account.pk}/fermer").status_code == 302
    assert person.client.get("/compte").status_code == 302
    assert site.house.look_up(token, asked).json()["reason"] == "credential"
    assert not Session.objects.filter(account=account, ended_at=None).exists()
    assert not Token.objects.filter(account=account, revoked_at=None).exists()
    page = holder.client.get("/equipe").content.decode()
    assert "Comptes fermés" in page


def test_a_holder_who_is_closed_takes_the_team_along(holder, member, site, connect):
    account, word = opened(holder, member())
    person = set_up(account, word, at_home())
    token = site.house.token(account.pk)
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [holder.account.pk]
    )
    assert person.client.get("/compte").status_code == 302
    assert site.house.look_up(token, site.insured["ouverts"].ask()).json()["reason"] == "credential"
    again = browser().post("/sign-in/", {"login": account.login, "password": NEW})
    assert again.status_code == 200, "nor does the password open anything"


def test_another_word_replaces_the_first(holder, member):
    account, first = opened(holder, member())
    page = holder.client.post(f"/equipe/{account.pk}/mot")
    second = word_of(page)
    refused = browser().post("/set-up/", {"word": first, "password1": NEW, "password2": NEW})
    assert refused.status_code == 200
    taken = browser().post("/set-up/", {"word": second, "password1": NEW, "password2": NEW})
    assert taken.status_code == 302


def test_every_change_of_the_team_needs_a_fresh_factor(holder, member, monkeypatch, settings):
    account, _ = opened(holder, member())
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    asked = member()
    for path in ("/equipe/ajouter", f"/equipe/{account.pk}/mot", f"/equipe/{account.pk}/fermer"):
        answer = holder.client.post(path, asked)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/confirm/"), path
    assert not Account.objects.filter(login=asked["login"]).exists()
    account.refresh_from_db()
    assert account.is_active


def test_what_was_typed_goes_on_after_the_factor(holder, member, settings):
    asked = member()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    to_confirm = holder.client.post("/equipe/ajouter", asked)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    assert to_confirm["Location"].startswith("/account/confirm/")
    page = holder.client.post(
        "/account/confirm/code/?next=/equipe/ajouter", {"code": holder.code()}, follow=True
    )
    assert "Mot d’installation de Lise Petit" in page.content.decode()


def test_nobody_touches_anothers_team(holder, member, visitor, cluster, fresh):
    account, word = opened(holder, member())
    other = visitor()
    with as_owner(cluster):
        other.account.professional = Professional.objects.create(rpps=fresh("rpps"), profession="pharmacist")
        other.account.save(update_fields=["professional"])
    for action in ("mot", "fermer"):
        assert other.client.post(f"/equipe/{account.pk}/{action}")["Location"] == "/equipe"
    account.refresh_from_db()
    assert account.is_active
    assert account.display_name not in other.client.get("/equipe").content.decode()
    assert browser().post("/set-up/", {"word": word, "password1": NEW, "password2": NEW}).status_code == 302


def test_staff_and_accounts_without_a_professional_have_no_team(visitor):
    assert visitor().client.get("/equipe").status_code == 403
    assert visitor(Profession.OPERATOR).client.get("/equipe").status_code == 403


@pytest.mark.parametrize("login", ["a", "Éric", "x" * 65, "-a-b", "a|b", "a\nb"])
def test_a_misshapen_login_is_told_so(holder, member, login):
    page = holder.client.post("/equipe/ajouter", member() | {"login": login})
    assert page.status_code == 422
    assert "De 3 à 64 lettres minuscules" in page.content.decode()


def test_a_login_that_is_taken_is_told_so_and_not_asked_for_without_end(holder, member, monkeypatch):
    from datetime import timedelta  # noqa: PLC0415

    from rempart.access import throttle  # noqa: PLC0415

    monkeypatch.setattr(throttle, "DELEGATES_OF_HOLDER", throttle.Limit(1, timedelta(days=1)))
    asked = member() | {"login": holder.account.login}
    assert "Cet identifiant est pris" in holder.client.post("/equipe/ajouter", asked).content.decode()
    assert "Trop de comptes demandés" in holder.client.post("/equipe/ajouter", member()).content.decode()
