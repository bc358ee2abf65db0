"""What the bot of 2024 reads from pages."""

from rempart.drills.browser import hidden, reference_of

PAGE = b"""
<form action="/language/"><input type="hidden" name="csrfmiddlewaretoken" value="other"></form>
<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="mine">
<input type="hidden" name="attempt" value="a1"><input name="nir">
<select name="act_family"><option value="x"></select></form>
"""


def test_it_takes_the_hidden_fields_of_the_form_it_fills_in():
    assert hidden(PAGE, "nir") == {"csrfmiddlewaretoken": "mine", "attempt": "a1"}
    assert hidden(PAGE, "password") == {}


def test_it_knows_an_answer_from_a_refusal_that_bears_a_reference_too():
    answer = b'<pre id="copy-text" hidden>Droits ouverts (10:42, R-7F3K-29QD-M4TW)</pre>'
    refusal = b'<div class="answer-foot"><span class="mono">R-7F3K-29QD-M4TW</span></div>'
    assert reference_of(answer) == "R-7F3K-29QD-M4TW"
    assert reference_of(refusal) is None
