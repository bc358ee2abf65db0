"""A code by post: to the directory's address only, the same to whoever asks, five tries, once, no flood."""

import re
import secrets
import shutil
import subprocess
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from rempart.access import letters, tasks
from rempart.access.letter_print import page
from rempart.access.models import Account, Letter, Notice, Organisation
from rempart.access.open_account import open_account
from rempart.vocabulary.words import Profession
from tests.access.house import PASSWORD, as_owner, browser
from tests.access.psc_house import session_of
from tests.access.test_enrol_known import professional  # noqa: F401  # a fixture
from tests.access.test_worker import as_worker

ADDRESS = "12 RUE DE LA PAIX\n75002 PARIS"
CHOSEN = {
    "email": "z@example.fr",
    "password1": "a password of their own",
    "password2": "a password of their own",
}


@pytest.fixture
def known(professional, cluster):  # noqa: F811
    """Somebody of the directory with a workplace that has an address."""
    person, (place,) = professional()
    with as_owner(cluster):
        Organisation.objects.filter(pk=place.pk).update(
            address=ADDRESS, finess=f"{secrets.randbelow(10**9):09d}"
        )
    place.refresh_from_db()
    return person, place


@pytest.fixture
def ask(db, cluster, connect):
    """Ask for a letter by the page, and let the worker do what is due; gives the page."""

    def run(rpps, structure, client=None):
        page_ = (client or browser()).post("/enrol/letter/", {"rpps": rpps, "structure": structure})
        for (told,) in connect("owner").execute(
            "delete from access.procrastinate_jobs where task_name = %s returning args ->> 'told'",
            [letters.JOB],
        ):
            with as_worker(cluster):
                tasks.write_letter(told)
        return page_

    return run


def print_all(cluster):
    """Every waiting letter printed, as the command does; gives letter → code."""
    with as_owner(cluster):
        codes = {}
        for letter in letters.to_print():
            codes[letter.pk] = letters.code_of(letter)
            letters.printed(letter)
        return codes


@pytest.fixture
def code(ask, known, cluster):
    """The code of a letter that was asked for and printed."""
    person, place = known
    ask(person.rpps, place.finess)
    letter = Letter.objects.get(professional=person)
    return print_all(cluster)[letter.pk]


def type_code(rpps, code, client=None):
    return (client or browser()).post("/enrol/code/", {"rpps": rpps, "code": code})


def test_from_the_letter_to_the_account(code, known, fresh):
    person, place = known
    client = browser()
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}", code)
    page_ = type_code(person.rpps, f" {code.lower().replace('-', ' ')} ", client)
    assert page_["Location"] == "/enrol/account/"
    login = fresh("zoe")
    client.post("/enrol/account/", CHOSEN | {"login": login, "organisation": place.pk})
    made = Account.objects.get(login=login)
    assert made.professional_id == person.pk
    assert session_of(client).account_id == made.pk
    assert session_of(client).assurance == 1  # a password only: a factor comes next
    assert client.get("/").headers["Location"].startswith("/account/second-factor/")
    assert type_code(person.rpps, code).status_code == 200  # used
    assert Letter.objects.get(professional=person).used_at


def test_two_browsers_with_one_code_open_one_account(code, known, fresh):
    person, place = known
    first, second = browser(), browser()
    type_code(person.rpps, code, first)
    type_code(person.rpps, code, second)
    logins = [fresh("zoe"), fresh("zoe")]
    for client, login in zip((first, second), logins, strict=True):
        client.post("/enrol/account/", CHOSEN | {"login": login, "organisation": place.pk})
    assert Account.objects.filter(login__in=logins).count() == 1


def test_a_login_that_is_taken_spends_no_letter(code, known, fresh):
    person, place = known
    client = browser()
    type_code(person.rpps, code, client)
    login = fresh("zoe")
    for wrong in ("A|B", "ab"):
        page_ = client.post("/enrol/account/", CHOSEN | {"login": wrong, "organisation": place.pk})
        assert page_.status_code == 200
    page_ = client.post("/enrol/account/", CHOSEN | {"login": login, "organisation": place.pk})
    assert page_.status_code == 302


def test_known_and_unknown_numbers_are_answered_alike(ask, known, cluster):
    person, place = known
    real = ask(person.rpps, place.finess)
    unknown = ask(f"1{secrets.randbelow(10**10):010d}", "750000000")
    elsewhere = ask(person.rpps, "750000000")
    assert real.status_code == unknown.status_code == elsewhere.status_code == 302
    assert real["Location"] == unknown["Location"] == elsewhere["Location"]
    assert [one.professional_id for one in Letter.objects.filter(professional=person)] == [person.pk]


def test_the_request_does_the_same_for_every_number(known, django_assert_num_queries):
    person, place = known
    seen = []
    for rpps, structure in ((person.rpps, place.finess), (f"1{secrets.randbelow(10**10):010d}", "750000000")):
        with connection.execute_wrapper(lambda go, sql, *rest: seen.append(sql) or go(sql, *rest)):
            browser().post("/enrol/letter/", {"rpps": rpps, "structure": structure})
    half = len(seen) // 2
    assert seen[:half] == seen[half:]


