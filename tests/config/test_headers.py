"""What browsers are told, and that the pages live by it."""

import re

import pytest

from tests.access.house import browser


@pytest.fixture
def sign_in_page(db):
    return browser().get("/sign-in/")


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(sign_in_page):
    policy = dict(part.strip().split(" ", 1) for part in sign_in_page["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    own = {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"}
    assert {policy[name] for name in own} == {"'self'"}
    assert not re.search(r"unsafe|\*|https?:|data:", sign_in_page["Content-Security-Policy"])


def test_the_page_has_no_inline_script_style_or_handler(sign_in_page):
    page = sign_in_page.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)


def test_private_pages_are_kept_by_nobody(sign_in_page):
    assert sign_in_page["Cache-Control"] == "no-store"
    assert browser().get("/nowhere/")["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_the_other_headers(sign_in_page, header, value):
    assert sign_in_page[header] == value
    assert "camera=()" in sign_in_page["Permissions-Policy"]


def test_the_sites_own_files_are_served_and_may_be_kept(db):
    page = browser().get("/sign-in/").content.decode()
    files = set(re.findall(r'"(/static/[^"#?]+)', page))
    assert files
    for file in files:
        answer = browser().get(file)
        assert answer.status_code == 200, file
        assert "max-age" in answer["Cache-Control"]
        assert "nosniff" in answer["X-Content-Type-Options"]
        answer.close()


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(db):
    client = browser()
    client.get("/sign-in/")
    cookie = client.cookies["csrf"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_form_without_its_token_is_refused_with_a_page_of_ours(db):
    client = browser()
    client.handler.enforce_csrf_checks = True
    answer = client.post("/sign-in/", {"login": "someone", "password": "secret-canary"})
    assert answer.status_code == 403
    assert "secret-canary" not in answer.content.decode()


def test_a_body_beyond_the_limit_is_refused(db):
    answer = browser().post("/sign-in/", {"login": "x" * 100_000, "password": "y"})
    assert answer.status_code == 400


def test_another_host_is_refused(db):
    assert browser().get("/sign-in/", HTTP_HOST="evil.example").status_code == 400


@pytest.mark.parametrize("path", ["/nowhere/", "/2550814168025/"])
def test_a_page_that_is_not_there_repeats_nothing_of_what_was_asked(db, path):
    answer = browser().get(path + "?nir=2550814168025")
    assert answer.status_code == 404
    assert "2550814168025" not in answer.content.decode()
    assert "nowhere" not in answer.content.decode()
