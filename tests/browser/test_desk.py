"""The night desk and the demonstration, live."""


def test_the_journal_is_live_and_can_be_paused(served, open_as):
    page = open_as("exploitation")
    page.goto("/exploitation/journal")
    account = served.house.account("pharmacist")
    served.house.look_up(account, served.insured["ouverts"].ask())
    page.wait_for_selector(f"text={account.login}", timeout=8000)
    page.click("[data-pause]")
    assert page.get_attribute("[data-pause]", "aria-pressed") == "true"
    other = served.house.account("pharmacist")
    served.house.look_up(other, served.insured["ouverts"].ask())
    page.wait_for_timeout(4500)
    assert not page.is_visible(f"text={other.login}")
    page.click("[data-pause]")
    page.wait_for_selector(f"text={other.login}", timeout=8000)


def test_filters_stay_in_the_address_while_it_refreshes(served, open_as):
    page = open_as("exploitation")
    page.goto("/exploitation/journal")
    page.select_option("#verdict", "refused")
    page.click("form button:has-text('Filtrer')")
    assert "verdict=refused" in page.url
    with page.expect_response(lambda answer: "/exploitation/fil?" in answer.url) as refreshed:
        pass
    assert "verdict=refused" in refreshed.value.url
    assert page.query_selector("#feed .chip.yes") is None


def test_restrict_why_and_undo_by_hand(served, open_as):
    account = served.house.account("optician")
    served.house.look_up(account, served.insured["ouverts"].ask())
    page = open_as("exploitation")
    page.goto(f"/exploitation/comptes/{account.id}")
    page.fill("#id_text", "Essai depuis la page.")
    page.click("text=Restreindre ce compte")
    page.wait_for_selector("text=Restriction en place")
    answer = served.house.look_up(account, served.insured["ouverts"].ask())
    assert answer.json()["reason"] == "card_required"
    page.goto(f"/exploitation/journal?compte={account.login}")
    page.click("td .btn >> nth=0")
    page.wait_for_selector("text=Essai depuis la page.")
    page.goto(f"/exploitation/comptes/{account.id}")
    page.click("a:has-text('Lever')")
    page.fill("#id_reason", "Tout est en ordre.")
    page.click("button:has-text('Lever')")
    page.wait_for_selector("text=Restriction levée")
    assert served.house.look_up(account, served.insured["ouverts"].ask()).status_code == 200


def test_the_demonstrations_reader_gives_a_line_that_the_counter_takes(served, open_as):
    page = open_as("pharmacie", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/demo")
    page.select_option("#login", served.people["pharmacie"].account.login)
    page.click("button[name=person] >> nth=0")
    page.click("text=Copier la ligne")
    page.wait_for_selector("text=Copié")
    page.goto("/")
    page.focus("#nir")
    page.keyboard.press("Control+V")
    page.wait_for_selector(".verdict.yes")
    assert "Carte" in page.inner_text(".answer-foot")


def test_the_demonstrations_codes_refresh_themselves(open_as):
    page = open_as()
    page.goto("/demo")
    before = page.inner_text("#codes")
    page.wait_for_function(
        "before => document.getElementById('codes').innerText !== before", arg=before, timeout=12_000
    )