def test_one_letter_a_week(ask, known, cluster):
    person, place = known
    for _ in range(3):
        ask(person.rpps, place.finess)
    (letter,) = Letter.objects.filter(professional=person)
    with as_owner(cluster):
        Letter.objects.filter(pk=letter.pk).update(requested_at=timezone.now() - letters.AGAIN)
    ask(person.rpps, place.finess)
    assert Letter.objects.filter(professional=person).count() == 2


def test_who_has_an_account_gets_no_letter_and_a_notice_once(ask, known, cluster, fresh):
    person, place = known
    with as_owner(cluster):
        account = open_account(
            fresh("zoe"),
            password=PASSWORD,
            profession=Profession.PHARMACIST,
            organisation=place,
            professional=person,
        )
    for _ in range(3):
        ask(person.rpps, place.finess)
    (letter,) = Letter.objects.filter(professional=person)
    assert letter.sealed_code == ""
    assert letter.pk not in print_all(cluster)
    told = Notice.objects.filter(account=account, kind="access:enrolment:asked")
    assert [one.details["organisation"] for one in told] == [place.name]


def test_without_an_address_nothing_is_sent(ask, known, cluster):
    person, place = known
    with as_owner(cluster):
        Organisation.objects.filter(pk=place.pk).update(address="")
    ask(person.rpps, place.finess)
    assert Letter.objects.get(professional=person).sealed_code == ""


def test_five_wrong_codes_end_a_letter(code, known, connect):
    person, _ = known
    written = (
        "select count(*) from journal.for_pages"
        " where tag = 'access:identity:refused' and reason = 'letter_code'"
    )
    (before,) = connect("owner").execute(written).fetchone()
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for _ in range(5):
        assert type_code(person.rpps, wrong).status_code == 200
    assert type_code(person.rpps, code).status_code == 200
    assert Letter.objects.get(professional=person).wrong == 5
    assert connect("owner").execute(written).fetchone() == (before + 6,)


def test_a_stranger_without_the_paper_cannot_spend_the_tries(code, known):
    person, _ = known
    for n in range(8):
        type_code(person.rpps, f"{'2345'[n % 4] * 4}-AAAAA-AAAAA")
    assert Letter.objects.get(professional=person).wrong <= 1  # one in 923,521 that a mark is guessed
    assert type_code(person.rpps, code).status_code == 302


def test_codes_are_tried_twenty_times_an_hour_from_a_network(code, known):
    person, _ = known
    client = browser()
    for _ in range(20):
        type_code(person.rpps, "2222-22222-22222", client)
    assert type_code(person.rpps, code, client).status_code == 200
    assert type_code(person.rpps, code).status_code == 302


def test_letters_are_asked_for_ten_times_an_hour_from_a_network(ask):
    client = browser()
    pages = [ask(f"1{secrets.randbelow(10**10):010d}", "750000000", client) for _ in range(11)]
    assert [one.status_code for one in pages] == [302] * 10 + [200]


def test_a_code_is_good_for_thirty_days_and_only_once_printed(ask, known, cluster):
    person, place = known
    ask(person.rpps, place.finess)
    letter = Letter.objects.get(professional=person)
    with as_owner(cluster):
        early = letters.code_of(letter)
    assert type_code(person.rpps, early).status_code == 200
    code = print_all(cluster)[letter.pk]
    assert code == early
    with as_owner(cluster):
        Letter.objects.filter(pk=letter.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert type_code(person.rpps, code).status_code == 200


def test_a_code_is_nobody_elses(code, professional):  # noqa: F811
    somebody, _ = professional()
    assert type_code(somebody.rpps, code).status_code == 200


def test_the_code_is_in_the_database_sealed_and_then_not_at_all(ask, known, cluster, connect):
    person, place = known
    ask(person.rpps, place.finess)
    letter = Letter.objects.get(professional=person)
    with as_owner(cluster):
        code = letters.code_of(letter)
    row = "select l::text from access.access_letter l where id = %s"
    (before,) = connect("owner").execute(row, [letter.pk]).fetchone()
    assert code.replace("-", "")[4:] not in before
    print_all(cluster)
    assert Letter.objects.get(pk=letter.pk).sealed_code == ""


def test_expired_letters_are_forgotten(ask, known, cluster):
    person, place = known
    ask(person.rpps, place.finess)
    with as_owner(cluster):
        Letter.objects.filter(professional=person).update(expires_at=timezone.now() - timedelta(days=8))
    with as_worker(cluster):
        tasks.purge(0)
    assert not Letter.objects.filter(professional=person).exists()


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="no pdftotext on this machine: apt-get install poppler-utils"
)
def test_the_page_shows_the_address_in_the_window_and_takes_no_markup(tmp_path):
    today = timezone.localdate()
    made = page(
        name="MME ZOÉ #panic() $x$ *y*",
        organisation="PHARMACIE [DE] L'ÉTÉ",
        address=ADDRESS,
        rpps="10000000001",
        code="ABCD-EFGHJ-KMNPQ",
        url="https://rempart.example/enrol/code/",
        today=today,
        until=today,
    )
    file = tmp_path / "letter.pdf"
    file.write_bytes(made)
    found = subprocess.run(
        ["pdftotext", "-layout", "-x", "280", "-y", "125", "-W", "290", "-H", "130", "-r", "72", file, "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    lines = [line.strip() for line in found.splitlines() if line.strip()]
    assert lines[:4] == ["MME ZOÉ #panic() $x$ *y*", "PHARMACIE [DE] L'ÉTÉ", *ADDRESS.splitlines()]
