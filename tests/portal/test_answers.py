"""What the gate said, in words for a counter."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from rempart.gate.rules.answer_examples import example_for
from rempart.gate.rules.reply import Decision, not_granted
from rempart.portal.professional import answers
from rempart.vocabulary.words import Profession, Purpose, Reason

PROFESSIONALS = [word for word in Profession if word not in {"operator", "dpo"}]
_AT = "2026-11-23T09:42:07Z"


def granted(profession: Profession = Profession.PHARMACIST, **changed):
    answer = example_for(profession, Purpose.RIGHTS) | changed
    body = {
        "verdict": "granted",
        "answer": answer,
        "reference": "R-0000-0000-0000",
        "checked_at": _AT,
        "proof": "none",
    }
    return answers.shown(200, body)


def facts(shown: answers.Shown) -> dict[str, str]:
    return {fact.label: fact.value for fact in shown.facts}


@pytest.mark.parametrize(
    ("state", "look"), [("yes", "yes"), ("no", "no"), ("unknown", "unknown"), ("new word", "unknown")]
)
def test_unknown_is_a_third_answer_and_never_no(state, look):
    shown = granted(rights=state)
    assert shown.look == look
    assert (shown.text != "") == (look == "unknown")
    assert ("fermés" in shown.title) == (state == "no")


@pytest.mark.parametrize(
    ("said", "look", "words"),
    [
        ({"answer": "yes", "until": None}, "yes", "Paiement garanti"),
        ({"answer": "until", "until": "2026-11-30"}, "until", "30 novembre 2026"),
        ({"answer": "no", "until": None}, "no", "non garanti"),
        ({}, "unknown", "inconnue"),
    ],
)
def test_the_guarantee_is_said_in_words_and_shape(said, look, words):
    shown = granted(guaranteed=said)
    assert shown.guaranteed[0] == look
    assert words in shown.guaranteed[1]


@pytest.mark.parametrize("profession", PROFESSIONALS)
def test_every_professions_answer_is_shown_whole(profession):
    shown = granted(profession)
    assert shown.kind == "answer"
    assert shown.split is not None
    assert sum(part.width for part in shown.split.parts) == pytest.approx(100, abs=0.05)
    assert shown.checked_at == "10:42:07"  # Paris


def test_the_parts_stand_side_by_side():
    parts = granted().split.parts
    for before, after in itertools.pairwise(parts):
        assert after.start == pytest.approx(before.start + before.width, abs=0.02)


@pytest.mark.parametrize(("flag", "word"), [(True, "oui"), (False, "non"), (None, "inconnu")])
def test_a_flag_has_three_values(flag, word):
    assert facts(granted(c2s=flag))["Complémentaire santé solidaire"] == word


def test_an_optician_reads_both_classes_of_glasses():
    shown = granted(Profession.OPTICIAN)
    assert [len(table.rows) for table in shown.tables] == [2, 3]
    assert all(len(row.cells) == 4 for table in shown.tables for row in table.rows)


def test_a_missing_example_shows_no_amount():
    assert granted(example=None).split is None


def test_a_sum_taken_later_is_told_apart():
    example = {
        "label": "x",
        "price": "30.00",
        "amo": "21.00",
        "amc": "9.00",
        "patient": "0.00",
        "later": "2.00",
    }
    shown = granted(example=example)
    assert (shown.split.due, shown.split.later) == ("0,00\u00a0€", "2,00\u00a0€")
    assert shown.split.refunded == ""


@pytest.mark.parametrize("accepted", ["no", "unknown"])
def test_what_is_not_paid_directly_is_handed_over_at_the_counter(accepted):
    example = {
        "label": "x",
        "price": "10.00",
        "amo": "6.50",
        "amc": "3.50",
        "patient": "0.00",
        "later": "1.00",
    }
    shown = granted(example=example, third_party={"accepted": accepted, "convention": "", "routing": ""})
    assert (shown.split.due, shown.split.refunded) == ("3,50\u00a0€", "3,50\u00a0€")


def test_an_admission_shows_scheme_fund_and_policyholder():
    answer = example_for(Profession.HOSPITAL_DESK, Purpose.ADMISSION)
    shown = answers.shown(200, {"verdict": "granted", "answer": answer, "checked_at": _AT, "proof": "card"})
    told = facts(shown)
    assert told["Régime / caisse"] == "01 / 751"
    assert told["Numéro de l’ouvrant droit"] == "1 89 06 99 999 001"


def test_what_is_copied_names_nobody():
    text = granted().copy
    assert "R-0000-0000-0000" in text
    assert "Droits ouverts" in text
    assert "2910499999002" not in text
    assert "EXEMPLE" not in text


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_says_what_happened_and_what_to_do(reason):
    decision = Decision(
        "refused", reason, None, None, "R-0000-0000-0000", timezone.now(), 0, None, None, None
    )
    reply = not_granted(decision, "fr")
    shown = answers.shown(reply.status, reply.body)
    assert shown.title
    assert shown.text
    assert shown.title != str(reason)
    with translation.override("en"):
        assert answers.shown(reply.status, reply.body).title != shown.title


@pytest.mark.parametrize(
    ("reason", "ways"),
    [
        (Reason.CARD_REQUIRED, ("card", "present")),
        (Reason.BIRTH_RANK, ("birth_rank",)),
        (Reason.LIMIT_ACCOUNT, ("card", "present")),
        (Reason.PROOF_STALE, ("card", "present")),
        (Reason.PROOF_TERMINAL, ("present", "call")),
        (Reason.FROZEN, ("call",)),
    ],
)
def test_a_way_out_is_offered(reason, ways):
    decision = Decision("challenged", reason, None, None, "R", timezone.now(), 0, None, None, None)
    verdict = "challenged" if reason in {Reason.CARD_REQUIRED, Reason.BIRTH_RANK} else "refused"
    body = not_granted(decision, "fr").body | {"verdict": verdict}
    assert answers.shown(403, body).ways == ways


def test_a_reason_of_tomorrow_falls_back_on_the_gates_own_words():
    shown = answers.shown(403, {"verdict": "refused", "reason": "solar_flare", "advice": "Attendez la nuit."})
    assert (shown.title, shown.text) == ("Impossible pour l'instant", "Attendez la nuit.")


def test_when_a_limit_frees_is_rounded_up_so_that_coming_back_works():
    moment = answers.frees_at(61)
    freed = timezone.localtime(timezone.now() + timedelta(seconds=61))
    hour, minute = map(int, moment.split()[-1].split(":"))
    shown = freed.replace(hour=hour, minute=minute, second=0, microsecond=0)
    assert timedelta(0) <= shown - freed.replace(microsecond=0) + timedelta(seconds=1) < timedelta(minutes=2)


@pytest.mark.parametrize("seconds", [None, 0, -3, "soon"])
def test_an_unknown_moment_is_not_invented(seconds):
    assert answers.frees_at(seconds) == ""


def test_tomorrow_is_said_with_its_day():
    assert answers.frees_at(3 * 86400).startswith("le ")


def test_examples_are_said_in_english_too():
    labels = {example_for(profession, Purpose.RIGHTS)["example"]["label"] for profession in PROFESSIONALS}
    with translation.override("en"):
        for profession in PROFESSIONALS:
            assert granted(profession).split.label not in labels
