"""What happens to an account is told on its pages and by mail: once, in order, without a flood."""

import itertools
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from rempart.access import notice_mail, notices, tasks
from rempart.access.events import Tag
from rempart.access.models import Notice
from rempart.access.notice_words import title
from rempart.access.rules.mailing import AN_HOUR, HOUR, OF_ONE_KIND, mailed
from tests.access.test_enrolment import enrol
from tests.access.test_worker import as_worker

KINDS = [Tag.FACTOR_ENROLLED, Tag.FACTOR_REMOVED, Tag.CODES_RENEWED, Tag.PASSWORD_CHANGED, Tag.RESET_ASKED]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def reached(person, connect):
    """A person with a mailbox of their own."""

    def make(language="fr", **how):
        holder = person(**how)
        connect("owner").execute(
            "update access.access_account set email = %s, language = %s where id = %s",
            [f"{holder.account.login}@example.org", language, holder.account.pk],
        )
        holder.account.refresh_from_db()
        return holder

    return make


def mails_to(holder):
    return [message for message in mail.outbox if message.to == [holder.account.email]]


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abcdefg")), max_size=60))
def test_no_hour_holds_more_mails_than_may_be_read(told):
    moments = [(START + timedelta(minutes=minute), kind) for minute, kind in sorted(told)]
    sent = [notice for notice, goes in zip(moments, mailed(moments), strict=True) if goes]
    for at, _ in sent:
        hour = [kind for other, kind in sent if at <= other < at + HOUR]
        assert len(hour) <= AN_HOUR
        assert all(hour.count(kind) <= OF_ONE_KIND for kind in hour)


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("ab")), max_size=60))
def test_one_kind_never_silences_another(told):
    moments = [(START + timedelta(minutes=minute), kind) for minute, kind in sorted(told)]
    rare = (START + timedelta(minutes=301), "c")
    assert mailed([*moments, rare])[-1]


def test_a_factor_added_is_told_on_the_pages_and_by_one_mail(reached, cluster, mailoutbox):
    holder = reached(factor=False)
    holder.sign_in(HTTP_USER_AGENT="Mozilla/5.0 (Windows) Firefox/140.0")
    enrol(holder)
    assert not mails_to(holder), "the request itself sends nothing"
    (shown,) = notices.unread(holder.account)
    assert shown.title == "Un second facteur a été ajouté"
    with as_worker(cluster):
        tasks.mail_notices(holder.account.pk)
        tasks.mail_notices(holder.account.pk)
        tasks.mail_waiting(0)
    (message,) = mails_to(holder)
    html = message.alternatives[0].content
    for text in (message.body, html):
        assert "Firefox, Windows" in text
        assert holder.client.defaults["REMOTE_ADDR"] in text
        for forbidden in (holder.secret or "-", holder.account.login + " ", "http", "127.0.0.1"):
            assert forbidden not in text
    assert "codes de secours" not in message.subject


def test_mail_speaks_the_holders_language(reached, cluster, mailoutbox):
    holder = reached(language="en")
    notices.tell(holder.account, Tag.PASSWORD_CHANGED)
    with as_worker(cluster):
        tasks.mail_notices(holder.account.pk)
    (message,) = mails_to(holder)
    assert message.subject == "Rempart: The password was changed"
    assert "Was it not you?" in message.body


def test_two_hundred_notices_are_five_mails_and_two_hundred_notices(reached, cluster, mailoutbox):
    holder = reached()
    for kind in itertools.islice(itertools.cycle(KINDS), 200):
        notices.tell(holder.account, kind)
    with as_worker(cluster):
        for _ in range(3):
            tasks.mail_notices(holder.account.pk)
            tasks.mail_waiting(0)
    assert len(mails_to(holder)) == AN_HOUR
    assert Notice.objects.filter(account=holder.account).count() == 200


def test_a_silent_mail_server_undoes_nothing_and_is_asked_again(reached, cluster, mailoutbox, monkeypatch):
    holder = reached()
    notices.tell(holder.account, Tag.PASSWORD_CHANGED)
    with monkeypatch.context() as broken, as_worker(cluster):

        def silent(*_, **__):
            raise smtplib.SMTPServerDisconnected

        broken.setattr("django.core.mail.message.EmailMessage.send", silent)
        tasks.mail_notices(holder.account.pk)
    assert notices.unread(holder.account)
    with as_worker(cluster):
        tasks.mail_waiting(0)
    assert len(mails_to(holder)) == 1


def test_telling_leaves_the_worker_a_job(reached, connect):
    holder = reached()
    notices.tell(holder.account, Tag.PASSWORD_CHANGED)
    found = connect("owner").execute(
        "select count(*) from access.procrastinate_jobs where task_name = %s and args = %s",
        [notices.MAIL, f'{{"account": {holder.account.pk}}}'],
    )
    assert found.fetchone()[0] == 1


def test_an_account_without_a_mailbox_or_closed_gets_no_mail(person, cluster, mailoutbox):
    holder = person()
    notices.tell(holder.account, Tag.PASSWORD_CHANGED)
    with as_worker(cluster):
        assert notice_mail.mail_notices(holder.account.pk) == 0


def test_reading_marks_what_was_shown_and_nothing_newer(person):
    holder, other = person(), person()
    notices.tell(holder.account, Tag.PASSWORD_CHANGED)
    notices.tell(other.account, Tag.PASSWORD_CHANGED)
    (first,) = notices.unread(holder.account)
    notices.tell(holder.account, Tag.CODES_RENEWED)
    assert notices.mark_read(holder.account, first.id) == 1
    assert [shown.title for shown in notices.unread(holder.account)] == [title(Tag.CODES_RENEWED)]
    assert notices.unread(other.account)


def test_recovery_codes_are_called_codes_de_secours():
    assert title(Tag.CODES_RENEWED) == "De nouveaux codes de secours ont été créés"
