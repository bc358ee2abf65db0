"""Every page: no violation that axe finds, in both schemes; nothing to scroll sideways on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

VISITOR = (
    "/sign-in/",
    "/set-up/",
    "/reset/",
    "/reset/asked/",
    "/reset/choose/",
    "/plafonds",
    "/vie-privee",
    "/accessibilite",
    "/api/docs",
    "/demo",
    "/nowhere",
)
PHARMACIST = (
    "/",
    "/consultations",
    "/compte",
    "/compte/pas-moi",
    "/compte/avis",
    "/compte/garant",
    "/equipe",
    "/account/password/",
    "/account/second-factor/",
    "/sign-out/",
)
OPERATOR = (
    "/exploitation",
    "/exploitation/journal?tout=1",
    "/exploitation/alertes?etat=all",
    "/exploitation/detecteurs",
    "/exploitation/reseaux/127.0.0.1",
    "/exploitation/chercher?q=pharm",
    "/exploitation/comptes",
    "/exploitation/restrictions",
    "/exploitation/changements",
    "/compte",
)
PLACES = [
    *(("", place) for place in VISITOR),
    *(("pharmacie", place) for place in PHARMACIST),
    *(("exploitation", place) for place in OPERATOR),
    ("dpo", "/exploitation/journal"),
]


def violations(page) -> list[str]:
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("who", "place"), PLACES)
def test_axe_finds_nothing(open_as, who, place, scheme):
    page = open_as(who, color_scheme=scheme)
    page.goto(place)
    assert violations(page) == []


def ask(served, page, who, **more):
    person = served.insured[who]
    page.goto("/")
    page.fill("#nir", person.nir)
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", ["ouverts", "fermés", "inconnus", "jumeaux"])
def test_axe_finds_nothing_in_an_answer(served, open_as, who, scheme):
    page = open_as("optique", color_scheme=scheme)
    ask(served, page, who)
    assert violations(page) == []


def test_axe_finds_nothing_in_a_mistyped_form(open_as):
    page = open_as("pharmacie")
    page.goto("/")
    page.fill("#nir", "255081416802539")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-invalid]")
    assert violations(page) == []


def test_axe_finds_nothing_on_one_account_and_one_entry(open_as):
    page = open_as("exploitation")
    page.goto("/exploitation/comptes")
    page.click("tbody th a")
    page.wait_for_selector("#exact")
    assert violations(page) == []
    page.click("td .btn")
    page.wait_for_selector("dl.facts")
    assert violations(page) == []


@pytest.mark.parametrize(("who", "place"), PLACES)
def test_a_phone_scrolls_down_only(open_as, who, place):
    page = open_as(who, viewport={"width": 360, "height": 740})
    page.goto(place)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("who", ["ouverts", "jumeaux"])
def test_an_answer_fits_a_phone_and_a_page_at_four_times_its_size(served, open_as, who):
    page = open_as("optique", viewport={"width": 320, "height": 640})
    ask(served, page, who)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
