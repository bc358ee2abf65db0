"""The worker's own tasks, as its own role, and that it outlives the database's connections."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from rempart.access import tasks
from rempart.access.announce_changes import announce_changes
from rempart.access.models import Session, Tried
from rempart.database.connect import dsn
from rempart.vocabulary.words import Profession
from tests.access.house import browser
from tests.access.test_sessions import row_of


@contextmanager
def as_worker(data: Path):
    connection = connections["default"]
    before = dict(connection.settings_dict)
    known = conninfo_to_dict(dsn("worker", data))
    connection.close()
    connection.settings_dict |= {"USER": known["user"], "PASSWORD": known["password"]}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def keepers(owner) -> None:
    owner.execute(
        "insert into gate.keeper (name, secret) values ('ana', 'x'), ('ben', 'x') on conflict do nothing"
    )


def test_what_expired_is_purged_and_what_lives_is_kept(person, cluster, connect):
    client = person().sign_in()
    alive = row_of(client).pk
    pending = browser()
    pending.post("/sign-in/", {"login": person().account.login, "password": "wrong"})
    owner = connect("owner")
    old = timezone.now() - timedelta(days=91)
    for key, account in (("a" * 64, row_of(client).account_id), ("b" * 64, None)):
        owner.execute(
            "insert into access.access_session (session_key, session_data, expire_date, account_id) "
            "values (%s, '', %s, %s) on conflict do nothing",
            [key, old, account],
        )
    for member, at in (("old", timezone.now() - timedelta(hours=25)), ("new", timezone.now())):
        owner.execute(
            "insert into access.access_tried values (default, 'network purged', %s, %s)", [member, at]
        )
    with as_worker(cluster):
        tasks.purge(0)
    assert [row.member for row in Tried.objects.filter(bucket="network purged")] == ["new"]
    kept = set(Session.objects.filter(pk__in=[alive, "a" * 64, "b" * 64]).values_list("pk", flat=True))
    assert kept == {alive}


def test_a_terminals_enrolment_is_announced_once_to_operators_and_to_its_organisation(
    person, cluster, connect, mailoutbox
):
    operator, member, other = person(Profession.OPERATOR), person(), person()
    owner = connect("owner")
    for holder in (operator, member, other):
        owner.execute(
            "update access.access_account set email = %s, language = 'fr' where id = %s",
            [f"{holder.account.login}@example.org", holder.account.pk],
        )
    keepers(owner)
    change = owner.execute(
        "insert into gate.change (kind, value, reason, loosens, proposed_by, proposed_at, approved_by,"
        " approved_at, effective_at) values ('terminal', jsonb_build_object('organisation', %s::bigint),"
        " 'Nouveau lecteur au comptoir', true, 'ana', now(), 'ben', now(), now() + interval '2 days')"
        " returning id",
        [member.account.organisation_id],
    ).fetchone()[0]
    with as_worker(cluster):
        assert announce_changes() >= 1
        assert announce_changes() == 0
    ours = [message for message in mailoutbox if f"<change-{change}." in message.extra_headers["Message-ID"]]
    told = {message.to[0] for message in ours}
    assert {f"{operator.account.login}@example.org", f"{member.account.login}@example.org"} <= told
    assert f"{other.account.login}@example.org" not in told
    assert "Nouveau lecteur au comptoir" in ours[0].body
    owner.execute("update gate.change set cancelled_at = now() where id = %s", [change])
    assert mail.outbox is mailoutbox


def test_a_change_that_waits_for_its_second_keeper_is_not_announced_yet(person, cluster, connect, mailoutbox):
    owner = connect("owner")
    keepers(owner)
    change = owner.execute(
        "insert into gate.change (kind, value, reason, loosens, proposed_by, proposed_at) "
        "values ('terminal', '{}', 'not approved yet', true, 'ana', now()) returning id"
    ).fetchone()[0]
    with as_worker(cluster):
        announce_changes()
    assert owner.execute("select noticed_at from gate.change where id = %s", [change]).fetchone() == (None,)
    owner.execute("update gate.change set cancelled_at = now() where id = %s", [change])


def test_the_worker_prepares_the_journals_days(cluster, db):
    with as_worker(cluster):
        tasks.prepare_partitions(0)


@pytest.fixture
def worker(cluster: Path, tmp_path: Path):
    """The real process, as the supervisor starts it."""
    log = tmp_path / "worker.log"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
        "REMPART_ROLE": "worker",
        "REMPART_DSN": dsn("worker", cluster),
        "REMPART_DATA": str(cluster),
        "REMPART_SECRET_KEY": os.environ["REMPART_SECRET_KEY"],
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "rempart.config.worker"], env=environment, stdout=output, stderr=output
        )
    yield process, log
    if process.poll() is None:
        process.kill()
        process.wait()


@pytest.mark.faults
def test_the_worker_outlives_its_connections_and_stops_when_asked(worker, connect):
    process, log = worker
    owner = connect("owner", options="-c search_path=access")
    assert eventually(lambda: is_run(owner))
    assert eventually(lambda: nothing_waits(owner)), "other tests' jobs would be cut in their middle"
    connect("superuser").execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rempart_worker'"
    )
    assert eventually(lambda: is_run(owner))
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert "ended with status: Error" not in log.read_text()


def nothing_waits(owner) -> bool:
    """Whether every job that other tests queued has been taken and done."""
    waiting = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
    return owner.execute(f"{waiting} and coalesce(scheduled_at, now()) <= now()").fetchone() == (0,)


def is_run(owner) -> bool:
    """Whether a job that is queued now is taken and done."""
    number = owner.execute(
        "insert into procrastinate_jobs (queue_name, task_name, args) "
        "values ('default', 'journal.partitions', '{\"timestamp\": 0}') returning id"
    ).fetchone()[0]
    return eventually(
        lambda: not owner.execute("select 1 from procrastinate_jobs where id = %s", [number]).fetchone(), 20
    )


def eventually(condition, seconds=40.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False
