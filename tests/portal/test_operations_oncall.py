"""On call, hand-over, night card: pages of the desk and of nobody else."""

import pytest

from rempart.vocabulary.words import Profession

PAGES = ("/exploitation/astreinte", "/exploitation/releve", "/exploitation/fiche-de-nuit")


@pytest.fixture
def contact(connect, fresh):
    owner = connect("owner")

    def make(kind="webhook", role="operations", telephone=None):
        name = fresh("contact")
        row = owner.execute(
            "insert into containment.contact (name, kind, role, address, secret, telephone)"
            " values (%s, %s, %s, 'https://secret-address.example/x', 'hush-hush', %s) returning id",
            (name, kind, role, telephone),
        )
        made.append(row.fetchone()[0])
        return name, made[-1]

    made = []
    yield make
    owner.execute("update containment.contact set ended_at = now() where id = any (%s)", (made,))


@pytest.fixture
def desk(visitor):
    return visitor(Profession.OPERATOR).client


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_opens_for_the_desk(desk, contact, path, language):
    name, _ = contact(telephone="+33 1 99 00 00 01")
    answer = desk.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "hush-hush" not in text
    assert "secret-address" not in text
    if path != "/exploitation/releve":
        assert name in text
        assert "+33 1 99 00 00 01" in text


@pytest.mark.parametrize("path", PAGES)
def test_a_professional_opens_none(visitor, path):
    assert visitor().client.get(path).status_code == 403


def test_a_test_is_asked_for_once(desk, contact, connect):
    _, number = contact()
    for _ in range(2):
        assert desk.post(f"/exploitation/astreinte/{number}/essai").status_code == 302
    rows = (
        connect("owner")
        .execute("select alert from containment.call where contact = %s", (number,))
        .fetchall()
    )
    assert rows == [(None,)]
    assert "en cours" in desk.get("/exploitation/astreinte").content.decode()


def test_a_telephone_is_not_tested(desk, contact, connect):
    _, number = contact(kind="telephone")
    desk.post(f"/exploitation/astreinte/{number}/essai")
    rows = connect("owner").execute("select 1 from containment.call where contact = %s", (number,)).fetchall()
    assert rows == []


def test_a_hand_over_is_written_with_the_shift_s_figures_and_stays(desk, connect, fresh):
    text = fresh("Calme plat")
    assert desk.post("/exploitation/releve", {"text": text}).status_code == 302
    assert text in desk.get("/exploitation/releve").content.decode()
    (facts,) = (
        connect("owner").execute("select facts from containment.handover where text = %s", (text,)).fetchone()
    )
    assert set(facts) == {"opened", "ended", "still_open", "restricted", "lifted", "calls"}
    with pytest.raises(Exception, match="permission denied"):
        connect("web").execute("delete from containment.handover")


def test_an_empty_hand_over_is_not_written(desk):
    assert desk.post("/exploitation/releve", {"text": "  "}).status_code == 422
