"""Professionals' cards: a certificate that the reverse proxy asked for, checked again here.

Read first: `header.py` (whose word is believed), `trust.py` (is the card good), `subject.py` (whose it
is), `sign_in.py` (what it opens).
"""
