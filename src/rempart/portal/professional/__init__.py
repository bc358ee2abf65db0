"""Pages of a health professional at the counter: look-up, own look-ups, own account.

Read first: `views/look_up.py`, then `answers.py`, which turns the gate's reply into words.
"""
