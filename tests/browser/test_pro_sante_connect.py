"""Pro Santé Connect and enrolment in a real browser: another site's redirects, our policy, every page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.database import spawn
from rempart.database.connect import dsn
from tests.access import psc_provider
from tests.access.house import as_owner
from tests.access.psc_house import Cast, Provider
from tests.access.test_letters import print_all
from tests.browser.conftest import _free_port
from tests.browser.test_accessible import violations

FINESS = "750000099"
PASSWORD = "a password of their own"
SHOTS = os.environ.get("REMPART_SHOTS")


def look(page, name):
    """No violation, nothing to scroll sideways; a picture where somebody wants to look."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if SHOTS:
        for language in ("fr", "en"):
            page.click(f".lang button[value={language}]")
            page.wait_for_selector(f"html[lang^={language}]")
            page.screenshot(path=f"{SHOTS}/{name}-{language}.png", full_page=True)
        page.click(".lang button[value=fr]")
        page.wait_for_selector("html[lang^=fr]")


@pytest.fixture(scope="module", autouse=True)
def _rows_while_a_browser_runs():
    """The browser's driver keeps an event loop in this thread; the rows of the cast are made beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="module")
def provider():
    """On `localhost`, while the site is on 127.0.0.1: another site to a browser."""
    command = [sys.executable, psc_provider.__file__, "localhost"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        running = Provider(int(process.stdout.readline()))
        running.issuer = running.issuer.replace("127.0.0.1", "localhost")
        yield running
        process.terminate()


@pytest.fixture(scope="module")
def url(served, provider):
    """The site as `served` has it, with Pro Santé Connect."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    data = served.data_dir
    env = {
        "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
        "REMPART_ROLE": "web",
        "REMPART_DSN": dsn("web", data),
        "REMPART_DATA": str(data),
        "REMPART_SECRET_KEY": os.environ["REMPART_SECRET_KEY"],
        "REMPART_GATE_SOCKET": str(served.house.socket),
        "REMPART_URL": address,
        "REMPART_PSC_URL": provider.issuer,
        "REMPART_PSC_CLIENT_ID": psc_provider.CLIENT,
        "REMPART_PSC_SECRET": psc_provider.SECRET,
    }
    how = ("--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning", "--workers", "1")
    where = ("--host", "127.0.0.1", "--port", str(port))
    command = [sys.executable, "-m", "granian", *how, *where, "rempart.config.wsgi:application"]
    process = spawn.spawn(command, log=Path(data) / "log" / "web-psc.log", env=spawn.environment(env))
    served.processes.append(process)
    served_at, served.url = served.url, address
    served._wait()
    served.url = served_at
    return address


@pytest.fixture
def cast(db, cluster, fresh):
    return lambda **how: Cast(cluster, fresh, profession="pharmacist", **how)


def says(provider, somebody, code="21", **twist):
    (exercise,) = somebody.claims["SubjectRefPro"]["exercices"]
    exercise["codeProfession"] = code
    provider.says(somebody.claims, **twist)


def fill(page, *, again=PASSWORD, organisation=""):
    if organisation:
        page.select_option("[name=organisation]", organisation)
    page.fill("[name=email]", "f@example.fr")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", again)
    page.click("button:has-text('Ouvrir mon compte')")


def test_enrol_by_pro_sante_connect_and_sign_out_there_too(url, provider, cast, open_as):
    somebody = cast(places=2, accounts=0)
    says(provider, somebody)
    page = open_as()
    page.goto(f"{url}/sign-in/")
    look(page, "sign-in")
    page.click("text=Ouvrir votre compte")
    page.wait_for_url("**/enrol/")
    look(page, "ways")
    page.click("text=S’identifier avec Pro Santé Connect")
    page.wait_for_url("**/enrol/account/")
    look(page, "account")
    assert page.input_value("[name=login]").startswith("fistinien.")
    fill(page, again="another", organisation=str(somebody.places[1].pk))
    page.wait_for_selector(".wrong")
    assert violations(page) == []
    fill(page, organisation=str(somebody.places[1].pk))
    page.wait_for_url("**/account/second-factor/**")
    assert violations(page) == []
    page.goto(f"{url}/sign-out/")
    page.click("main button:has-text('Se déconnecter')")
    page.wait_for_url("**/sign-in/")
    assert provider.log("logout")[-1]["id_token_hint"]


def test_several_accounts_and_a_step_up_from_another_site(url, provider, cast, open_as):
    somebody = cast(places=2, accounts=2)
    says(provider, somebody)
    page = open_as()
    page.goto(f"{url}/sign-in/")
    page.click("text=S’identifier avec Pro Santé Connect")
    page.wait_for_url("**/psc/account/")
    look(page, "choose")
    page.click(f"button[value='{somebody.accounts[1].pk}']")
    page.wait_for_selector(".menu")
    page.goto(f"{url}/psc/?next=/compte")
    page.wait_for_url("**/compte")
    page.wait_for_selector("text=Votre carte professionnelle est reconnue")


def test_refusals_say_why(url, provider, cast, open_as):
    page = open_as()
    says(provider, cast(active=False))
    page.goto(f"{url}/psc/")
    page.wait_for_selector("h1:has-text('n’ouvre pas de compte')")
    look(page, "refused-inactive")
    says(provider, cast(), key="other")
    page.goto(f"{url}/psc/")
    page.wait_for_selector("h1:has-text('n’est pas acceptée')")
    look(page, "refused-answer")
    says(provider, cast(), error="access_denied")
    page.goto(f"{url}/psc/")
    page.wait_for_selector("h1:has-text('abandonnée')")


def test_enrol_by_letter(url, cast, cluster, connect, open_as):
    from rempart.access import letters, tasks  # noqa: PLC0415  # needs Django, which is set up later
    from rempart.access.models import Letter, Organisation  # noqa: PLC0415
    from tests.access.test_worker import as_worker  # noqa: PLC0415

    somebody = cast(accounts=0)
    (place,) = somebody.places
    with as_owner(cluster):
        Organisation.objects.filter(pk=place.pk).update(address="1 RUE\n75002 PARIS", finess=FINESS)
    page = open_as(viewport={"width": 390, "height": 844})
    page.goto(f"{url}/enrol/")
    look(page, "ways-phone")
    page.click("text=Demander un courrier")
    look(page, "letter")
    page.fill("[name=rpps]", "12")
    page.fill("[name=structure]", FINESS)
    page.keyboard.press("Enter")
    page.wait_for_selector(".wrong")
    page.fill("[name=rpps]", somebody.professional.rpps)
    page.keyboard.press("Enter")
    page.wait_for_url("**/asked/")
    look(page, "asked")
    for (told,) in connect("owner").execute(
        "delete from access.procrastinate_jobs where task_name = %s returning args ->> 'told'", [letters.JOB]
    ):
        with as_worker(cluster):
            tasks.write_letter(told)
    code = print_all(cluster)[Letter.objects.get(professional=somebody.professional).pk]
    page.click("text=J’ai reçu mon code")
    page.fill("[name=rpps]", somebody.professional.rpps)
    page.fill("[name=code]", "ABCD")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert] p")
    look(page, "code")
    page.fill("[name=rpps]", somebody.professional.rpps)
    page.fill("[name=code]", code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/enrol/account/")
    fill(page)
    page.wait_for_url("**/account/second-factor/**")
    assert violations(page) == []
