"""The demonstration's page: roles with their codes of this minute, sample persons, cards to present.

Exists only with REMPART_DEMO=1 and only for this very machine. Read first: `views.py`.
"""
