from datetime import timedelta

from rempart.access import set_up
from rempart.access.models import SetUp
from tests.access.house import as_owner, browser

NEW = {"password1": "a password of their own", "password2": "a password of their own"}


def word_for(holder, cluster) -> str:
    with as_owner(cluster):
        return set_up.issue(holder.account)


def test_a_word_gives_a_password_once(person, cluster):
    holder = person(factor=False)
    word = word_for(holder, cluster)
    assert browser().post("/set-up/", NEW | {"word": word}).status_code == 302
    assert browser().post("/set-up/", NEW | {"word": word}).status_code == 200
    holder.password = NEW["password1"]
    holder.sign_in()


def test_a_newer_word_replaces_the_older(person, cluster):
    holder = person(factor=False)
    older, newer = word_for(holder, cluster), word_for(holder, cluster)
    assert browser().post("/set-up/", NEW | {"word": older}).status_code == 200
    assert browser().post("/set-up/", NEW | {"word": newer}).status_code == 302


def test_a_word_is_good_for_a_day(person, cluster):
    holder = person(factor=False)
    word = word_for(holder, cluster)
    with as_owner(cluster):
        row = SetUp.objects.get(account=holder.account)
        SetUp.objects.filter(pk=row.pk).update(expires_at=row.expires_at - timedelta(hours=24))
    assert browser().post("/set-up/", NEW | {"word": word}).status_code == 200


def test_a_weak_password_spends_no_word(person, cluster):
    word = word_for(person(factor=False), cluster)
    weak = {"word": word, "password1": "short", "password2": "short"}
    assert browser().post("/set-up/", weak).status_code == 200
    assert browser().post("/set-up/", NEW | {"word": word}).status_code == 302


def test_the_word_is_not_in_the_database(person, cluster, connect):
    word = word_for(person(factor=False), cluster)
    found = connect("owner").execute(
        "select count(*) from access.access_setup s where s::text like %s", [f"%{word}%"]
    )
    assert found.fetchone() == (0,)
